"""Columns: what is computed of all measurements at once is what one after the other gives."""

from array import array
from itertools import groupby
from math import isfinite
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtk.insight import compare, moments, recovery
from rtk.insight.columns import DEVIATED, MET, both, but, only, order_of
from rtk.insight.effect import EffectChange, EffectState, Lapsed, lapses_of
from rtk.insight.facts import (
    CUT_OFF,
    OUTCOMES,
    PHASES,
    ActivitySpan,
    Facts,
    MeasurementSeries,
    MissedReason,
    SlotMeasurement,
    Stored,
    code_of,
)
from rtk.insight.outage import deviating_spans
from rtk.insight.proof import BAD, GOOD, MISSED
from rtk.insight.tally import PhaseTally, tallies_of
from tests.insight.builder import run_of

VALUES = st.none() | st.sampled_from([1.0, 2.0, 5.5, float("inf")])
CODES = st.none() | st.sampled_from(MissedReason)


@st.composite
def runs(draw: st.DrawFn) -> Facts:
    """Runs of a few slots in several phases, with conditions, rollbacks and effects at any time."""
    found, due = MeasurementSeries(), 0.0
    for phase in PHASES:
        for slot in range(draw(st.integers(0, 8))):
            due += draw(st.sampled_from([0.0, 1.0, 1.0, 2.5]))
            outcome, value = draw(st.sampled_from(OUTCOMES)), draw(VALUES)
            code = draw(CODES) if outcome == "missed" else None
            found.append(SlotMeasurement(phase, slot, due, due, due + 0.1, outcome, value, None, code))
    moment = st.floats(0, max(due, 1.0))
    spans = [ActivitySpan(name, at := draw(moment), at + 1, "succeeded") for name in ("burn", "unburn")]
    effects = [
        EffectChange("burn", 0, draw(moment), draw(st.sampled_from(EffectState)))
        for _ in range(draw(st.integers(0, 3)))
    ]
    some = draw(st.booleans())
    return replace(
        run_of(""),
        measurements=found,
        conditions=tuple(spans[:1]) if some else (),
        rollbacks=tuple(spans[1:]) if draw(st.booleans()) else (),
        effects=tuple(effects),
    )


def one_by_one(facts: Facts) -> dict[str, PhaseTally]:
    """The tallies, counted one measurement after the other."""
    tallies: dict[str, PhaseTally] = {phase: PhaseTally() for phase in PHASES}
    lapsed = Lapsed(lapses_of(facts.effects))
    for m in facts.measurements:
        _count(tallies[m.phase], m, m.phase == "conditions" and lapsed(m.due))
    for tally in tallies.values():
        tally.planned = len(tally.outcomes)
        tally.values.sort()
    return {phase: tally for phase, tally in tallies.items() if tally.planned}


def _count(tally: PhaseTally, m: SlotMeasurement, lapsed: bool) -> None:
    if m.code not in CUT_OFF:
        tally.began = m.due if tally.began is None else tally.began
        tally.last, tally.last_deviated = m.due, m.outcome == "deviated"
        tally.lapsed += lapsed
        tally.lapsed_deviated += lapsed and m.outcome == "deviated"
    if lapsed or m.outcome == "missed":
        tally.missed += 1
        tally.outcomes += MISSED
        why = m.code if m.outcome == "missed" else MissedReason.NO_EFFECT
        if why is not None:
            tally.reasons[why] = tally.reasons.get(why, 0) + 1
        tally.cut_off += m.code in CUT_OFF
        return
    tally.outcomes += GOOD if m.outcome == "met" else BAD
    if m.value is not None and isfinite(m.value):
        tally.values.append(m.value)
    else:
        tally.valueless += m.outcome == "deviated"


@given(runs())
def test_a_tally_of_columns_is_that_of_one_after_the_other(facts: Facts) -> None:
    assert tallies_of(facts) == one_by_one(facts)


def first_deviation(facts: Facts, began: float) -> SlotMeasurement | None:
    going_on = False
    for m in facts.measurements:
        over = m.phase == "baseline" or (m.ended is not None and m.ended <= began)
        if m.outcome == "deviated" and not (m.due < began and over) and not going_on:
            return m
        if m.outcome != "missed":
            going_on = m.outcome == "deviated"
    return None


@given(runs(), st.floats(0, 40))
def test_the_first_deviation_is_that_of_one_after_the_other(facts: Facts, began: float) -> None:
    assert moments.first_deviation(facts, began) == first_deviation(facts, began)


