"""A baseline that is required and broken ends a run before any condition."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rtk.cli.exit_codes import COULD_NOT_RUN, INVALID, exit_code
from rtk.experiment.plan import Plan
from rtk.experiment.strategy import Strategy
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.insight.shape import InvalidReason
from rtk.insight.stops import StopCause
from tests.verify.world import Outcome, World, experiment, play

PLAN = Plan(1.0, 30.0, 20.0, 5.0, objective=ServiceLevelObjective(0.9), require_baseline=True)


def run(world: World, tmp_path: Path, good_for: float, plan: Plan = PLAN, **more: Any) -> Outcome:
    """A run of a service that is slow from that moment on, its gate being over at once."""
    world.took = lambda now: 0.1 if now < good_for else 2.5
    return play(tmp_path, experiment(), plan, **more)


def test_no_condition_is_applied_and_the_run_was_not_begun(world: World, tmp_path: Path) -> None:
    out = run(world, tmp_path, 5.0)
    found = insight(out.facts)
    assert (found.status, found.stop_cause, found.figures.verdict) == ("failed", StopCause.BASELINE_BROKEN, None)
    assert found.headline.startswith("Not begun: already broken, with 5 of 2")
    assert out.facts.conditions == ()
    assert "burn" not in [name for _, name in world.done]
    assert [span.phase for span in out.facts.phases] == ["baseline"]
    assert exit_code(found) == COULD_NOT_RUN


def test_a_promise_about_a_quantile_is_told_as_it_was_made(world: World, tmp_path: Path) -> None:
    promise = ServiceLevelObjective(0.95, quantile="p95 <= 300ms")
    found = insight(run(world, tmp_path, 5.0, replace(PLAN, objective=promise)).facts)
    assert "p95" in found.headline
    assert found.stopped == f"n{found.headline[1:-1]}"


@pytest.mark.parametrize(("strategy", "played"), [(Strategy.ALWAYS, ["unburn"]), (Strategy.NEVER, [])])
def test_rollbacks_are_played_as_after_a_gate_that_was_not_met(
    world: World, tmp_path: Path, strategy: Strategy, played: list[str]
) -> None:
    run(world, tmp_path, 5.0, rollback_strategy=strategy)
    assert [name for _, name in world.done] == played


def test_without_it_the_condition_is_applied_and_the_run_is_invalid(world: World, tmp_path: Path) -> None:
    found = insight(run(world, tmp_path, 5.0, replace(PLAN, require_baseline=False)).facts)
    assert (found.figures.verdict, found.invalid_reason) == ("invalid", InvalidReason.BASELINE_BROKEN)
    assert exit_code(found) == INVALID
    assert [name for _, name in world.done] == ["burn", "unburn"]


def test_a_baseline_that_is_kept_changes_nothing(world: World, tmp_path: Path) -> None:
    out = run(world, tmp_path, 1e6)
    assert insight(out.facts).stop_cause is None
    assert [len(out.outcomes(phase)) for phase in ("baseline", "conditions", "recovery")] == [20, 30, 5]


def test_what_is_still_under_way_at_its_end_is_waited_for(world: World, tmp_path: Path) -> None:
    """A service that hangs has answered nothing when the baseline's time is over."""
    world.took = lambda now: 0.1 if now < 2 else 25.0
    out = play(tmp_path, experiment(), replace(PLAN, warm_up_s=10.0))
    assert insight(out.facts).stop_cause is StopCause.BASELINE_BROKEN
    assert "burn" not in [name for _, name in world.done]
    due = [m.due for m in out.facts.measurements.of("baseline")]
    assert max(b - a for a, b in pairwise(due)) == pytest.approx(1.0), "measuring goes on meanwhile"


def test_what_never_settles_is_not_waited_for_for_ever(world: World, tmp_path: Path) -> None:
    world.took = lambda now: 0.1 if now < 2 else 1e6
    out = play(tmp_path, experiment(), replace(PLAN, warm_up_s=10.0), limits=[30.0], max_in_flight=2)
    assert insight(out.facts).stop_cause in (None, StopCause.BASELINE_BROKEN)
    assert world.clock.monotonic() < 200
