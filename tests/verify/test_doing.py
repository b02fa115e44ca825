"""An action counts as applied, a rollback as played and a probe as answered only where something was done."""

import re
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment.plan import Plan
from rtk.insight.insight import insight
from rtk.insight.stops import StopCause
from rtk.verify import calls
from rtk.verify.toolkit import Toolkit
from tests.verify.extension import PREPARED, RAISED, activity
from tests.verify.world import Outcome, World, action, experiment, play

PLAN = Plan(10.0, 20.0)
AWAITED = ["awaits", "async_partial", "async_object", "decorated"]


def names(world: World) -> list[str]:
    return [name for _, name in world.done]


@pytest.mark.parametrize("func", AWAITED)
def test_a_coroutine_is_awaited_wherever_it_stands(world: World, tmp_path: Path, func: str) -> None:
    probe = activity(func, "probe", tolerance=1, arguments={"name": "asked"})
    out = play(tmp_path, experiment([probe], [activity(func)], [activity(func)]), PLAN)
    assert names(world).count("awaits") == 2
    assert out.outcomes() == ["met"] * 2
    assert insight(out.facts).restored is True
    assert out.entries("activity")[0]["run"]["output"] == 1


@pytest.mark.parametrize("told", PREPARED)
def test_an_action_that_only_prepared_something_was_not_applied(world: World, tmp_path: Path, told: str) -> None:
    out = play(tmp_path, experiment(method=[activity("forgets", arguments={"kind": told})]), PLAN)
    assert names(world) == ["unburn"]
    assert told in str(out.facts.conditions[0].failure)
    assert "tests.verify.extension.forgets returned" in str(out.facts.conditions[0].failure)
    assert insight(out.facts).figures.verdict == "invalid"
    assert out.facts.stop is not None
    assert out.facts.stop.cause is StopCause.CONDITION


@pytest.mark.parametrize("told", RAISED)
@pytest.mark.parametrize("background", [False, True])
def test_whatever_an_action_raises_it_has_failed(world: World, tmp_path: Path, told: str, background: bool) -> None:
    broken = activity("raises", arguments={"kind": told}, background=background)
    out = play(tmp_path, experiment(method=[broken]), PLAN)
    assert (out.facts.conditions[0].status, names(world)) == ("failed", ["unburn"])
    assert told in str(out.facts.conditions[0].failure)
    assert insight(out.facts).figures.verdict == "invalid"


@pytest.mark.parametrize(
    "broken",
    [
        *(activity("forgets", arguments={"kind": told}) for told in PREPARED),
        *(activity("raises", arguments={"kind": told}) for told in RAISED),
        activity("raises", arguments={"kind": "Panic: index out of bounds"}, background=True),
    ],
    ids=lambda one: str(one["provider"]["arguments"]),
)
def test_a_rollback_that_did_nothing_is_not_restored(world: World, tmp_path: Path, broken: dict[str, Any]) -> None:
    out = play(tmp_path, experiment(rollbacks=[broken, action("unburn")]), PLAN)
    assert names(world) == ["burn", "unburn"], "the next one is played all the same"
    assert [span.status for span in out.facts.rollbacks] == ["failed", "succeeded"]
    assert insight(out.facts).restored is False
    assert world.clock.monotonic() < 60, "it is known at once that it failed"


@pytest.mark.parametrize("told", RAISED)
def test_a_probe_that_raises_what_is_no_exception_deviates_at_once(world: World, tmp_path: Path, told: str) -> None:
    out = play(tmp_path, experiment([activity("raises", "probe", tolerance=1, arguments={"kind": told})]), PLAN)
    assert out.run.journal.status == "failed"
    assert out.facts.gate is not None
    assert told in out.facts.gate.reason
    assert world.clock.monotonic() < 5


@pytest.mark.parametrize("func", ["generates", "generates_later"])
def test_a_generator_is_no_probe_and_refused_before_anything_begins(func: str) -> None:
    said = re.escape(f"steady-state-hypothesis.probes[0]: tests.verify.extension.{func} returns a")
    with pytest.raises(BadInput, match=said):
        calls.check(experiment([activity(func, "probe", tolerance=1)]))
    with pytest.raises(BadInput, match=re.escape("probes[0].tolerance: tests.verify.extension.")):
        calls.check(experiment([activity("remember", "probe", tolerance=activity(func, "probe"))]))
    claim = {"effect": {"probes": [activity(func, "probe", tolerance=1)]}}
    with pytest.raises(BadInput, match=re.escape("method[0].extensions[0].effect.probes[0]: tests.verify.extension.")):
        calls.check(experiment(method=[action("burn", activity={"extensions": [{"name": "rtk", **claim}]})]))


def test_what_a_probe_prepared_is_not_judged(world: World, tmp_path: Path) -> None:
    """A generator is true, and so would be within many a tolerance."""
    anything = {"type": "regex", "pattern": "."}
    probe = activity("forgets", "probe", tolerance=anything, arguments={"kind": "a lazy iterator"})
    out = play(tmp_path, experiment([probe]), PLAN)
    assert out.facts.gate is not None
    assert "returned a lazy iterator" in out.facts.gate.reason


@pytest.mark.parametrize("func", AWAITED)
def test_a_tolerance_is_awaited_too(world: World, tmp_path: Path, func: str) -> None:
    success = activity("refuses", "probe")
    out = play(tmp_path, experiment(method=[activity(func, extensions=[{"name": "rtk", "success": success}])]), PLAN)
    assert out.facts.conditions[0].status == "failed", "a coroutine is true, its result is not"


@pytest.mark.parametrize("function", ["before_activity_control", "after_activity_control"])
def test_a_control_that_raises_what_is_no_exception_stops_the_run(
    world: World, tmp_path: Path, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(context: dict[str, Any], **_: Any) -> None:
        if context["name"] == "burn":
            raise KeyboardInterrupt

    out = controlled(tmp_path, monkeypatch, function, broken)
    assert out.facts.stop is not None
    assert (out.facts.stop.cause, out.facts.stop.detail) == (
        StopCause.CONTROL,
        "a control failed with KeyboardInterrupt",
    )
    applied = function.startswith("after")
    assert names(world) == (["burn", "unburn"] if applied else ["unburn"])
    assert [span.status for span in out.facts.conditions] == (["succeeded"] if applied else [])


def test_no_control_whatever_it_raises_blocks_a_rollback(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise GeneratorExit

    controlled(tmp_path, monkeypatch, "before_rollback_control", broken)
    assert names(world) == ["burn", "unburn"]


def controlled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, broken: Any) -> Outcome:
    """A run with a control that is this function."""
    from tests.verify import extension

    monkeypatch.setattr(extension, function, broken, raising=False)
    control = {"name": "broken", "provider": {"type": "python", "module": "tests.verify.extension"}}
    return play(tmp_path, experiment(controls=[control]), PLAN)


@pytest.mark.parametrize("func", AWAITED)
def test_a_probe_of_the_configuration_is_awaited(world: World, func: str) -> None:
    asked = activity(func, "probe", arguments={"name": "asked"})
    assert Toolkit(experiment(configuration={"one": asked}), {}).configuration == {"one": 1}


@pytest.mark.parametrize("told", ["a generator", "a lazy iterator"])
def test_a_probe_of_the_configuration_that_did_nothing_has_no_value(world: World, told: str) -> None:
    asked = activity("forgets", "probe", arguments={"kind": told})
    with pytest.raises(BadInput, match=rf"^configuration\.one: its probe returned {told}"):
        Toolkit(experiment(configuration={"one": asked}), {})
