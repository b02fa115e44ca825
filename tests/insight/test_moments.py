"""When it deviated, when it recovered, and what was undone."""

from typing import Any

import pytest

from rtk.insight.facts import ActivitySpan
from rtk.insight.moments import (
    first_deviation_after,
    invalid_condition,
    recovered_after,
    restored,
    unrestored,
)
from rtk.insight.recovery import precedes
from rtk.insight.shape import RestoreProblem, Unrestored
from tests.insight.builder import run_of


def rollback(ended: float | None = 7.5, status: str = "succeeded", **given: Any) -> ActivitySpan:
    return ActivitySpan("stop the load", 7.0, ended, status, **given)


def test_the_first_deviation_is_timed_from_the_first_condition_to_its_due_time() -> None:
    facts = run_of(
        "..x.x",
        baseline="x..",
        conditions=(ActivitySpan("b", 4.5, 5.0, "succeeded"), ActivitySpan("a", 3.5, 4.0, "succeeded")),
    )
    assert first_deviation_after(facts) == 1.5


def test_a_deviation_before_the_condition_is_not_of_it() -> None:
    facts = run_of("xx..", conditions=(ActivitySpan("late", 1.5, 2.0, "succeeded"),))
    assert first_deviation_after(facts) is None


def test_a_measurement_under_way_when_the_condition_started_is_of_it_unless_it_is_the_baselines() -> None:
    late = (ActivitySpan("late", 1.1, 2.0, "succeeded"),)
    assert first_deviation_after(run_of(".xx.", conditions=late)) == 0.0
    assert first_deviation_after(run_of("x...", baseline=".x", conditions=late)) is None


def test_a_measurement_that_never_ended_was_under_way() -> None:
    hung = run_of(".xx.").measurements[1]._replace(ended=None)
    assert not precedes(hung, 1.5)
    assert precedes(hung._replace(phase="baseline"), 1.5)
    assert precedes(hung._replace(ended=1.5), 1.5)


def test_a_first_deviation_may_come_after_the_rollbacks() -> None:
    assert first_deviation_after(run_of("....", recovery=".x")) == 5.0


def test_without_a_condition_nothing_is_timed() -> None:
    assert first_deviation_after(run_of("xx", conditions=())) is None


def test_recovery_is_the_end_of_the_first_of_three_met_in_a_row() -> None:
    facts = run_of("...xxxxx", recovery="x..x...", rollbacks=(rollback(),))
    assert recovered_after(facts) == 12.25 - 7.5


def test_a_missed_slot_breaks_the_row() -> None:
    facts = run_of("xxxxxxxx", recovery="..-...", rollbacks=(rollback(),))
    assert recovered_after(facts) == 11.25 - 7.5


def test_two_in_a_row_are_no_recovery() -> None:
    assert recovered_after(run_of("xxxxxxxx", recovery="..x..", rollbacks=(rollback(),))) is None


def test_only_measurements_due_after_the_last_rollback_count() -> None:
    facts = run_of("xxxx....", recovery="....", rollbacks=(rollback(8.5), rollback(2.0)))
    assert recovered_after(facts) == 9.25 - 8.5


@pytest.mark.parametrize("rollbacks", [(), (rollback(None),)])
def test_without_the_end_of_a_rollback_no_recovery_is_timed(rollbacks: tuple[ActivitySpan, ...]) -> None:
    assert recovered_after(run_of("xxxxxxxx", recovery="....", rollbacks=rollbacks)) is None


def test_what_never_deviated_has_nothing_to_recover_from() -> None:
    assert recovered_after(run_of("........", recovery="....", rollbacks=(rollback(),))) is None


def test_all_rollbacks_succeeded_is_restored() -> None:
    facts = run_of("..", rollbacks=(rollback(), rollback()), rolled_back=True)
    assert restored(facts) is True
    assert unrestored(facts) == ()


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_one_rollback_that_did_not_succeed_is_not_restored(status: str) -> None:
    facts = run_of("..", rollbacks=(rollback(), rollback(status=status)), rolled_back=True)
    assert restored(facts) is False
    assert [each.problem for each in unrestored(facts)] == [RestoreProblem(status)]


def test_what_was_not_undone_is_told_with_the_command_to_run_by_hand() -> None:
    failed = rollback(status="failed", failure="It ended with status 3.", by_hand="kill 4711", tries=3)
    assert unrestored(run_of("..", rollbacks=(failed,))) == (
        Unrestored(RestoreProblem.FAILED, "stop the load", 3, "It ended with status 3.", "kill 4711"),
    )


def test_a_condition_that_cannot_be_shown_to_be_gone_is_a_problem_of_its_own() -> None:
    (left,) = unrestored(run_of("..", rollbacks=(rollback(status="failed", unproven=True),)))
    assert left.problem is RestoreProblem.NOT_GONE


def test_rollbacks_due_and_not_played_are_not_restored() -> None:
    facts = run_of("..", rolled_back=False)
    assert restored(facts) is False
    assert unrestored(facts) == (Unrestored(RestoreProblem.NOT_PLAYED),)


def test_rollbacks_not_played_before_any_condition_leave_nothing_to_restore() -> None:
    facts = run_of("..", rolled_back=False, conditions=())
    assert restored(facts) is None
    assert unrestored(facts) == ()


def test_no_rollbacks_is_nothing_to_restore() -> None:
    assert restored(run_of("..")) is None


def test_the_first_condition_that_failed_is_the_invalid_one() -> None:
    conditions = tuple(
        ActivitySpan(name, 0.0, 1.0, status)
        for name, status in (("a", "succeeded"), ("b", "interrupted"), ("c", "failed"), ("d", "failed"))
    )
    found = invalid_condition(run_of("..", conditions=conditions))
    assert found is not None
    assert found.name == "c"
