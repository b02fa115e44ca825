"""Whether runs differ: seldom said of runs that are alike, and surely of those that are not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.dispersion import DIFFER_BELOW, chance_of_spread, spread_of

ALIKE = [[300] * 30, [300] * 10, [60] * 15 + [1_440] * 15, [1, 2, 3] * 5 + [300] * 15]


def drawn(chances: list[int], outages: int, rng: random.Random) -> list[tuple[int, int]]:
    """Outages that fall into runs as their chances are."""
    counts = [0] * len(chances)
    for place in rng.choices(range(len(chances)), chances, k=outages):
        counts[place] += 1
    return list(zip(counts, chances, strict=True))


@pytest.mark.parametrize("chances", ALIKE)
@pytest.mark.parametrize("outages", [2, 5, 10, 40])
def test_runs_that_are_alike_are_seldom_said_to_differ(chances: list[int], outages: int) -> None:
    rng = random.Random(7)
    found = [chance_of_spread(spread_of(drawn(chances, outages, rng))) < DIFFER_BELOW for _ in range(1_000)]
    assert sum(found) <= 20


def test_a_bad_night_among_good_ones_is_seen() -> None:
    assert chance_of_spread(spread_of([(0, 300)] * 29 + [(5, 300)])) < DIFFER_BELOW
    assert chance_of_spread(spread_of([(1, 300)] * 29 + [(12, 300)])) < DIFFER_BELOW


def test_outages_in_proportion_to_chances_are_no_difference() -> None:
    assert chance_of_spread(spread_of([(1, 60)] * 10 + [(10, 600)] * 10)) > 0.9


@pytest.mark.parametrize("rows", [[], [(0, 300)] * 12, [(1, 300)] + [(0, 300)] * 11, [(9, 300)], [(9, 300), (0, 0)]])
def test_where_there_is_nothing_to_compare_nothing_differs(rows: list[tuple[int, int]]) -> None:
    assert chance_of_spread(spread_of(rows)) == 1.0


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(20, 2_000)), max_size=30))
def test_it_is_a_chance(rows: list[tuple[int, int]]) -> None:
    assert 0.0 <= chance_of_spread(spread_of(rows)) <= 1.0
