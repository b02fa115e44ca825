"""A condition proven to have taken hold, and proven to be gone."""

from pathlib import Path
from typing import Any

import pytest

from rtk.experiment.plan import Plan
from tests.verify.world import World, action, experiment, play, provider


def shown_after(name: str, seconds: float) -> dict[str, Any]:
    """A probe that is tolerated once so many seconds have gone by since an action began."""
    return {
        "name": "shown",
        "provider": provider("since", name=name),
        "tolerance": {"type": "range", "range": [seconds, 1e9]},
    }


def proving(what: str, name: str, seconds: float, within: float) -> dict[str, Any]:
    return {
        "extensions": [{"name": "rtk", what: {"probes": [shown_after(name, seconds)], "within": within, "every": 2}}]
    }


def test_the_conditions_phase_begins_once_the_effect_shows(world: World, tmp_path: Path) -> None:
    method = [action("burn", activity=proving("effect", "burn", 14.0, within=60))]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 30.0))
    assert out.outcomes() == ["met"] * 3
    burnt = world.done[0][0]
    onset, conditions, undo = out.facts.phases
    assert 14.0 <= conditions.started - burnt <= 16.5
    assert (onset.phase, onset.started, undo.phase) == ("onset", burnt, "undo")
    assert out.outcomes("onset") == ["met"] * 2, "measured while the effect is awaited"
    assert conditions.started == onset.ended


def test_an_effect_that_never_shows_makes_the_run_invalid_and_is_undone(world: World, tmp_path: Path) -> None:
    method = [action("burn", activity=proving("effect", "burn", 1e6, within=20)), action("never")]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 300.0))
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert out.facts.conditions[0].status == "failed"
    assert "its effect did not show" in str(out.facts.conditions[0].failure)
    assert set(out.outcomes()) == {"missed"}, "nothing was measured under a condition that was not there"
    assert world.clock.monotonic() < 40


def test_a_condition_that_is_not_gone_is_not_restored(world: World, tmp_path: Path) -> None:
    method = [action("burn", activity=proving("restored", "unburn", 1e6, within=20))]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 20.0))
    assert [(span.name, span.status) for span in out.facts.rollbacks] == [
        ("unburn", "succeeded"),
        ("proof that burn is gone", "failed"),
    ]


def test_a_condition_proven_to_be_gone_is_restored(world: World, tmp_path: Path) -> None:
    method = [action("burn", activity=proving("restored", "unburn", 5.0, within=20))]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 20.0, cool_down_s=10.0))
    assert [span.status for span in out.facts.rollbacks] == ["succeeded"]
    assert out.facts.phases[-1].started >= world.done[1][0] + 5.0, "recovery is measured once it is gone"


def test_success_is_what_the_action_declares(world: World, tmp_path: Path) -> None:
    told = {"type": "process", "path": "sh", "arguments": ["-c", "echo done; exit 3"]}
    declared = {"type": "regex", "target": "stdout", "pattern": "done"}
    method = [{"type": "action", "name": "odd", "provider": told, "extensions": [{"name": "rtk", "success": declared}]}]
    assert play(tmp_path, experiment(method=method), Plan(10.0, 10.0)).facts.conditions[0].status == "succeeded"


def test_a_rollback_has_as_many_tries_as_it_asks_for(world: World, tmp_path: Path) -> None:
    extension = {"extensions": [{"name": "rtk", "tries": 5}]}
    rollbacks = [action("unburn", "act_once_it_works", activity=extension, after=4)]
    out = play(tmp_path, experiment(rollbacks=rollbacks), Plan(10.0, 10.0))
    assert (out.facts.rollbacks[0].status, out.facts.rollbacks[0].tries) == ("succeeded", 5)


@pytest.mark.parametrize("what", ["effect", "restored"])
def test_a_probe_that_hangs_is_given_up_when_the_time_of_its_claim_is_over(
    world: World, tmp_path: Path, what: str
) -> None:
    hung = {"type": "probe", "name": "hung", "provider": provider("response_ms"), "tolerance": [0, 1]}
    world.took = lambda began: 60.0 if world.done else 0.1
    claim = {"extensions": [{"name": "rtk", what: {"probes": [hung], "within": 3}}]}
    out = play(tmp_path, experiment(method=[action("burn", activity=claim)]), Plan(10.0, 20.0))
    burnt, undone = (next(at for at, name in world.done if name == of) for of in ("burn", "unburn"))
    proof = next(entry for entry in out.entries("proof") if entry["missing"])
    assert "given up without an answer after 3 s" in proof["missing"]
    if what == "effect":
        assert undone - burnt <= 3.3
    else:
        assert proof["t"] - undone <= 3.3
