"""Fewer points, no deviation hidden; the vectors are those that the chart in the browser is held to as well."""

import json
from math import nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.columns import DEVIATED, MET, MISSED
from rtk.insight.facts import Facts, MeasurementSeries, SlotMeasurement, Threshold
from rtk.insight.thinning import further, outside, thinned, worst_of
from rtk.report.columns import columns

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "thinning.json").read_text())
BOTH = Threshold(0, 10)
finite = st.floats(-1e6, 1e6)
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


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: str(each["name"]))
def test_a_report_shows_of_many_measurements_what_the_browser_shows(vector: dict[str, Any]) -> None:
    slots = (
        SlotMeasurement("conditions", slot, float(due), None, None, outcome, value)
        for slot, (due, outcome, value) in enumerate(vector["measurements"])
    )
    threshold = Threshold(**vector["threshold"])
    facts = Facts("r", "t", 1.0, float(vector["span"]), 0.0, MeasurementSeries(slots), threshold=threshold)
    width = vector["span"] / vector["columns"]
    shown = [
        {
            "column": int(each.at / width),
            "low": each.low,
            "high": each.high,
            "worst": each.worst,
            "silent": each.silent > 0,
            "missed": each.missed > 0,
        }
        for each in columns(facts, vector["columns"])
    ]
    assert [each for each in shown if each["low"] is not None or each["silent"] or each["missed"]] == (
        vector["columns_shown"]
    )


@pytest.mark.parametrize(
    ("threshold", "value", "far"),
    [
        (BOTH, 15, 5),
        (BOTH, -3, 3),
        (BOTH, 4, -4),
        (Threshold(upper=10), 4, -6),
        (Threshold(lower=10), 4, 6),
        (Threshold(), 4, 4),
    ],
)
def test_how_far_outside_its_threshold_a_value_lies(threshold: Threshold, value: float, far: float) -> None:
    assert outside(value, threshold) == far


def test_of_two_values_the_one_further_outside_is_the_worse_whichever_comes_first() -> None:
    assert further(-7, 15, BOTH) == further(15, -7, BOTH) == -7
    assert further(-5, 15, BOTH) == further(15, -5, BOTH) == 15
    assert further(None, 3, BOTH) == further(3, None, BOTH) == 3
    assert further(None, None, BOTH) is None


@given(
    st.lists(finite, min_size=1, max_size=50), st.sampled_from([BOTH, Threshold(), Threshold(5), Threshold(None, 5)])
)
def test_the_worst_of_several_lies_no_less_outside_than_any(values: list[float], threshold: Threshold) -> None:
    worst = worst_of(values, threshold)
    assert worst is not None
    assert worst in values
    assert outside(worst, threshold) == max(outside(value, threshold) for value in values)
