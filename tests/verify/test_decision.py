"""A run is over as soon as it fails whatever comes, and never says so where it might not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.strategy import Strategy
from rtk.insight.facts import MissedReason, Outcome, ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.insight.judgement import judge
from rtk.insight.stops import StopCause
from rtk.insight.verdict import Case, deciding, fails
from rtk.verify.decision import Decision
from rtk.verify.schedule import Grid
from tests.verify.test_effect import burning
from tests.verify.world import World, experiment, play

OUTCOMES: dict[str, Outcome] = {".": "met", "x": "deviated", "-": "missed"}
PLAN = Plan(1.0, 60.0, cool_down_s=5.0, objective=ServiceLevelObjective(0.95), stop_when=StopWhen(decided=True))
SERIES = st.text("..x-", min_size=1, max_size=80)
TARGETS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


class Judged:
    """A decision over a grid of so many slots, and at which slot what was decided."""

    def __init__(self, planned: int, target: float = 0.95, baseline: str = "") -> None:
        plan = Plan(
            1.0, planned, len(baseline), objective=ServiceLevelObjective(target), stop_when=StopWhen(decided=True)
        )
        self.decided: list[tuple[int, int]] = []
        self.decision = Decision(plan, 0.0, lambda bad, slots: self.decided.append((bad, slots)))
        before = self.begin("baseline", len(baseline))
        for slot, mark in enumerate(baseline):
            self.decision.settled(before, slot, OUTCOMES[mark])
        self.decision.close(before)
        self.grid = self.begin("conditions", planned)

    def begin(self, phase: Any, slots: int) -> Grid:
        grid = Grid(phase, 0.0, 1.0, slots, lambda: True)
        self.decision.open(grid)
        return grid

    def tell(self, marks: str) -> int | None:
        """Tell of slots in their order; after how many it was decided."""
        for slot, mark in enumerate(marks):
            self.decision.settled(self.grid, slot, OUTCOMES[mark])
            if self.decided:
                return slot + 1
        return None


@given(SERIES, st.integers(0, 60), TARGETS)
def test_stopped_where_it_is_decided_it_fails_and_so_does_all_of_it_with_the_rest_good(
    marks: str, rest: int, target: float
) -> None:
    planned = len(marks) + rest
    after = Judged(planned, target).tell(marks)
    seen = marks if after is None else marks[:after]
    stopped = Case(
        target, planned, seen.count("."), seen.count("x"), planned - len(seen), planned - len(seen), stopped=True
    )
    assert (after is not None) == (fails(stopped, target) and len(seen) < planned)
    outcomes = [{".": True, "x": False, "-": None}[mark] for mark in seen] + [True] * (planned - len(seen))
    assert after is None or judge(outcomes, target, 3.0).verdict == "fail"


@given(SERIES, st.integers(1, 60), TARGETS)
def test_it_is_decided_at_the_first_slot_at_which_it_can_be(marks: str, rest: int, target: float) -> None:
    planned = len(marks) + rest
    after = Judged(planned, target).tell(marks)
    first = next((n for n in range(1, len(marks) + 1) if _fails(marks[:n], planned, target)), None)
    assert after == first


def _fails(seen: str, planned: int, target: float) -> bool:
    left = planned - len(seen)
    return fails(Case(target, planned, seen.count("."), seen.count("x"), left, left, stopped=True), target)


@given(st.permutations(range(20)), st.text(".x-", min_size=20, max_size=20))
def test_slots_may_settle_in_whatever_order(order: list[int], marks: str) -> None:
    judged = Judged(25, 0.8)
    for slot in order:
        judged.decision.settled(judged.grid, slot, OUTCOMES[marks[slot]])
    assert bool(judged.decided) == _fails(marks, 25, 0.8)


def test_the_last_slot_decides_nothing_that_is_left() -> None:
    assert Judged(20).tell("." * 16 + "xxxx") is None
    assert Judged(21).tell("." * 16 + "xxxx") == 20


def test_after_a_broken_baseline_nothing_fails() -> None:
    assert Judged(60, baseline="." * 20).tell("x" * 20) == deciding(60, 0.95)
    assert Judged(60, baseline="x" * 20).tell("x" * 20) is None


def test_a_slot_of_the_baseline_that_is_still_open_may_break_it() -> None:
    judged = Judged(60, baseline="x....")
    before = judged.begin("baseline", 6)
    judged.decision.close(before)
    judged.grid = judged.begin("conditions", 60)
    assert judged.tell("x" * 20) is None
    judged.decision.settled(before, 5, "met")
    judged.decision.tend()
    assert len(judged.decided) == 1


def test_where_a_slot_beyond_the_plan_has_begun_nobody_knows_how_many_there_will_be() -> None:
    judged = Judged(60)
    judged.tell("x" * 6)
    for _ in range(61):
        judged.grid.claim()
    judged.grid.begin(60)
    judged.decision.settled(judged.grid, 6, "deviated")
    assert judged.decided == []


def test_once_it_is_decided_no_slot_beyond_the_plan_begins() -> None:
    judged = Judged(60)
    assert judged.tell("x" * 7) == 7
    claimed = [judged.grid.claim() for _ in range(61)]
    assert claimed[-2:] == [59, None]


def slow_from(world: World, moment: float) -> None:
    world.took = lambda now: 0.1 if now < moment else 2.0


def test_a_decided_run_ends_undoes_measures_recovery_and_keeps_its_verdict(world: World, tmp_path: Path) -> None:
    slow_from(world, 10.0)
    out = play(tmp_path, experiment(), PLAN)
    found = insight(out.facts)
    assert (found.status, found.stop_cause, found.figures.verdict) == ("completed", StopCause.DECIDED, "fail")
    assert found.stopped == "decided early: 7 of 60 slots deviated, so it fails whatever the others are"
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert len(out.outcomes("recovery")) == 5
    assert out.outcomes().count("deviated") >= 7
    cut = [m.code for m in out.facts.measurements.of("conditions") if m.outcome == "missed"]
    assert len(cut) > 30
    assert set(cut) == {MissedReason.STOPPED}
    assert found.restored is True
    assert "of its time, had the 4" in found.headline
    assert "could not have saved it" in found.why
    assert "at most" not in found.why, "the headline has the one bound"
    assert any(limit.endswith("Slots beyond the stop are not judged.") for limit in found.limits)
    assert not any("never passes" in limit for limit in found.limits)


def test_both_rules_may_be_given_and_the_first_to_hold_stops_the_run(world: World, tmp_path: Path) -> None:
    slow_from(world, 10.0)
    rules = replace(PLAN.stop_when, deviated_in_a_row=3)
    found = insight(play(tmp_path, experiment(), replace(PLAN, stop_when=rules)).facts)
    assert (found.status, found.stop_cause) == ("interrupted", StopCause.DEVIATED_IN_A_ROW)


def test_a_run_that_may_still_pass_goes_on_to_its_end(world: World, tmp_path: Path) -> None:
    world.took = lambda now: 2.0 if 10 <= now < 16 else 0.1
    found = insight(play(tmp_path, experiment(), PLAN).facts)
    assert (found.stop_cause, found.status, found.figures.missed) == (None, "completed", 0)


@pytest.mark.parametrize("strategy", [Strategy.DEFAULT, Strategy.DEVIATED, Strategy.ALWAYS])
def test_every_strategy_undoes_it_as_a_run_that_ended_in_its_time(
    world: World, tmp_path: Path, strategy: Strategy
) -> None:
    slow_from(world, 10.0)
    out = play(tmp_path, experiment(), PLAN, rollback_strategy=strategy)
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert out.run.journal.deviated


def test_what_is_slow_but_may_still_be_missed_decides_nothing_before_it_settles(world: World, tmp_path: Path) -> None:
    """An overdue measurement deviates at once for a row; only what settled decides."""
    world.took = lambda now: 0.1 if now < 10 else 20.0
    out = play(tmp_path, experiment(), PLAN, bounds_s=(1.0,))
    assert insight(out.facts).stop_cause is StopCause.DECIDED
    stopped = next(entry["t"] for entry in out.entries("event") if entry.get("cause") == "decided")
    assert stopped >= 36.0


@pytest.mark.parametrize("gone_from", [1e6, 12.0])
def test_slots_decide_nothing_where_the_effect_of_the_condition_was_gone(
    world: World, tmp_path: Path, gone_from: float
) -> None:
    slow_from(world, 10.0)
    found = insight(play(tmp_path, experiment(method=[burning(gone_from, every=4)]), PLAN).facts)
    decided = found.stop_cause is StopCause.DECIDED
    assert decided == (found.figures.verdict == "fail")
    assert decided == (gone_from == 1e6)
