"""How long an outage lasts, by whom."""

import pytest

from rtk.insight.outage_length import OutageLength, OutageSource, outage_length


@pytest.mark.parametrize(("frequency_s", "assumed"), [(0.5, 10.0), (1, 10.0), (5, 15.0), (60, 180.0)])
def test_where_nobody_said_three_slots_or_ten_seconds_are_assumed(frequency_s: float, assumed: float) -> None:
    assert outage_length(frequency_s) == OutageLength(assumed, OutageSource.ASSUMED)
    assert outage_length(frequency_s, None, None) == outage_length(frequency_s)


def test_the_longest_declared_length_counts() -> None:
    assert outage_length(5, 30, None, 45) == OutageLength(45, OutageSource.DECLARED)


def test_a_declared_length_may_be_shorter_than_what_would_be_assumed() -> None:
    assert outage_length(10, 2) == OutageLength(2, OutageSource.DECLARED)


def test_an_outage_is_never_seen_for_less_than_a_slot() -> None:
    assert outage_length(10, 2).slots(10) == 1.0
    assert outage_length(10, 25).slots(10) == 2.5
