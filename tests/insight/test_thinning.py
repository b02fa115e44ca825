"""Fewer points, no deviation hidden."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.columns import DEVIATED, MET, MISSED
from rtk.insight.thinning import thinned

POINTS = st.lists(st.tuples(st.sampled_from((MET, DEVIATED, MISSED)), st.floats(0, 1e6) | st.just(nan)), max_size=300)


@pytest.mark.parametrize("most", [1, 3, 4])
def test_the_worst_stands_for_its_stretch(most: int) -> None:
    kinds = bytes((MET, MET, DEVIATED, MET, MISSED, MET))
    found = thinned(kinds, [1.0, 2.0, 3.0, 4.0, nan, 6.0], most)
    assert (
        found
        == {
            1: [(3.0, DEVIATED)],
            3: [(2.0, MET), (3.0, DEVIATED), (None, MISSED)],
            4: [(2.0, MET), (3.0, DEVIATED), (None, MISSED), (6.0, MET)],
        }[most]
    )


def test_a_deviation_without_a_value_is_the_worst_of_all() -> None:
    assert thinned(bytes((DEVIATED, DEVIATED)), [9.0, nan], 1) == [(None, DEVIATED)]


@given(points=POINTS, most=st.integers(1, 50))
def test_no_deviation_disappears_and_nothing_is_made_up(points: list[tuple[int, float]], most: int) -> None:
    kinds, values = bytes(kind for kind, _ in points), [value for _, value in points]
    found = thinned(kinds, values, most)
    assert len(found) == min(len(points), most)
    assert (DEVIATED in kinds) == any(kind == DEVIATED for _, kind in found)
    known = {(None if value != value else value, kind) for kind, value in points}  # noqa: PLR0124 - not a number
    assert set(found) <= known
    if len(points) <= most:
        assert [kind for _, kind in found] == list(kinds)
