"""Sparklines and result bars: what they show, in shapes and in words."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rtk.console.pages.templatetags.marks import POINTS, few, results, sparkline
from rtk.insight.facts import Threshold

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.none()
OUTCOMES = st.sampled_from(["met", "deviated", "missed"])


def label(drawn: str) -> str:
    found = re.search('aria-label="([^"]*)"', drawn)
    assert found
    return found[1]


def test_a_sparkline_says_in_words_what_it_shows() -> None:
    drawn = sparkline([65, 66, 6500, None], 6000, ["met", "met", "deviated", "missed"])
    assert label(drawn) == "4 points: 2 met, 1 deviated, 1 not measured, 65 to 6,500, expected at most 6,000"


def test_the_threshold_is_a_line_of_its_own() -> None:
    assert "stroke-dasharray" in sparkline([5, 7], {"lower": None, "upper": 6, "unit": "ms"})
    assert "stroke-dasharray" not in sparkline([5, 7])


def test_a_threshold_far_away_does_not_press_the_line_flat() -> None:
    drawn = sparkline([64, 65, 66], {"upper": 1_000_000})
    assert "stroke-dasharray" not in drawn
    assert "expected at most 1,000,000" in label(drawn)


def test_both_bounds_of_a_range_are_drawn_and_judged_by() -> None:
    drawn = sparkline([1, 5, 9], [2, 8])
    assert drawn.count("stroke-dasharray") == 2
    assert "1 met, 2 deviated" in label(drawn)


def test_what_deviated_has_a_shape_of_its_own_even_without_a_value() -> None:
    drawn = sparkline([65, None, 65], 6000, ["met", "deviated", "met"])
    assert drawn.count("text-red") == 1
    assert drawn.count("<polyline") == 2  # no line where there was no value


def test_a_measure_without_values_is_dots() -> None:
    drawn = sparkline([None, None, None], None, ["met", "deviated", "met"])
    assert drawn.count("<circle") == 2
    assert "3 points: 2 met, 1 deviated" in drawn


def test_nothing_is_said_to_be_no_data() -> None:
    assert "no data" in sparkline([], 6000)
    assert "no data" in sparkline(None)


def test_one_point_is_drawn() -> None:
    assert "<polyline" in sparkline([65])


@given(st.lists(st.tuples(NUMBERS, OUTCOMES), max_size=500))
def test_a_deviation_never_disappears(points: list[tuple[float | None, str]]) -> None:
    kept = few(points, Threshold(upper=6000))
    assert len(kept) <= POINTS
    assert ("deviated" in [outcome for _, outcome in kept]) == ("deviated" in [outcome for _, outcome in points])


def test_where_low_values_are_the_bad_ones_the_lowest_stands_for_its_stretch() -> None:
    points = [(95.0, "deviated"), (20.0, "deviated"), (99.0, "deviated"), (400.0, "met")]
    assert few(points, Threshold(lower=100), 1) == [(20.0, "deviated")]
    assert few(points, Threshold(upper=10), 1) == [(99.0, "deviated")]


@given(st.lists(NUMBERS, max_size=80), NUMBERS)
def test_whatever_the_values_are_nothing_leaves_the_picture(values: list[float | None], bound: float | None) -> None:
    drawn = sparkline(values, bound)
    for stretch in re.findall('points="([^"]*)"', drawn):
        for place in stretch.split():
            x, y = map(float, place.split(","))
            assert 0 <= x <= 120
            assert 0 <= y <= 28


def test_hostile_units_are_inert() -> None:
    assert "<script" not in sparkline([1], {"upper": 2, "unit": "<script>"})


def test_a_unit_that_is_none_is_left_out() -> None:
    assert "?" in sparkline([1], {"upper": 2, "unit": "\ud800"})
    assert label(sparkline([1], {"upper": 2, "unit": {"a": 1}})) == "1 point: 1 met, 1, expected at most 2"


def test_results_are_told_apart_by_shape_and_in_words() -> None:
    drawn = results(["pass", "fail", "inconclusive", "invalid", None])
    assert label(drawn) == "Last 5 results, oldest first: pass, fail, inconclusive, invalid, no verdict"
    shapes = [re.sub(r'x="[\d.]+"|translate\([\d.]+\)|text-\w+', "", each) for each in drawn.split("</title>")[1:]]
    assert len(shapes) == 1
    assert len({results([verdict]) for verdict in ("pass", "fail", "inconclusive", "invalid", None)}) == 5


def test_only_the_last_five_results_are_shown() -> None:
    drawn = results(["fail"] * 3 + ["pass"] * 5)
    assert drawn.count("text-green") == 5
    assert "fail" not in drawn


def test_without_results_it_says_so() -> None:
    assert "no results" in results([])
