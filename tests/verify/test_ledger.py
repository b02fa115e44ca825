"""Undo on time, and a ledger without holes: from a run's first slot to its last no second is unmeasured."""

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import ToolkitError
from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import MissedReason
from rtk.verify.overdue import SLACK_S
from tests.verify.test_proof import proving
from tests.verify.world import Outcome, World, action, experiment, play, provider


def holes(out: Outcome, frequency: float) -> list[tuple[float, float]]:
    """Where more than one frequency lies between two slots that were due one after another."""
    dues = sorted(m.due for m in out.facts.measurements)
    return [(a, b) for a, b in pairwise(dues) if b - a > frequency + 1e-6]


def at(world: World, name: str) -> float:
    return next(at for at, done in world.done if done == name)


@pytest.mark.parametrize("strategy", ["always", "default"])
def test_rollbacks_begin_when_the_time_of_the_conditions_is_over(world: World, tmp_path: Path, strategy: str) -> None:
    world.took = lambda at: 1e6 if at > 0.05 else 0.0
    out = play(tmp_path, experiment(), Plan(0.5, 5.0, cool_down_s=3.0), rollback_strategy=strategy, bounds_s=(0.3,))
    assert at(world, "unburn") == pytest.approx(at(world, "burn") + 5.0)
    assert out.outcomes()[1:] == ["deviated"] * 9
    assert holes(out, 0.5) == []


def test_rollbacks_by_the_deviation_wait_for_the_hypothesis_no_longer_than_its_limit(
    world: World, tmp_path: Path
) -> None:
    world.took = lambda at: 1e6 if at > 0.05 else 0.0
    out = play(tmp_path, experiment(), Plan(0.5, 5.0), rollback_strategy="deviated", limits=[8.0])
    assert 13.0 <= at(world, "unburn") - at(world, "burn") <= 13.5
    assert len(out.outcomes("undo")) >= 16, "measured while it is awaited"
    assert holes(out, 0.5) == []


def test_the_hypothesis_afterwards_is_asked_beside_the_rollbacks(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 20.0 if at > 25 else 0.1
    out = play(tmp_path, experiment(rollbacks=[action("unburn", takes=3.0)]), Plan(10.0, 30.0))
    after = next(e for e in out.entries("hypothesis") if e["which"] == "after")
    assert at(world, "unburn") == pytest.approx(at(world, "burn") + 30.0)
    assert after["t"] == pytest.approx(at(world, "unburn") + 20.0)
    assert out.run.journal.deviated


def test_slots_go_on_while_rollbacks_and_their_proofs_are_played(world: World, tmp_path: Path) -> None:
    method = [action("burn", activity=proving("restored", "unburn", 40.0, within=60))]
    out = play(tmp_path, experiment(method=method, rollbacks=[action("unburn", takes=25.0)]), Plan(10.0, 30.0))
    assert out.outcomes("undo") == ["met"] * 5
    assert out.facts.phases[-1].planned == 5
    assert holes(out, 10.0) == []


def test_an_undo_that_takes_no_time_has_one_slot(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), Plan(10.0, 30.0))
    assert out.outcomes("undo") == ["met"]
    assert out.facts.measurements[-1].due == pytest.approx(out.facts.measurements[0].due + 30.0)


def test_a_run_without_conditions_has_nothing_to_undo(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[], rollbacks=[]), Plan(10.0, 30.0))
    assert [p.phase for p in out.facts.phases] == ["conditions"]
    assert [e["which"] for e in out.entries("hypothesis")] == ["before", "after"]


@pytest.mark.parametrize(("takes", "waits"), [(0.0, 0.0), (0.05, 0.05), (40.0, 0.1)])
def test_the_first_slot_waits_for_a_condition_that_is_applied_at_once(
    world: World, tmp_path: Path, takes: float, waits: float
) -> None:
    out = play(tmp_path, experiment(method=[action("burn", takes=takes)]), Plan(10.0, 30.0))
    began, first = out.facts.conditions[0].started, out.facts.measurements[0]
    assert first.phase == "conditions"
    assert first.due - began == pytest.approx(waits)


def test_it_waits_for_no_longer_than_a_slot_lasts(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[action("burn", takes=0.05)]), Plan(0.02, 1.0))
    assert out.facts.measurements[0].due - out.facts.conditions[0].started == pytest.approx(0.02)


def test_after_a_baseline_it_waits_for_nothing(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[action("burn", takes=0.05)]), Plan(1.0, 10.0, warm_up_s=5.0))
    first = next(out.facts.measurements.of("conditions"))
    assert first.due == out.facts.conditions[0].started
    assert holes(out, 1.0) == []


