"""Counts and quantiles, from raw values."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.facts import Facts, ServiceLevelObjective
from rtk.insight.quantile_bound import QuantileState
from rtk.insight.shape import Stats
from rtk.insight.stats import quantile, slots_of, statistics, stats_of
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
    assert (found.minimum, found.maximum, found.observed) == (100.0, 900.0, 0.75)


def statistics_of(facts: Facts, length: float = 1.0) -> tuple[Stats, dict[str | None, Stats]]:
    run, phases = statistics(facts, tallies_of(facts), length)
    return run, {each.phase: each for each in phases}


def test_each_phase_has_quantiles_with_bounds_and_the_run_those_of_its_own_values() -> None:
    run, phases = statistics_of(run_of("." * 59 + "x", baseline="." * 59))
    assert [(each.name, each.state) for each in phases["baseline"].quantiles] == [
        ("p50", QuantileState.PROVEN),
        ("p95", QuantileState.PROVEN),
        ("p99", QuantileState.TOO_SHORT),
    ]
    assert (phases["baseline"].p95, phases["baseline"].p99) == (100.0, None)
    assert {each.state for each in run.quantiles} == {QuantileState.IN_RUN, QuantileState.TOO_SHORT}


def test_a_quantile_that_was_promised_is_among_them() -> None:
    facts = run_of("." * 10, objective=ServiceLevelObjective(0.999, quantile="p99.9 <= 1s"))
    assert [each.name for each in statistics_of(facts)[1]["conditions"].quantiles] == ["p50", "p95", "p99", "p99.9"]


def test_an_outage_goes_on_after_its_phase() -> None:
    early, late = run_of("." * 300 + "x", recovery="." * 9), run_of("." * 300 + "x", recovery="x" * 9)
    bounds = [statistics_of(each, 3.0)[1]["conditions"].quantiles[1] for each in (early, late)]
    assert (bounds[0].at_most, bounds[1].at_most) == (100.0, 900.0)


def test_what_failed_for_another_reason_than_its_value_counts_as_the_slowest() -> None:
    facts = run_of("." * 58)
    for slot in (58, 59):
        quick = facts.measurements[0]._replace(phase="conditions", slot=slot, outcome="deviated", value=5.0)
        facts.measurements.append(quick)
    tally = tallies_of(facts)["conditions"]
    assert slots_of(tally, 600.0).values[-2:] == [inf, inf]
    assert slots_of(tally, 600.0).ordered == [100.0] * 58
    assert slots_of(tally).values[-2:] == [5.0, 5.0]


def test_a_slot_without_a_value_is_the_slowest_and_a_missed_one_is_named() -> None:
    facts = run_of(".-x", values=False)
    found = slots_of(tallies_of(facts)["conditions"])
    assert (found.values, found.missed, found.ordered) == ([inf, inf, inf], b"\0\1\0", [])


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
