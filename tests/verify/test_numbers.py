"""What is played is known by a number that stays, whatever controls add, and told as it was executed."""

import copy
from pathlib import Path
from typing import Any

import pytest
from chaoslib.caching import cache_activities, clear_cache
from chaoslib.run import Runner
from chaoslib.types import Strategy

from rtk.experiment.plan import Plan
from rtk.verify import journal
from rtk.verify.numbers import Numbers, added, played_of
from rtk.verify.recovery import remains
from tests.verify.world import Outcome, World, action, experiment, play, probe, provider

REPEAT = {
    "name": "again",
    "provider": {"type": "python", "module": "chaosaddons.controls.repeat", "arguments": {"repeat_count": 3}},
}
SHORT = Plan(10.0, 20.0)
LATER = {"pauses": {"before": 0.5}}


def of_chaos_run(document: dict[str, Any]) -> dict[str, Any]:
    """The journal that the Chaos Toolkit makes of it."""
    with Runner(Strategy.DEFAULT) as runner:
        try:
            cache_activities(document)
            return dict(runner.run(document, settings={"runtime": {"rollbacks": {"strategy": "always"}}}))
        finally:
            clear_cache()


def ours(out: Outcome) -> dict[str, Any]:
    return {"run": _played(out, "method"), "rollbacks": _played(out, "rollbacks")}


def _played(out: Outcome, part: str) -> list[dict[str, Any]]:
    return journal._runs(out.recorded.head, list(out.recorded.entries()), part)


def names(runs: list[dict[str, Any]]) -> list[str]:
    return [run["activity"]["name"] for run in runs]


def test_an_activity_keeps_its_position_and_what_is_added_comes_after_all_of_them() -> None:
    listed = [action("a"), action("b")]
    numbers = Numbers(listed)
    assert [numbers.take(a) for a in (listed[0], action("a"), action("c"), listed[1], listed[1])] == [0, 2, 3, 1, 4]
    assert numbers.activity(3) == action("c")


def test_a_copy_of_an_activity_is_that_activity_once() -> None:
    numbers = Numbers([action("a")])
    assert [numbers.take(action("a")), numbers.take(action("a"))] == [0, 1]


def test_an_entry_holds_an_activity_only_where_the_file_has_another_one() -> None:
    document = {"method": [action("a")]}
    assert added(document, "method", 0, action("a")) == {}
    entry = {"index": 1, "name": "b", **added(document, "method", 1, action("b"))}
    assert played_of(document, "method", entry) == action("b")
    assert played_of(document, "method", {"index": 7, "name": "lost"}) == {"name": "lost"}


@pytest.mark.parametrize("part", ["method", "rollbacks"])
@pytest.mark.parametrize("kind", ["action", "probe"])
def test_what_a_control_repeats_is_in_the_journal_as_often_as_it_was_played(
    world: World, tmp_path: Path, part: str, kind: str
) -> None:
    again = action("again", activity={"type": kind, "controls": [REPEAT]})
    document = experiment(**{part: [again, action("last")]})
    out = play(tmp_path, copy.deepcopy(document), SHORT)
    key = "run" if part == "method" else "rollbacks"
    assert names(ours(out)[key]) == names(of_chaos_run(document)[key]) == ["again"] * 3 + ["last"]
    assert [run["activity"].get("iteration_index") for run in ours(out)[key]] == [None, 1, 2, None]
    assert [name for _, name in world.done].count("again") == 6, "three times each"
    assert out.run.journal.status == "completed"


def test_each_repeat_is_a_condition_of_its_own(world: World, tmp_path: Path) -> None:
    again = action("again", activity={"controls": [REPEAT], "extensions": [{"name": "rtk", "lasts": 5}]})
    out = play(tmp_path, experiment(method=[again, action("last")]), SHORT)
    assert [(c.name, c.status, c.lasts) for c in out.facts.conditions] == [
        *[("again", "succeeded", 5.0)] * 3,
        ("last", "succeeded", None),
    ]
    assert remains(out.recorded.path).names() == (["again"] * 3 + ["last"], [])


def test_a_ref_is_told_as_the_activity_that_was_executed(world: World, tmp_path: Path) -> None:
    look = {"type": "probe", "name": "look", "provider": provider("response_ms")}
    document = experiment(
        probes=[probe(), {"ref": "response_ms", "tolerance": probe(limit=5.0)["tolerance"]}],
        method=[look, action("burn"), {"ref": "response_ms"}, {"ref": "look"}],
        rollbacks=[{"ref": "look"}, action("unburn")],
    )
    world.took = lambda _: 0.001
    out, theirs = play(tmp_path, copy.deepcopy(document), SHORT), of_chaos_run(copy.deepcopy(document))
    mine = ours(out)
    for key in ("run", "rollbacks"):
        assert names(mine[key]) == names(theirs[key])
        assert [r["activity"]["provider"] for r in mine[key]] == [r["activity"]["provider"] for r in theirs[key]]
    state = out.run.journal.states["before"]
    assert names(state["probes"]) == names(theirs["steady_states"]["before"]["probes"]) == ["response_ms"] * 2
    assert out.facts.measures == ("response_ms", "response_ms")


def test_a_ref_in_the_hypothesis_is_judged_by_the_tolerance_that_stands_there(world: World, tmp_path: Path) -> None:
    probes = [probe(), {"ref": "response_ms", "tolerance": probe(limit=50.0)["tolerance"]}]
    out = play(tmp_path, experiment(probes=probes), SHORT)
    assert out.run.journal.status == "failed"
    assert out.facts.gate is not None
    assert out.facts.gate.reason == "response_ms: outside its tolerance, it gave 100"


def test_the_journal_has_what_was_played_in_the_order_of_starts(world: World, tmp_path: Path) -> None:
    method = [action("slow", takes=5.0, activity={"background": True}), action("quick", takes=1.0, activity=LATER)]
    rollbacks = [action("tardy", takes=5.0, activity={"background": True}), action("prompt", takes=1.0, activity=LATER)]
    out = play(tmp_path, experiment(method=method, rollbacks=rollbacks), SHORT)
    assert names(ours(out)["run"]) == ["slow", "quick"]
    assert names(ours(out)["rollbacks"]) == ["tardy", "prompt"]