@pytest.mark.parametrize("seed", range(25))
def test_no_second_is_unmeasured_whatever_takes_how_long(world: World, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    world.took = lambda _: chance.choice([0.05, 0.2, 3.0, 40.0])

    def some() -> float:
        return chance.choice([0.0, 0.3, 4.0, 11.0])

    shown, gone = some(), some()
    extension = {"name": "rtk", **(proofs("effect", "burn", shown)), **(proofs("restored", "unburn", gone))}
    method = [action("burn", takes=some(), activity={"extensions": [extension]}), action("second", takes=some())]
    frequency = chance.choice([0.5, 1.0, 7.0])
    plan = Plan(frequency, 1.0 + some(), warm_up_s=some(), cool_down_s=some())
    world.took = quick_first(world.took)
    out = play(tmp_path, experiment(method=method, rollbacks=[action("unburn", takes=some())]), plan)
    assert holes(out, frequency) == []
    undone = next(e["t"] for e in out.entries("rollbacks"))
    conditions = next(p for p in out.facts.phases if p.phase == "conditions")
    assert conditions.ended is not None
    assert undone - conditions.ended <= 0.25


def quick_first(took: Any) -> Any:
    """The gate is quick, and what comes after it as it comes."""
    return lambda at: 0.0 if at == 0 else took(at)


def proofs(what: str, name: str, seconds: float) -> dict[str, Any]:
    if not seconds:
        return {}
    found: dict[str, Any] = proving(what, name, seconds, within=60)["extensions"][0]
    return {what: found[what]}


def test_the_baseline_goes_on_until_whoever_guards_the_run_is_ready(world: World, tmp_path: Path) -> None:
    class Slow:
        def ready(self) -> None:
            world.clock.sleep(7.6)

    out = play(tmp_path, experiment(), Plan(1.0, 5.0, warm_up_s=5.0), guard=Slow())
    ready = at(world, "burn") - out.facts.phases[0].started
    assert 5.0 + 6.5 <= ready <= 5.0 + 7.6
    assert len(out.outcomes("baseline")) == 12
    assert holes(out, 1.0) == []


def test_a_run_that_nobody_can_guard_applies_no_condition(world: World, tmp_path: Path) -> None:
    class Never:
        def ready(self) -> None:
            raise ToolkitError("no guardian is to be had")

    out = play(tmp_path, experiment(), Plan(1.0, 5.0, warm_up_s=5.0), guard=Never())
    assert world.done == []
    assert out.facts.stopped == "stopped: no guardian is to be had"
    assert len(out.outcomes("baseline")) == 5


def test_a_hung_target_is_stopped_when_its_row_is_past_its_threshold(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 1e6 if at > 0.05 else 0.0
    plan = Plan(0.5, 20.0, stop_when=StopWhen(deviated_in_a_row=4))
    out = play(tmp_path, experiment(method=[action("burn", takes=0.1)]), plan, bounds_s=(0.3,))
    assert out.facts.stopped == "stopped: 4 measurements deviated in a row"
    assert at(world, "unburn") - at(world, "burn") <= 2.0 + 0.3 + SLACK_S + 0.02, "the slots at 0.5, 1, 1.5 and 2 s"
    cut = [m for m in out.facts.measurements.of("conditions") if m.outcome == "missed"]
    assert {m.code for m in cut} == {MissedReason.STOPPED}


def test_the_longest_duration_holds_in_the_gate(world: World, tmp_path: Path) -> None:
    world.took = lambda _: 1e6
    out = play(tmp_path, experiment(), Plan(10.0, 600.0, stop_when=StopWhen(max_duration_s=4.0)))
    assert world.clock.monotonic() <= 4.5
    assert "maximum duration of 4 s" in str(out.facts.stopped)
    assert world.done == []


def test_the_longest_duration_holds_in_the_hypothesis_afterwards_and_lets_the_rollbacks_play(
    world: World, tmp_path: Path
) -> None:
    world.took = lambda at: 1e6 if at > 2.5 else 0.1
    out = play(
        tmp_path, experiment(rollbacks=[action("unburn", takes=9.0)]), Plan(1.0, 3.0), longest_s=4.0, bounds_s=(None,)
    )
    assert out.facts.rollbacks[0].status == "succeeded"
    assert world.clock.monotonic() <= 3.1 + 9.0 + 1.0
    assert holes(out, 1.0) == []


def test_an_action_that_hangs_is_waited_for_while_slots_go_on(world: World, tmp_path: Path) -> None:
    stopping = {"type": "action", "name": "hangs", "provider": provider("interrupt", signum=2, takes=1e7)}
    out = play(tmp_path, experiment(method=[stopping]), Plan(1.0, 60.0))
    assert out.outcomes("undo")[:5] == ["met"] * 5
    assert holes(out, 1.0) == []


def test_a_limit_of_threads_takes_the_measuring_of_the_undo_and_not_the_undo(world: World, tmp_path: Path) -> None:
    spawn = world.clock.spawn

    def limited(target: Any, name: str) -> None:
        if name in ("rtk-tend", "rtk-afterwards"):
            raise RuntimeError("can't start new thread")
        spawn(target, name)

    world.clock.spawn = limited  # type: ignore[method-assign]
    out = play(tmp_path, experiment(), Plan(10.0, 30.0))
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert out.facts.rollbacks[0].status == "succeeded"
