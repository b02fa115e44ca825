"""Controls are configured before anything happens, may change what is played, and are cleaned up in any case."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chaoslib.control import load_global_controls, reset_global_controls
from chaoslib.exceptions import InterruptExecution

from rtk.clock import SystemClock
from rtk.experiment.plan import Plan
from rtk.insight.stops import StopCause, Stopping
from rtk.verify.recovery import recover, remains
from rtk.verify.toolkit import Toolkit
from tests.verify.world import World, action, experiment, play, probe, provider

HERE = "tests.verify.test_controls"
CONTROL = {"name": "mine", "provider": {"type": "python", "module": HERE}}
SHORT = Plan(10.0, 60.0)
does: dict[str, Callable[..., None]] = {}
seen: list[str] = []


def configure_control(configuration: Any, secrets: Any, experiment: Any) -> None:
    _do("configure", configuration, secrets, experiment)


def cleanup_control() -> None:
    _do("cleanup")


def before_experiment_control(context: Any, configuration: Any, secrets: Any) -> None:
    _do("before experiment", configuration, secrets, context)


def before_hypothesis_control(context: Any, configuration: Any, secrets: Any, experiment: Any) -> None:
    _do("before hypothesis", configuration, secrets, experiment)


def before_activity_control(context: Any, configuration: Any, secrets: Any, experiment: Any) -> None:
    _do("before activity", configuration, secrets, experiment)


def _do(when: str, *given: Any) -> None:
    seen.append(when)
    if when in does:
        does[when](*given)


def interrupts(*_: Any) -> None:
    raise InterruptExecution("not today")


def breaks(*_: Any) -> None:
    raise ValueError("no such key")


def is_current(place: str, word: str, plain: str) -> bool:
    """A probe: whether it was given what the control has set."""
    return (place, word, plain) == ("new", "hush", "changed")


def is_new(value: Any, place: str) -> bool:
    """A tolerance that is given the configuration too."""
    return bool(value) and place == "new"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    does.clear()
    seen.clear()
    yield
    reset_global_controls()


def sees() -> dict[str, Any]:
    """A probe all of whose parts are to be changed by a control, and its experiment."""
    arguments = {"place": "${place}", "word": "${word}", "plain": "written"}
    of = {"type": "python", "module": HERE, "func": "is_current", "arguments": arguments}
    judge = {"type": "python", "module": HERE, "func": "is_new", "arguments": {"place": "${place}"}}
    tolerance = {"type": "probe", "name": "new", "provider": judge}
    return experiment(
        probes=[{"type": "probe", "name": "sees", "provider": of, "tolerance": tolerance}],
        configuration={"place": "old"},
        secrets={"s": {"word": "loud"}},
        controls=[CONTROL],
    )


def change(configuration: Any, secrets: Any, experiment: Any) -> None:
    configuration["place"] = "new"
    secrets["s"]["word"] = "hush"
    experiment["steady-state-hypothesis"]["probes"][0]["provider"]["arguments"]["plain"] = "changed"


@pytest.mark.parametrize("when", ["configure", "before experiment", "before hypothesis", "before activity"])
def test_every_measurement_sees_what_a_control_has_changed(world: World, tmp_path: Path, when: str) -> None:
    does[when] = change
    out = play(tmp_path, sees(), SHORT)
    assert out.run.journal.status == "completed"
    assert out.outcomes() == ["met"] * 6


def test_what_changes_from_slot_to_slot_is_seen_in_each(world: World, tmp_path: Path) -> None:
    def alternate(configuration: Any, secrets: Any, document: Any) -> None:
        change(configuration, secrets, document)
        configuration["place"] = "new" if seen.count("before hypothesis") % 2 else "old"

    does["before hypothesis"] = alternate
    out = play(tmp_path, sees(), SHORT)
    assert out.outcomes() == ["deviated", "met"] * 3


def test_without_controls_a_call_is_made_ready_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    from rtk.verify import measure

    def counted(probe: dict[str, Any], *_: Any) -> Callable[..., float]:
        made.append(probe["name"])
        return lambda **_: 1.0

    monkeypatch.setattr(measure, "call_of", counted)
    plain = {"type": "probe", "name": "plain", "provider": provider("response_ms"), "tolerance": [0, 9]}
    out = play(tmp_path, experiment(probes=[plain]), SHORT)
    assert out.outcomes() == ["met"] * 6
    assert made == ["plain"]


@pytest.mark.parametrize("of_settings", [False, True])
def test_a_control_that_interrupts_as_it_is_configured_lets_nothing_begin(
    world: World, tmp_path: Path, of_settings: bool
) -> None:
    does["configure"] = interrupts
    if of_settings:
        load_global_controls({"controls": {"mine": dict(CONTROL)}})
    out = play(tmp_path, experiment(controls=[] if of_settings else [CONTROL]), SHORT)
    assert (world.done, len(out.facts.measurements)) == ([], 0)
    assert out.run.journal.status == "interrupted"
    assert "not today" in str(out.facts.stop and out.facts.stop.sentence)
    assert len(out.entries("end")) == 1
    assert seen.count("cleanup") == 1


def test_it_does_not_keep_a_dead_run_from_being_undone(world: World, tmp_path: Path) -> None:
    document = experiment(controls=[CONTROL])
    out = play(tmp_path, document, SHORT)
    out.die_before("rollbacks")
    world.done.clear()
    does["configure"] = interrupts
    why = Stopping(StopCause.DIED, "the run died")
    recover(remains(out.recorded.path), lambda _: Toolkit(document, {}), SystemClock(), why)
    assert [name for _, name in world.done] == ["unburn"]


@pytest.mark.parametrize("when", ["configure", "cleanup"])
def test_a_control_that_breaks_otherwise_is_said_and_changes_nothing(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    does[when] = breaks
    with caplog.at_level(logging.WARNING, "chaostoolkit"):
        out = play(tmp_path, experiment(controls=[CONTROL]), SHORT)
    assert out.run.journal.status == "completed"
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert f"The control mine could not be {'configured' if when == 'configure' else 'cleaned up'}: ValueError" in (
        caplog.text
    )


def test_a_control_that_repeats_a_probe_of_the_hypothesis_measures_each_slot_once(world: World, tmp_path: Path) -> None:
    repeat = {
        "name": "again",
        "provider": {"type": "python", "module": "chaosaddons.controls.repeat", "arguments": {"repeat_count": 3}},
    }
    first, second = probe(controls=[repeat]), {**probe(limit=50.0), "name": "second"}
    out = play(tmp_path, experiment(probes=[first, second], method=[action("burn")]), SHORT)
    assert out.facts.gate is not None
    assert out.facts.gate.reason == "second: outside its tolerance, it gave 100"
    probes = out.run.journal.states["before"]["probes"]
    assert [run["activity"]["name"] for run in probes] == ["response_ms", "second"]
    assert len(out.run._toolkit.probes()) == 2, "or each measurement would make the next one longer"
