"""Bounds of quantiles: never in contradiction with what the same slots prove, and honest where there are too few."""

from itertools import pairwise
from math import inf, isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtk.insight.bounds import proven_at_least
from rtk.insight.proof import BAD, GOOD, MISSED, needed, prove
from rtk.insight.quantile_bound import QuantileState, SlotValues, bounds_of, name_of, seen_bounds

SHARES = (0.5, 0.9, 0.95, 0.99)
STRETCHES = st.lists(st.tuples(st.sampled_from([10.0, 11.0, 12.0, 20.0, 30.0, 900.0, inf, None]), st.integers(1, 60)))
VALUES = st.one_of(
    STRETCHES.map(lambda parts: [value for value, many in parts for _ in range(many)][:400]),
    st.lists(st.one_of(st.integers(0, 40).map(float), st.none(), st.just(inf)), min_size=1, max_size=120),
)


def slots_of(values: list[float | None]) -> SlotValues:
    read = [inf if value is None else value for value in values]
    missed = bytes(value is None for value in values)
    return SlotValues(read, missed, sorted(filter(isfinite, read)))


def is_proven(values: list[float | None], after: list[float], level: float, share: float, length: float) -> bool:
    series = b"".join(MISSED if value is None else GOOD if value <= level else BAD for value in values)
    outlasting = next((place for place, value in enumerate(after) if value <= level), len(after))
    proof = prove(series, length, outlasting=outlasting)
    return proof is not None and proof.reaches(share)


@settings(max_examples=100, deadline=None)
@given(VALUES, st.lists(st.sampled_from([10.0, 25.0, inf]), max_size=5), st.sampled_from([1.0, 3.0, 10.0]))
def test_a_proven_bound_is_the_value_from_which_on_the_verdict_would_be_a_pass(
    values: list[float | None], after: list[float], length: float
) -> None:
    found = bounds_of(slots_of(values), after, length, SHARES)
    levels = sorted({value for value in values if value is not None and isfinite(value)})
    for bound in found:
        proven = [is_proven(values, after, level, bound.share, length) for level in levels]
        from_ = next((levels[place] for place in range(len(levels)) if all(proven[place:])), None)
        assert bound.at_most == from_


@given(VALUES)
def test_of_the_slots_that_were_measured_the_order_statistic_bounds_the_quantile(values: list[float | None]) -> None:
    measured = [value for value in values if value is not None]
    for bound in bounds_of(slots_of(values), (), 1.0, SHARES):
        good = [
            level
            for level in sorted({*filter(isfinite, measured)})
            if (proven_at_least(sum(value <= level for value in measured), len(measured)) or 0.0) >= bound.share
        ]
        clean_enough = len(measured) >= needed(bound.share)
        assert bound.in_run_at_most == (good[0] if good and clean_enough else None)


@given(VALUES, st.sampled_from([1.0, 4.0]))
def test_bounds_lie_above_the_quantile_and_a_proof_above_the_order_statistic(
    values: list[float | None], length: float
) -> None:
    found = bounds_of(slots_of([value for value in values if value is not None]), (), length, SHARES)
    for bound in found:
        known = [each for each in (bound.value, bound.in_run_at_most, bound.at_most) if each is not None]
        assert known == sorted(known)
    told = [bound.at_most for bound in found if bound.at_most is not None]
    assert all(one <= other for one, other in pairwise(told))


def states(values: list[float | None], length: float = 1.0) -> dict[str, QuantileState]:
    return {bound.name: bound.state for bound in bounds_of(slots_of(values), (), length)}


def test_of_thirty_values_neither_the_p95_nor_the_p99_is_a_number() -> None:
    p50, p95, p99 = bounds_of(slots_of([100.0 + n for n in range(30)]), (), 3.0)
    assert (p95.state, p99.state) == (QuantileState.TOO_SHORT, QuantileState.TOO_SHORT)
    assert (p95.value, p95.at_most, p95.in_run_at_most, p95.needed) == (None, None, None, 168)
    assert (p50.value, p50.state) == (114.0, QuantileState.PROVEN)


def test_p99_of_outages_of_one_slot_needs_299_slots_to_be_bounded_and_887_for_three() -> None:
    assert states([100.0] * 298)["p99"] is QuantileState.TOO_SHORT
    assert states([100.0] * 299)["p99"] is QuantileState.PROVEN
    assert states([100.0] * 299, 3.0)["p99"] is QuantileState.IN_RUN
    assert states([100.0] * 887, 3.0)["p99"] is QuantileState.PROVEN


def test_slots_without_a_value_count_as_the_slowest() -> None:
    half = [inf if n % 2 else 100.0 for n in range(600)]
    found = {bound.name: bound for bound in bounds_of(slots_of([*half]), (), 1.0)}
    assert (found["p95"].state, found["p95"].value) == (QuantileState.NO_VALUE, None)
    assert (found["p50"].state, found["p50"].value) == (QuantileState.NO_VALUE, 100.0)


def test_missed_slots_count_whichever_way_proves_less() -> None:
    whole: list[float | None] = [100.0] * 59
    assert bounds_of(slots_of(whole), (), 1.0)[1].at_most == 100.0
    assert bounds_of(slots_of([*whole[:58], None]), (), 1.0)[1].at_most is None


def test_phases_together_are_no_condition_of_which_anything_is_proven() -> None:
    found = seen_bounds([[float(n) for n in range(600)]], 600, 3.0)
    assert [bound.state for bound in found] == [QuantileState.IN_RUN] * 3
    assert seen_bounds([], 600, 3.0) == ()


@given(st.lists(st.lists(st.integers(0, 9).map(float), max_size=40), max_size=4), st.integers(0, 20))
def test_phases_together_are_ranked_as_one(parts: list[list[float]], without: int) -> None:
    whole = sorted(value for part in parts for value in part)
    measured = len(whole) + without
    together = seen_bounds([whole], measured, 1.0)
    assert seen_bounds(map(sorted, parts), measured, 1.0) == together


def test_what_has_no_values_has_no_quantiles() -> None:
    assert bounds_of(slots_of([inf, None]), (), 1.0) == bounds_of(slots_of([]), (), 1.0) == ()


@pytest.mark.parametrize(("share", "name"), [(0.5, "p50"), (0.999, "p99.9"), (0.9, "p90"), (0.99999, "p99.999")])
def test_a_quantile_is_named_by_its_per_cent(share: float, name: str) -> None:
    assert name_of(share) == name
