"""That everything was undone is one fact, that the service was good again another."""

from typing import Any

import pytest

from rtk.insight.facts import ActivitySpan, PhaseSpan
from rtk.insight.insight import insight
from rtk.insight.recovery import Recovery, recovery_of
from tests.insight.builder import run_of

UNDONE = (ActivitySpan("undo", 10.0, 11.5, "succeeded"),)


@pytest.mark.parametrize(
    ("conditions", "recovery", "found"),
    [
        ("....xxxxxx", "xx....", Recovery.RECOVERED),
        ("....xxxxxx", "..x..x", Recovery.NOT_RECOVERED),
        ("....xxxxxx", "xxx", Recovery.NOT_RECOVERED),
        ("....xxxxxx", "xxx..x", Recovery.NOT_RECOVERED),
        ("....xxxxxx", "....", Recovery.NOT_MEASURED),
        ("....xxxxxx", "", Recovery.NOT_MEASURED),
        ("..........", "......", Recovery.NOTHING_TO_RECOVER_FROM),
        ("..........", "..x...", Recovery.RECOVERED),
    ],
)
def test_the_service_has_recovered_once_three_in_a_row_are_met_after_the_undo(
    conditions: str, recovery: str, found: Recovery
) -> None:
    facts = run_of(conditions, recovery=recovery, rollbacks=UNDONE, rolled_back=True)
    assert recovery_of(facts) is found
    told = insight(facts)
    assert told.restored is True, "whatever became of the service"
    assert (told.recovery, told.recovered) == (found, found.recovered)


@pytest.mark.parametrize(("status", "restored"), [("failed", False), ("succeeded", True)])
def test_a_service_may_recover_although_a_rollback_failed(status: str, restored: bool) -> None:
    undo = (ActivitySpan("undo", 10.0, 10.5, status),)
    told = insight(run_of("....xxxxxx", recovery="......", rollbacks=undo, rolled_back=True))
    assert (told.restored, told.recovered) == (restored, True)


def test_without_rollbacks_it_is_measured_from_the_conditions_end() -> None:
    spans = (PhaseSpan("conditions", 0.0, 10.0, 10),)
    told = insight(run_of("....xxxxxx", recovery="x...", phases=spans))
    assert (told.restored, told.recovery) == (None, Recovery.RECOVERED)


def test_a_rollback_that_has_not_ended_leaves_it_open() -> None:
    undo = (ActivitySpan("undo", 10.0, None, "interrupted"),)
    assert recovery_of(run_of("....xxxxxx", recovery="....", rollbacks=undo)) is Recovery.NOT_MEASURED


@pytest.mark.parametrize("given", [{"conditions": ()}, {}])
def test_without_a_deviation_since_a_condition_there_is_nothing_to_recover_from(given: dict[str, Any]) -> None:
    facts = run_of("....", baseline="xx", recovery="...", rollbacks=UNDONE, **given)
    assert recovery_of(facts) is Recovery.NOTHING_TO_RECOVER_FROM
