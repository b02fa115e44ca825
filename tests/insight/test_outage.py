"""What a run costs: from each deviated slot to the next one, at most a frequency."""

from fractions import Fraction

import pytest

from rtk.insight.facts import Facts, MeasurementSeries, MissedReason, Outcome, Phase, SlotMeasurement
from rtk.insight.insight import insight
from rtk.insight.outage import deviating_spans, deviating_time
from rtk.insight.tally import tallies_of
from tests.insight.builder import run_of

MARKS: dict[str, Outcome] = {".": "met", "x": "deviated", "-": "missed", "s": "missed"}


def facts_of(frequency: float, *phases: tuple[Phase, float, str]) -> Facts:
    """A run whose phases begin at the given moments, with a mark for each slot."""
    measurements = [
        SlotMeasurement(
            phase,
            slot,
            start + slot * frequency,
            None,
            None,
            MARKS[mark],
            code=MissedReason.STOPPED if mark == "s" else None,
        )
        for phase, start, marks in phases
        for slot, mark in enumerate(marks)
    ]
    return run_of("", measurements=MeasurementSeries(measurements), frequency_s=frequency)


def cost(facts: Facts) -> Fraction:
    return deviating_time(tallies_of(facts), facts.frequency_s)


def test_in_a_full_phase_each_deviated_slot_costs_a_frequency() -> None:
    assert cost(facts_of(10.0, ("conditions", 0.0, "..xx.xx"))) == 40


def test_tenths_are_exact_however_many() -> None:
    assert cost(facts_of(0.1, ("conditions", 17.3, "x" * 1000))) == 100


def test_the_last_slot_of_a_phase_costs_no_more_than_lies_before_the_next_phase() -> None:
    facts = facts_of(10.0, ("conditions", 0.0, "..x"), ("undo", 25.0, "x"), ("recovery", 27.5, "xxx"))
    assert cost(facts) == Fraction(5) + Fraction("2.5") + 30


def test_an_outage_through_every_phase_costs_what_it_lasted() -> None:
    phases: list[tuple[Phase, float, str]] = [
        ("baseline", 0.0, "xxx"),
        ("onset", 2.7, "xx"),
        ("conditions", 4.1, "xxxxx"),
        ("undo", 9.0, "x"),
        ("recovery", 9.05, "xxx"),
    ]
    assert cost(facts_of(1.0, *phases)) == Fraction("12.05")


def test_what_a_stop_cut_off_is_no_slot_that_an_outage_ends_at() -> None:
    facts = facts_of(10.0, ("conditions", 0.0, ".xsssss"), ("undo", 12.0, "x"), ("recovery", 14.0, "..."))
    assert cost(facts) == 4


def test_a_slot_that_the_measurer_missed_ends_what_the_one_before_costs() -> None:
    assert cost(facts_of(10.0, ("conditions", 0.0, "x-"), ("recovery", 15.0, "."))) == 10


def test_phases_told_in_another_order_cost_the_same() -> None:
    told = facts_of(10.0, ("conditions", 0.0, "..x"), ("recovery", 27.0, "."), ("undo", 25.0, "x"))
    assert cost(told) == 5 + 2


@pytest.mark.parametrize("between", [10.0, 40.0])
def test_a_gap_of_an_old_record_costs_no_more_than_a_frequency(between: float) -> None:
    assert cost(facts_of(10.0, ("conditions", 0.0, ".x"), ("recovery", 10.0 + between, "."))) == 10


def test_the_spans_are_those_of_the_slots_and_add_up_to_the_cost() -> None:
    facts = facts_of(10.0, ("conditions", 0.0, "x.x"), ("undo", 25.0, "x"))
    assert list(deviating_spans(facts)) == [(0.0, 10.0), (20.0, 25.0), (25.0, 35.0)]
    assert sum(end - begin for begin, end in deviating_spans(facts)) == float(cost(facts))


def test_the_budget_is_spent_by_every_phase() -> None:
    facts = facts_of(1.0, ("conditions", 0.0, "."), ("undo", 1.0, "xx"), ("recovery", 3.0, "x."))
    assert insight(facts).figures.deviating_s == 3.0
