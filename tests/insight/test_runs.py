"""The runs test against every order of few outcomes, and on series that a count would let pass."""

from collections.abc import Iterator
from itertools import groupby, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight import runs as of_runs
from rtk.insight.proof import BAD, GOOD, MISSED
from rtk.insight.runs import _two_run_counts, chance_of_few_runs, clustering_of
from tests.insight import scipy_stats as stats


def runs_in(outcomes: tuple[int, ...]) -> int:
    return sum(1 for _ in groupby(outcomes))


@pytest.mark.parametrize(("met", "deviated"), [(1, 1), (4, 1), (3, 3), (5, 2), (2, 5), (4, 4)])
def test_the_chance_is_the_share_of_all_orders_with_so_few_runs(met: int, deviated: int) -> None:
    orders = set(permutations([1] * met + [0] * deviated))
    for runs in range(1, met + deviated + 1):
        expected = sum(runs_in(order) <= runs for order in orders) / len(orders)
        assert chance_of_few_runs(runs, met, deviated) == pytest.approx(expected)


@pytest.mark.parametrize("runs", [470, 490, 500, 510])
def test_many_of_both_outcomes_come_near_the_normal_approximation(runs: int) -> None:
    met = deviated = 500
    mean = 1 + 2 * met * deviated / 1000
    variance = (mean - 1) * (mean - 2) / 999
    expected = float(stats.norm.cdf((runs + 0.5 - mean) / variance**0.5))
    assert chance_of_few_runs(runs, met, deviated) == pytest.approx(expected, rel=0.03)


def test_a_hundred_thousand_outcomes_are_no_trouble() -> None:
    assert chance_of_few_runs(50_001, 50_000, 50_000) == pytest.approx(0.5, abs=0.02)
    assert chance_of_few_runs(40_000, 50_000, 50_000) < 1e-100


@given(st.integers(1, 400), st.integers(1, 3000), st.integers(1, 3000))
def test_the_chances_that_are_left_out_are_zero(runs: int, met: int, deviated: int) -> None:
    few, many = sorted((met, deviated))
    runs = min(runs * few // 200 + 1, 2 * few)
    every = [_two_run_counts(pairs, runs, few, many) for pairs in range((runs + 1) // 2, 0, -1)]
    assert chance_of_few_runs(runs, met, deviated) == min(sum(until_nothing_counts(every, few, many)), 1.0)


def until_nothing_counts(every: list[float], few: int, many: int) -> Iterator[float]:
    """The chances from the most pairs on, up to the first after the likeliest that adds nothing."""
    total = 0.0
    for pairs, chance in zip(range(len(every), 0, -1), every, strict=True):
        total += chance
        yield chance
        if 2 * pairs < 1 + 2 * few * many / (few + many) and chance < 1e-17 * total:
            return


def test_a_million_that_take_turns_are_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(pairs: int, runs: int, few: int, many: int) -> float:
        asked.append(pairs)
        return _two_run_counts(pairs, runs, few, many)

    monkeypatch.setattr(of_runs, "_two_run_counts", counted)
    assert chance_of_few_runs(1_000_000, 500_000, 500_000) == pytest.approx(1.0)
    assert len(asked) < 20_000


@given(st.lists(st.integers(0, 1), min_size=1, max_size=200))
def test_a_chance_is_a_chance_and_reversal_changes_nothing(outcomes: list[int]) -> None:
    found, mirrored = clustering_of(bytes(outcomes)), clustering_of(bytes(outcomes[::-1]))
    assert found is not None
    assert found == mirrored
    assert 0.0 <= found.p <= 1.0
    assert found.runs == runs_in(tuple(outcomes))


def test_one_stretch_of_deviations_is_clustered() -> None:
    found = clustering_of(bytes([1] * 300 + [0] * 6 + [1] * 194))
    assert found is not None
    assert found.clustered
    assert (found.runs, found.outages) == (3, 1)
    assert found.p < 1e-6


def test_deviations_far_apart_are_not_clustered() -> None:
    found = clustering_of((GOOD * 80 + BAD) * 6)
    assert found is not None
    assert not found.clustered


@pytest.mark.parametrize(("slots", "clustered"), [(200, False), (202, True)])
def test_clustering_is_a_chance_below_one_in_a_hundred(slots: int, clustered: bool) -> None:
    found = clustering_of(GOOD * 100 + BAD * 2 + GOOD * (slots - 102))
    assert found is not None
    assert found.p == pytest.approx(2 / (slots - 1))
    assert found.clustered is clustered


def test_outcomes_that_alternate_too_well_are_not_clustered() -> None:
    found = clustering_of(bytes([1, 0] * 100))
    assert found is not None
    assert found.p == pytest.approx(1.0)


@pytest.mark.parametrize("outcome", [0, 1])
def test_outcomes_all_the_same_show_no_clustering(outcome: int) -> None:
    found = clustering_of(bytes([outcome] * 50))
    assert found is not None
    assert (found.runs, found.expected, found.p, found.clustered) == (1, 1.0, 1.0, False)


def test_nothing_measured_has_no_test() -> None:
    assert clustering_of(b"") is None


def test_missed_slots_are_left_out_of_the_test() -> None:
    assert clustering_of(GOOD + MISSED + BAD) == clustering_of(GOOD + BAD)
    assert clustering_of(MISSED * 3) is None


def test_a_series_that_begins_bad_has_begun_an_outage() -> None:
    found = clustering_of(BAD + GOOD + BAD * 2)
    assert found is not None
    assert found.outages == 2