def recovered(facts: Facts) -> recovery.Recovery:
    def since(moment: float) -> list[SlotMeasurement]:
        return [m for m in facts.measurements if m.phase != "baseline" and m.due >= moment]

    began = recovery.conditions_began(facts)
    if began is None or not any(m.outcome == "deviated" for m in since(began)):
        return recovery.Recovery.NOTHING_TO_RECOVER_FROM
    over = next((span.ended for span in facts.phases if span.phase == "conditions"), None)
    undone = recovery.undone_at(facts.rollbacks) if facts.rollbacks else over
    later = since(undone) if undone is not None else []
    if any([m.outcome for m in later[at : at + 3]] == ["met"] * 3 for at in range(len(later))):
        return recovery.Recovery.RECOVERED
    measured = [m for m in later if m.outcome != "missed"]
    if len(measured) >= 3 or any(m.outcome == "deviated" for m in measured[-1:]):
        return recovery.Recovery.NOT_RECOVERED
    return recovery.Recovery.NOT_MEASURED


@given(runs())
def test_whether_it_recovered_is_what_one_after_the_other_says(facts: Facts) -> None:
    assert recovery.recovery_of(facts) is recovered(facts)


@given(runs())
def test_each_deviated_slot_has_its_span(facts: Facts) -> None:
    due = [m.due for m in facts.measurements if m.outcome == "deviated"]
    assert [since for since, _ in deviating_spans(facts)] == due


def pairs_and_ties(values: list[float], others: list[float]) -> tuple[float, int]:
    """By the ranks of all together: in how many pairs one of `values` is the higher, and the ties."""
    together = sorted([(value, True) for value in values] + [(value, False) for value in others])
    rank_sum, ties, before = 0.0, 0, 0
    for _, group in groupby(together, key=lambda pair: pair[0]):
        mine = [is_mine for _, is_mine in group]
        rank_sum += sum(mine) * (before + (len(mine) + 1) / 2)
        ties += len(mine) ** 3 - len(mine)
        before += len(mine)
    return rank_sum - len(values) * (len(values) + 1) / 2, ties


SOME = st.lists(st.integers(0, 9).map(float) | st.floats(-5, 5), min_size=1, max_size=30)


@given(SOME, SOME, st.integers(1, 5))
def test_pairs_and_ties_are_those_of_all_values_together(values: list[float], others: list[float], part: int) -> None:
    before, compare._PART = compare._PART, part
    try:
        higher, ties = pairs_and_ties(values, others)
        assert compare._below(sorted(values), sorted(others)) == (higher, ties)
        # Whichever of them is the longer.
        assert compare.mann_whitney(values, others)[1] == higher / (len(values) * len(others))
    finally:
        compare._PART = before


@given(runs(), st.randoms())
def test_what_came_in_any_order_is_in_the_order_it_was_due(facts: Facts, random: Any) -> None:
    told = list(facts.measurements)
    random.shuffle(told)
    found = MeasurementSeries()
    found.extend(stored(told))
    assert list(found.ordered()) == sorted(told, key=lambda m: (m.due, m.slot))


def stored(told: list[SlotMeasurement]) -> Stored:
    """Measurements as a database gives them."""
    none = float("nan")
    times = [none if time is None else time for m in told for time in (m.due, m.started, m.ended, m.value)]
    return Stored(
        bytes(code_of(m.phase, m.outcome) for m in told),
        array("q", (m.slot for m in told)),
        array("d", times),
        {place: m.code for place, m in enumerate(told) if m.code},
    )


def test_what_is_in_order_stays_as_it_is() -> None:
    assert order_of(array("d", [1.0, 2.0]), array("q", [0, 1])) is None
    assert list(order_of(array("d", [2.0, 1.0, 1.0]), array("q", [0, 2, 1])) or ()) == [2, 1, 0]


def test_those_of_one_moment_are_in_the_order_of_their_slots() -> None:
    due = array("d", [2.0, 1.0, 1.0, 3.0, 2.0, 3.0, 3.0, 0.0])
    assert list(order_of(due, array("q", [5, 4, 3, 9, 1, 8, 7, 0])) or ()) == [7, 2, 1, 4, 0, 6, 5, 3]


def test_masks() -> None:
    assert (both(b"\0\1\1", b"\1\1\0"), but(b"\0\1")) == (b"\0\1\0", b"\1\0")
    assert bytes([MET, DEVIATED]).translate(only(DEVIATED)) == b"\0\1"


def test_a_part_knows_its_places_in_the_whole() -> None:
    facts = run_of("..x.-x")
    found = facts.measurements.columns()
    assert list(found.of(found.are(DEVIATED)).places()) == [2, 5]
    assert found.since(found.due[3]).place(0) == 3
    assert facts.measurements.columns("recovery").kinds == b""


def test_the_first_that_came_out_so() -> None:
    found = run_of("..x-").measurements
    assert (found.first("deviated"), found.first("missed")) == (found[2], found[3])
    assert run_of("..").measurements.first("missed") is None
