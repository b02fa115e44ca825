from hypothesis import given
from hypothesis import strategies as st

from rtk.report.axis import merged, ticks, time_ticks, utc


@given(st.floats(-1e300, 0), st.floats(1e-200, 1e300), st.integers(2, 10))
def test_ticks_enclose_zero_and_the_values_and_stay_few(low: float, high: float, at_most: int) -> None:
    found = ticks(low, high, at_most)
    slack = 1e-6 * (high - low)
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 0 in found
    assert 2 <= len(found) <= at_most + 2


@given(st.floats(0.01, 1e7), st.integers(2, 12))
def test_time_ticks_start_at_zero_and_stay_within_the_run(span: float, at_most: int) -> None:
    found = time_ticks(span, at_most)
    assert found[0] == 0
    assert found[-1] <= span * (1 + 1e-6)
    assert len(found) <= at_most + 1


def test_ticks_are_round() -> None:
    assert ticks(0, 8800, 5) == [0, 2000, 4000, 6000, 8000, 10000]
    assert time_ticks(433, 9) == [0, 60, 120, 180, 240, 300, 360, 420]


def test_a_moment_the_calendar_does_not_have_is_a_question_mark() -> None:
    assert utc(1e20, "%H:%M:%S") == "?"
    assert utc(1587117437.0, "%Y-%m-%d %H:%M:%S") == "2020-04-17 09:57:17"


def test_neighbours_are_merged() -> None:
    assert list(merged([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
    assert list(merged([])) == []
