"""Measurements kept in columns, and when a condition was over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.facts import OUTCOMES, PHASES, ActivitySpan, MeasurementSeries, MissedReason, SlotMeasurement

TIME = st.none() | st.floats(0, 1e6)


def coded(m: SlotMeasurement, code: MissedReason) -> SlotMeasurement:
    """Only a missed slot has a code, and one without takes it from its sentence."""
    return m._replace(code=code if m.outcome == "missed" else None)


MEASUREMENT = st.builds(
    coded,
    st.builds(
        SlotMeasurement,
        phase=st.sampled_from(PHASES),
        slot=st.integers(0, 2**40),
        due=st.floats(0, 1e6),
        started=TIME,
        ended=TIME,
        outcome=st.sampled_from(OUTCOMES),
        value=TIME,
        reason=st.none() | st.text(),
    ),
    st.sampled_from(MissedReason),
)


@given(st.lists(MEASUREMENT))
def test_what_was_put_in_comes_out(measurements: list[SlotMeasurement]) -> None:
    kept = MeasurementSeries(measurements)
    assert list(kept) == measurements
    assert len(kept) == len(measurements)


@given(st.lists(MEASUREMENT, min_size=1))
def test_the_last_is_found_from_the_end(measurements: list[SlotMeasurement]) -> None:
    assert MeasurementSeries(measurements)[-1] == measurements[-1]


@given(st.lists(MEASUREMENT))
def test_measurements_of_a_phase_keep_their_order(measurements: list[SlotMeasurement]) -> None:
    expected = [m for m in measurements if m.phase in ("conditions", "recovery")]
    assert list(MeasurementSeries(measurements).of("conditions", "recovery")) == expected


@pytest.mark.parametrize(
    ("ended", "status", "lasts", "undone", "over"),
    [
        (20.0, "succeeded", None, 60.0, 60.0),
        (20.0, "succeeded", 15.0, 60.0, 35.0),
        (20.0, "succeeded", 90.0, 60.0, 60.0),
        (20.0, "succeeded", 15.0, None, 35.0),
        (20.0, "succeeded", None, None, None),
        (20.0, "failed", 15.0, 60.0, 20.0),
        (None, "interrupted", None, 60.0, 60.0),
        (70.0, "succeeded", None, 60.0, 70.0),
    ],
)
def test_a_condition_is_over_once_undone_or_when_its_effect_has_lasted(
    ended: float | None, status: str, lasts: float | None, undone: float | None, over: float | None
) -> None:
    assert ActivitySpan("burn", 10.0, ended, status, lasts=lasts).over_at(undone) == over
