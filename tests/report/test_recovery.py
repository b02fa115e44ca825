"""Whether the service was good again, and what is advised where that was not measured."""

import pytest
from msgspec.structs import replace

from rtk.insight.recovery import Recovery
from rtk.insight.shape import Insight
from rtk.insight.stops import StopCause
from rtk.report.recovery import explanation
from tests.report.samples import a_run


@pytest.fixture
def short() -> Insight:
    """An insight of a run that was measured for too short after its undo."""
    found, _ = a_run("deviating")
    phases = tuple(each for each in found.phases if each.phase != "recovery")
    return replace(found, recovery=Recovery.NOT_MEASURED, recovered=None, recovered_after_s=None, phases=phases)


def test_without_a_cool_down_one_is_advised(short: Insight) -> None:
    assert explanation(short) == (
        "Too little was measured after the undo to say. A cool-down gives it time, such as --cool-down 1m."
    )


def test_where_there_was_one_a_longer_one_is_advised(short: Insight) -> None:
    found, _ = a_run("deviating")
    assert explanation(replace(short, phases=found.phases)) == (
        "Too little was measured after the undo to say; a longer cool-down gives it time."
    )


@pytest.mark.parametrize("given", [{"stopped": "stopped from the console: enough"}, {"status": "interrupted"}])
def test_a_run_that_was_stopped_gets_no_advice_that_would_have_changed_nothing(
    short: Insight, given: dict[str, str]
) -> None:
    told = explanation(replace(short, **given))
    assert told == "The run was stopped before enough was measured after the undo to say."


def test_a_run_that_was_decided_is_as_complete_as_any_other(short: Insight) -> None:
    decided = replace(short, stopped="decided early: 9 of 10", stop_cause=StopCause.DECIDED)
    assert "cool-down" in explanation(decided)


def test_without_a_condition_there_is_nothing_to_recover_from_whatever_deviated(short: Insight) -> None:
    nothing = replace(short, recovery=Recovery.NOTHING_TO_RECOVER_FROM)
    assert explanation(nothing) == "Nothing deviated after the conditions had begun."
    assert explanation(nothing, applied=False) == "No condition was applied, so there is nothing to recover from."
