"""Fisher's and Mann-Whitney's tests against SciPy's."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.compare import fisher, mann_whitney
from tests.insight import scipy_stats as stats

COUNT = st.integers(0, 60)
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
COARSE = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=40)


@given(COUNT, COUNT, COUNT, COUNT)
def test_fishers_test_agrees_with_scipy(a: int, b: int, c: int, d: int) -> None:
    expected = float(stats.fisher_exact([[a, b], [c, d]]).pvalue)
    assert fisher(a, b, c, d) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    "table",
    [
        (50_000, 120, 49_000, 310),
        (99_000, 1000, 10, 5),
        (3, 100_000, 9, 100_000),
        (0, 500, 500, 0),
        (1, 0, 0, 1),
    ],
)
def test_fishers_test_agrees_with_scipy_on_large_and_lopsided_tables(
    table: tuple[int, int, int, int],
) -> None:
    a, b, c, d = table
    expected = float(stats.fisher_exact([[a, b], [c, d]]).pvalue)
    assert fisher(a, b, c, d) == pytest.approx(expected, rel=1e-7)


def test_a_difference_too_large_for_a_float_has_no_chance_at_all() -> None:
    assert fisher(50_000, 0, 0, 50_000) < 1e-290


def agreed(values: list[float], others: list[float], method: str) -> None:
    expected = stats.mannwhitneyu(values, others, method=method)
    p, superiority = mann_whitney(values, others)
    assert p == pytest.approx(float(expected.pvalue), rel=1e-9)
    assert superiority == pytest.approx(float(expected.statistic) / (len(values) * len(others)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40, unique=True), st.data())
def test_mann_whitney_without_ties_is_exact_as_scipy_s(together: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(together) - 1))
    agreed(together[:cut], together[cut:], "exact")


@given(COARSE, COARSE)
def test_mann_whitney_with_ties_agrees_with_scipy_s_approximation(values: list[float], others: list[float]) -> None:
    if len(set(values + others)) > 1 and len(set(values + others)) < len(values + others):
        agreed(values, others, "asymptotic")


def test_many_values_agree_with_scipy_s_approximation() -> None:
    chosen = random.Random(3)
    values = [chosen.gauss(310, 50) for _ in range(700)]
    agreed(values, [chosen.gauss(300, 50) for _ in range(900)], "asymptotic")


def test_values_all_the_same_differ_in_nothing() -> None:
    assert mann_whitney([5.0] * 30, [5.0] * 40) == (1.0, 0.5)


@given(VALUES, VALUES)
def test_the_test_is_the_same_from_either_side(values: list[float], others: list[float]) -> None:
    p, superiority = mann_whitney(values, others)
    back, inferiority = mann_whitney(others, values)
    assert p == pytest.approx(back)
    assert superiority + inferiority == pytest.approx(1.0)


def test_a_hundred_thousand_values_take_less_than_a_second_and_a_half() -> None:
    chosen = random.Random(5)
    values = [chosen.random() for _ in range(50_000)]
    others = [chosen.random() for _ in range(50_000)]
    began = time.process_time()
    mann_whitney(values, others)
    fisher(49_000, 1000, 48_000, 2000)
    assert time.process_time() - began < 1.5
