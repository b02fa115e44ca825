"""The exact bounds against SciPy's beta quantiles and against their own definition."""

import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.insight.bounds import RISK, chance_of_at_least, proven_at_least, proven_at_most
from tests.insight import scipy_stats as stats

SIZES = (1, 2, 3, 7, 20, 59, 93, 1000, 31_623, 999_983, 1_000_000)
COUNTS = st.integers(1, 1_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def scipy_lower(good: int, measured: int) -> float:
    return float(stats.beta.ppf(RISK, good, measured - good + 1)) if good else 0.0


def scipy_upper(good: int, measured: int) -> float:
    return float(stats.beta.ppf(1 - RISK, good + 1, measured - good)) if good < measured else 1.0


def grid() -> list[tuple[int, int]]:
    chosen = random.Random(7)
    pairs = {(good, n) for n in SIZES for good in (0, 1, 2, n // 3, n // 2, n * 19 // 20, n - 2, n - 1, n)}
    pairs |= {(chosen.randint(0, n), n) for n in SIZES for _ in range(25)}
    return sorted(pair for pair in pairs if 0 <= pair[0] <= pair[1])


def lower(good: int, measured: int) -> float:
    found = proven_at_least(good, measured)
    assert found is not None
    return found


def upper(good: int, measured: int) -> float:
    found = proven_at_most(good, measured)
    assert found is not None
    return found


def test_both_bounds_agree_with_scipy_to_nine_digits_over_a_wide_grid() -> None:
    for good, measured in grid():
        expected = scipy_lower(good, measured), scipy_upper(good, measured)
        found = lower(good, measured), upper(good, measured)
        assert found == pytest.approx(expected, rel=2e-10, abs=0), (good, measured)


@given(COUNTS)
@example((1, 1_000_000))
@example((999_999, 1_000_000))
def test_both_bounds_agree_with_scipy_anywhere(counts: tuple[int, int]) -> None:
    found = lower(*counts), upper(*counts)
    assert found == pytest.approx((scipy_lower(*counts), scipy_upper(*counts)), rel=2e-10, abs=0)


@pytest.mark.parametrize(("good", "measured"), [(16, 20), (58, 59), (1, 3), (150, 180)])
def test_the_bounds_are_the_exact_interval_of_the_binomial_test(good: int, measured: int) -> None:
    interval = stats.binomtest(good, measured).proportion_ci(confidence_level=0.9, method="exact")
    assert (lower(good, measured), upper(good, measured)) == pytest.approx((interval.low, interval.high))


@given(COUNTS)
def test_at_the_lower_bound_such_luck_has_one_chance_in_twenty(counts: tuple[int, int]) -> None:
    good, measured = counts
    if good:
        assert chance_of_at_least(good, measured, lower(good, measured)) == pytest.approx(RISK, rel=1e-7)


@given(COUNTS)
def test_the_observed_share_lies_between_the_bounds_and_these_within_0_and_1(counts: tuple[int, int]) -> None:
    good, measured = counts
    assert 0.0 <= lower(good, measured) <= good / measured <= upper(good, measured) <= 1.0


@given(COUNTS)
def test_one_more_met_never_lowers_a_bound(counts: tuple[int, int]) -> None:
    good, measured = counts
    assert lower(good + 1, measured + 1) >= lower(good, measured)
    assert upper(good + 1, measured + 1) >= upper(good, measured)


@given(COUNTS)
def test_one_more_deviated_never_raises_a_bound(counts: tuple[int, int]) -> None:
    good, measured = counts
    assert lower(good, measured + 1) <= lower(good, measured)
    assert upper(good, measured + 1) <= upper(good, measured)


def test_nothing_measured_has_no_bounds() -> None:
    assert proven_at_least(0, 0) is None
    assert proven_at_most(0, 0) is None


@pytest.mark.parametrize(("good", "measured"), [(2, 1), (-1, 3), (0, -1)])
def test_impossible_counts_are_refused(good: int, measured: int) -> None:
    with pytest.raises(BadInput, match="was expected"):
        proven_at_least(good, measured)


def test_a_bound_takes_at_most_a_millisecond_of_processor_time() -> None:
    counts = [(good, 1_000_000) for good in range(1, 1_000_000, 10_007)]
    began = time.process_time()
    for good, measured in counts:
        proven_at_least(good, measured)
    assert (time.process_time() - began) / len(counts) <= 0.001


@given(st.integers(0, 200), st.integers(1, 200), st.floats(0, 1))
def test_the_chance_of_so_many_agrees_with_scipy(good: int, measured: int, share: float) -> None:
    expected = float(stats.binom.sf(good - 1, measured, share))
    assert chance_of_at_least(good, measured, share) == pytest.approx(expected, rel=1e-9, abs=1e-12)
