"""One pass over the measurements."""

from typing import Any

import pytest

from rtk.insight.proof import BAD, GOOD, MISSED
from rtk.insight.stops import StopCause, Stopping
from rtk.insight.tally import stopped_early, tallies_of
from tests.insight.builder import run_of


def test_outcomes_keep_their_order_and_the_missed_their_place() -> None:
    found = tallies_of(run_of(".x-.x", spans={"conditions": 6}))["conditions"]
    assert bytes(found.outcomes) == GOOD + BAD + MISSED + GOOD + BAD + MISSED
    assert (found.met, found.deviated, found.missed, found.measured) == (2, 2, 2, 4)


def test_only_slots_stopped_or_interrupted_were_cut_off() -> None:
    found = tallies_of(run_of(".-ssi"))["conditions"]
    assert (found.missed, found.cut_off) == (4, 3)


def test_a_planned_slot_of_which_nothing_is_known_was_missed() -> None:
    found = tallies_of(run_of("...", spans={"conditions": 10}))["conditions"]
    assert (found.planned, found.missed, found.cut_off) == (10, 7, 0)


def test_where_measuring_ended_early_such_a_slot_was_cut_off() -> None:
    found = tallies_of(run_of("...", spans={"conditions": 10}, stop=Stopping(StopCause.SAFEGUARD, "no")))["conditions"]
    assert found.cut_off == 7


def test_a_phase_longer_than_planned_has_as_many_slots_as_measurements() -> None:
    assert tallies_of(run_of("....", spans={"conditions": 2}))["conditions"].planned == 4


def test_a_phase_neither_planned_nor_measured_is_left_out() -> None:
    assert list(tallies_of(run_of("..", spans={"conditions": 2, "recovery": 0}))) == [
        "conditions",
        "recovery",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, False),
        ({"stop": Stopping(StopCause.CONSOLE, "Stop")}, True),
        ({"status": "interrupted"}, True),
        ({"status": "aborted"}, True),
    ],
)
def test_a_run_that_ended_early_is_known_by_its_reason_or_status(given: dict[str, Any], expected: bool) -> None:
    assert stopped_early(run_of("..", **given)) is expected
