"""Controls and handlers beside an undo have a bounded time; then the rollbacks are played without them."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chaoslib.run import RunEventHandler
from msgspec.structs import replace

from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.strategy import Strategy
from rtk.insight.facts import MissedReason
from rtk.insight.stops import StopCause, Stopping
from rtk.verify.patience import BESIDE_UNDO_S, UndoPatience
from rtk.verify.recovery import recover, remains
from rtk.verify.toolkit import Toolkit
from tests.verify.virtual import VirtualClock
from tests.verify.world import World, action, experiment, play, world

CONTROL = {"name": "mine", "provider": {"type": "python", "module": "tests.verify.test_patience"}}
SHORT = Plan(10.0, 20.0)
hanging: set[str] = set()
slow: set[str] = set()
called: list[str] = []


def configure_control(event_registry: Any, **_: Any) -> None:
    event_registry.register(Slow())
    _call("configure")


def before_rollback_control(context: Any, **_: Any) -> None:
    _call("before rollback")


def after_rollback_control(context: Any, **_: Any) -> None:
    _call("after rollback")


def after_method_control(context: Any, **_: Any) -> None:
    _call("after method")


def before_activity_control(context: Any, **_: Any) -> None:
    _call(f"before {context['name']}")


def after_activity_control(context: Any, **_: Any) -> None:
    _call(f"after {context['name']}")


def before_hypothesis_control(context: Any, **_: Any) -> None:
    if world.done:  # the gate is asked before anything was done
        _call("before hypothesis")


def after_hypothesis_control(context: Any, **_: Any) -> None:
    if world.done:
        _call("after hypothesis")


class Slow(RunEventHandler):  # type: ignore[misc]
    """A handler that a control registers."""

    def start_rollbacks(self, experiment: Any) -> None:
        _call("start rollbacks")

    def rollbacks_completed(self, experiment: Any, journal: Any) -> None:
        _call("rollbacks completed")


def _call(where: str) -> None:
    called.append(where)
    if where in slow:
        world.clock.sleep(3.0)
    if where in hanging:
        world.clock.sleep(100.0)


@pytest.fixture(autouse=True)
def fresh() -> None:
    hanging.clear()
    slow.clear()
    called.clear()


PLACES = ["start rollbacks", "before rollback", "before unburn", "after unburn", "after rollback", "after method"]


@pytest.mark.parametrize("where", PLACES)
def test_a_hanging_control_does_not_keep_the_rollbacks_from_being_played(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    hanging.add(where)
    rollbacks = [action("unburn"), action("unburn too")]
    with caplog.at_level(logging.WARNING, "chaostoolkit"):
        out = play(tmp_path, experiment(rollbacks=rollbacks, controls=[CONTROL]), SHORT)
    undone = {name: at for at, name in world.done}
    assert undone["unburn too"] - undone["burn"] <= 20.0 + BESIDE_UNDO_S + 1.0
    assert out.facts.rolled_back
    assert [span.status for span in out.facts.rollbacks] == ["succeeded"] * 2
    warned = [line for line in caplog.messages if "played without controls" in line]
    assert len(warned) == (0 if where == "after method" else 1)


def test_controls_that_end_in_time_are_all_called(world: World, tmp_path: Path) -> None:
    play(tmp_path, experiment(controls=[CONTROL]), SHORT)
    undo = called[called.index("start rollbacks") :]
    around = [where for where in undo if where in (*PLACES[:-1], "rollbacks completed")]  # slots are measured beside it
    assert around == [*PLACES[:-1], "rollbacks completed"]


@pytest.mark.parametrize("where", ["configure", "before rollback"])
def test_a_control_that_hangs_in_a_guardian_or_recover_is_given_up_too(
    world: World, tmp_path: Path, where: str
) -> None:
    document = experiment(controls=[CONTROL])
    out = play(tmp_path, document, SHORT)
    out.die_before("rollbacks")
    world.done.clear()
    hanging.add(where)
    began = world.clock.monotonic()
    recover(remains(out.recorded.path), lambda _: Toolkit(document, {}), world.clock, WHY)
    assert [(at - began, name) for at, name in world.done] == [(BESIDE_UNDO_S, "unburn")]


WHY = Stopping(StopCause.DIED, "the run died")


def test_a_check_that_hangs_counts_as_deviated_where_the_strategy_waits_for_it(world: World, tmp_path: Path) -> None:
    hanging.add("before hypothesis")
    document = experiment(controls=[])
    document["steady-state-hypothesis"]["controls"] = [CONTROL]
    play(tmp_path, document, SHORT, rollback_strategy=Strategy.DEVIATED, limits=[5.0])
    assert [name for _, name in world.done] == ["burn", "unburn"]


def of_the_hypothesis() -> dict[str, Any]:
    """An experiment whose controls are called for each measurement, and around nothing else."""
    document = experiment()
    document["steady-state-hypothesis"]["controls"] = [CONTROL]
    document["steady-state-hypothesis"]["probes"][0]["controls"] = [CONTROL]
    return document


@pytest.mark.parametrize("where", ["before hypothesis", "after hypothesis", "before response_ms", "after response_ms"])
def test_a_control_of_the_hypothesis_that_hangs_holds_up_the_end_for_a_moment_and_is_no_answer(
    world: World, tmp_path: Path, where: str
) -> None:
    document = of_the_hypothesis()

    def later() -> None:
        world.clock.sleep(15.0)
        hanging.add(where)

    world.clock.spawn(later, "later")
    began = world.clock.monotonic()
    out = play(tmp_path, document, SHORT)
    assert world.clock.monotonic() - began <= SHORT.duration_s + 2 * BESIDE_UNDO_S + 1.0
    slots = out.facts.measurements
    late = [m for m in slots if m.outcome != "met"]
    assert {(m.outcome, m.code) for m in late} == {("missed", MissedReason.CONTROL_FAILED)}
    assert "no end within 10 s" in str(late[0].reason)


def test_what_a_control_takes_of_a_measurement_is_no_time_of_its_probe(world: World, tmp_path: Path) -> None:
    slow.add("before response_ms")
    plan = replace(SHORT, stop_when=StopWhen(deviated_in_a_row=1))
    out = play(tmp_path, of_the_hypothesis(), plan, limits=[2.0], bounds_s=(1.0,))
    assert out.facts.stop is None
    assert {m.outcome for m in out.facts.measurements} == {"met"}


def test_what_it_calls_may_raise_as_if_it_were_called_directly() -> None:
    patience = UndoPatience(VirtualClock())

    def breaks() -> None:
        raise KeyError("place")

    with pytest.raises(KeyError, match="place"):
        patience("controls", breaks)


def test_what_can_be_given_no_thread_is_not_called(caplog: pytest.LogCaptureFixture) -> None:
    class Threadless(VirtualClock):
        def spawn(self, target: Callable[[], None], name: str) -> None:
            raise RuntimeError("can't start new thread")

    with caplog.at_level(logging.WARNING, "chaostoolkit"):
        UndoPatience(Threadless())("controls", lambda: called.append("called"))
    assert called == []
    assert "can't start new thread" in caplog.text
