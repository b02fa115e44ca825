"""Interrupted is interrupted: whoever stops a run while a condition goes on, the condition is not to blame."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtk.experiment.plan import Plan
from rtk.insight.facts import MissedReason
from rtk.insight.insight import insight
from rtk.insight.stops import StopCause
from tests.verify.test_proof import proving
from tests.verify.world import Outcome, World, action, experiment, play

PLAN = Plan(10.0, 60.0)
BY = [
    (StopCause.SIGNAL, "SIGINT", 2, "interrupted by SIGINT"),
    (StopCause.SIGNAL, "SIGTERM", 15, "interrupted by SIGTERM"),
    (StopCause.LEFT, 'the safeguard "sg"', 2, 'interrupted by the safeguard "sg"'),
    (StopCause.CONTROL, "enough", None, "stopped: enough"),
    (StopCause.CONSOLE, "Mary asked for it", None, "stopped from the console: Mary asked for it"),
    (
        StopCause.DEVIATED_IN_A_ROW,
        "3 measurements deviated in a row",
        None,
        "stopped: 3 measurements deviated in a row",
    ),
]


def shell(script: str) -> dict[str, Any]:
    return {
        "type": "action",
        "name": "trip",
        "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]},
    }


def later(world: World, seconds: float, does: Callable[[], Any]) -> None:
    def work() -> None:
        world.clock.wait(threading.Event(), seconds)
        does()

    world.clock.spawn(work, "later")


def stopped(world: World, tmp_path: Path, by: tuple[Any, ...], condition: dict[str, Any], at: float = 25.0) -> Outcome:
    """A run that is stopped at that moment, under that condition."""
    cause, detail, signum, _ = by
    later(world, at, lambda: world.stop.request(cause, detail, signum))
    return play(tmp_path, experiment(method=[condition]), PLAN)


@pytest.mark.parametrize("by", BY, ids=str)
def test_an_action_that_fails_once_the_run_is_to_stop_was_interrupted(
    world: World, tmp_path: Path, by: tuple[Any, ...]
) -> None:
    out = stopped(world, tmp_path, by, action("trip", takes=27.0, fail=True))
    (span,) = out.facts.conditions
    assert (span.status, span.failure) == ("interrupted", by[3])
    assert_told(out, by)


@pytest.mark.parametrize("by", BY, ids=str)
def test_a_process_that_hears_of_it_before_the_run_does_was_interrupted(
    world: World, tmp_path: Path, by: tuple[Any, ...]
) -> None:
    out = stopped(world, tmp_path, by, shell("kill -INT $$"), at=0.2)
    assert [(span.status, span.failure) for span in out.facts.conditions] == [("interrupted", by[3])]
    assert_told(out, by)


def assert_told(out: Outcome, by: tuple[Any, ...]) -> None:
    """By whom, everywhere; nowhere that the condition was not applied."""
    found = insight(out.facts)
    assert (found.stop_cause, found.stopped, out.run.signal) == (by[0], by[3], by[2])
    assert found.figures.verdict != "invalid"
    assert found.invalid_condition is None
    assert "not applied" not in found.headline + found.why
    assert out.run.journal.status == "interrupted"


def test_a_process_that_ends_by_itself_has_failed(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[shell("kill -TERM $$")]), PLAN)
    assert [(span.status, span.failure) for span in out.facts.conditions] == [("failed", "its process exited with -15")]
    assert insight(out.facts).figures.verdict == "invalid"


def test_an_effect_that_nobody_waited_for_to_the_end_did_not_fail_to_show(world: World, tmp_path: Path) -> None:
    condition = action("trip", activity=proving("effect", "trip", 1e6, within=50))
    out = stopped(world, tmp_path, BY[0], condition)
    assert [span.status for span in out.facts.conditions] == ["succeeded"]
    assert_told(out, BY[0])


@pytest.mark.parametrize(("by", "met"), [(BY[0], "missed"), (BY[3], "deviated")], ids=str)
@pytest.mark.parametrize("script", ["kill -INT $$", "kill -TERM $$", "exit 130"])
def test_what_ctrl_c_ended_while_it_was_measured_is_missed(
    world: World, tmp_path: Path, by: tuple[Any, ...], met: str, script: str
) -> None:
    """A terminal sends Ctrl-C to the processes of the probes as well."""
    path = tmp_path / "interrupted"
    provider = {"type": "process", "path": "sh", "arguments": ["-c", f"test ! -e {path} || {script}"]}
    later(world, 25.0, path.touch)
    later(world, 30.1, lambda: world.stop.request(*by[:3]))
    document = experiment([{"type": "probe", "name": "up", "tolerance": 0, "provider": provider}])
    found = list(play(tmp_path, document, PLAN).facts.measurements.of("conditions"))
    assert [m.outcome for m in found[:3]] == ["met"] * 3
    assert found[3].outcome == met
    if met == "missed":
        assert (found[3].code, found[3].reason) == (MissedReason.INTERRUPTED, "interrupted by SIGINT")


def test_a_service_whose_processes_are_killed_deviates(world: World, tmp_path: Path) -> None:
    provider = {"type": "process", "path": "sh", "arguments": ["-c", "kill -TERM $$"]}
    out = play(tmp_path, experiment([{"type": "probe", "name": "up", "tolerance": 0, "provider": provider}]), PLAN)
    assert out.run.journal.status == "failed"


@pytest.mark.parametrize("heard", [30.0, 30.1])
def test_an_ask_for_the_effect_that_ctrl_c_ended_says_nothing_of_it(world: World, tmp_path: Path, heard: float) -> None:
    path = tmp_path / "interrupted"
    provider = {"type": "process", "path": "sh", "arguments": ["-c", f"test ! -e {path} || kill -INT $$"]}
    probe = {"name": "it-burns", "provider": provider, "tolerance": 0}
    effect = {"extensions": [{"name": "rtk", "effect": {"probes": [probe], "every": 30}}]}
    later(world, 29.0, path.touch)
    later(world, heard + 0.1, lambda: world.stop.request(StopCause.SIGNAL, "SIGINT", 2))
    out = play(tmp_path, experiment(method=[action("burn", activity=effect)]), PLAN)
    assert [change.state for change in out.facts.effects] == ["shown"]
    assert insight(out.facts).without_effect == 0
