"""Counts and quantiles, from raw values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.stats import quantile, stats_of
from rtk.insight.tally import tallies_of
from tests.insight.builder import run_of

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=300)


@given(VALUES, st.integers(0, 100))
def test_a_quantile_is_the_nearest_rank(values: list[float], percent: int) -> None:
    ranked = int(np.ceil(np.float64(percent * len(values)) / 100))
    assert quantile(sorted(values), percent) == sorted(values)[max(ranked, 1) - 1]


@given(VALUES, st.sampled_from([25, 50, 75, 100]))
def test_a_quantile_agrees_with_numpy_s_inverted_distribution(values: list[float], percent: int) -> None:
    expected = np.quantile(np.array(values), percent / 100, method="inverted_cdf")
    assert quantile(sorted(values), percent) == float(expected)


def test_of_a_hundred_values_the_p99_is_the_ninety_ninth() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [quantile(values, p) for p in (0, 50, 95, 99, 100)] == [1.0, 50.0, 95.0, 99.0, 100.0]


def test_no_values_have_no_quantile() -> None:
    assert quantile([], 50) is None


def test_a_phase_is_counted_with_its_values_and_without_those_missed() -> None:
    found = stats_of("conditions", [tallies_of(run_of("..x-."))["conditions"]])
    assert (found.planned, found.met, found.deviated, found.missed, found.values) == (5, 3, 1, 1, 4)
    assert (found.minimum, found.p50, found.maximum, found.observed) == (100.0, 100.0, 900.0, 0.75)


def test_the_run_holds_all_phases_together() -> None:
    found = stats_of(None, tallies_of(run_of("xx", baseline="....", recovery="-.")).values())
    assert (found.phase, found.planned, found.met, found.deviated, found.missed) == (None, 8, 5, 2, 1)


def test_nothing_measured_is_no_data() -> None:
    found = stats_of("conditions", [tallies_of(run_of("---"))["conditions"]])
    assert found.observed is found.minimum is found.p50 is found.p95 is found.p99 is found.maximum is None


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_value_that_is_no_number_is_left_out(value: float) -> None:
    facts = run_of("..")
    facts.measurements.append(
        facts.measurements[0]._replace(phase="conditions", slot=2, outcome="deviated", value=value)
    )
    found = tallies_of(facts)["conditions"]
    assert (found.measured, len(found.values), found.valueless) == (3, 2, 1)
