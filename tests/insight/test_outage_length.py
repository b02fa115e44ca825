"""How long an outage lasts, by whom."""

import pytest
from msgspec import to_builtins

from rtk.insight.outage_length import (
    Learned,
    OutageLength,
    OutageSource,
    learned_from,
    lesson,
    outage_from,
    outage_length,
)
from tests.insight import scipy_stats as stats


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


@pytest.mark.parametrize(
    ("declared", "seconds", "source", "overruled"),
    [
        (None, 40.0, OutageSource.LEARNED, None),
        (30.0, 40.0, OutageSource.LEARNED, 30.0),
        (40.0, 40.0, OutageSource.DECLARED, None),
        (50.0, 50.0, OutageSource.DECLARED, None),
    ],
)
def test_the_longest_counts_of_what_was_declared_and_learned(
    declared: float | None, seconds: float, source: OutageSource, overruled: float | None
) -> None:
    learned = Learned(40.0, 12, 5)
    assert outage_length(5, declared, None, learned=learned) == OutageLength(seconds, source, learned, overruled)


def test_what_was_learned_counts_even_where_it_is_shorter_than_what_would_be_assumed() -> None:
    assert outage_length(60, learned=Learned(40.0, 12, 5)).seconds == 40.0


def test_a_lesson_is_the_upper_75_per_cent_bound_of_the_mean() -> None:
    found = lesson(120.0, 5, 3)
    assert found is not None
    assert found.seconds == pytest.approx(120.0 / float(stats.gamma.ppf(0.25, 5)))
    assert (found.outages, found.runs) == (5, 3)


def test_fewer_than_five_outages_teach_nothing() -> None:
    assert lesson(120.0, 4, 4) is None
    assert lesson(0.0, 0, 0) is None


def test_no_lesson_is_longer_than_an_outage_may_be_declared() -> None:
    found = lesson(1e12, 5, 5)
    assert found is not None
    assert found.seconds == 30 * 86_400.0


LEARNED = "Outages are taken to last 41.2 s on average, as learned from 12 outages in 5 earlier runs for the objective"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (outage_length(5), "Nobody said how long an outage lasts, so 15 s on average is assumed"),
        (outage_length(5, 30), "Outages are taken to last 30 s on average, as declared"),
        (
            outage_length(5, learned=Learned(41.238, 12, 1)),
            LEARNED.replace("5 earlier runs", "1 earlier run"),
        ),
        (
            outage_length(5, 30, learned=Learned(41.238, 12, 5)),
            f"{LEARNED}; the 30 s that was declared is shorter and does not count",
        ),
    ],
)
def test_a_sentence_says_where_it_comes_from(length: OutageLength, said: str) -> None:
    assert length.taken() == said


def test_what_an_insight_keeps_of_it_is_read_back() -> None:
    for length in (outage_length(5), outage_length(5, 30), outage_length(5, 30, learned=Learned(41.238, 12, 5))):
        assert outage_from(to_builtins(length)) == length
    assert outage_from({"seconds": 30.0, "source": "declared"}) == OutageLength(30.0, OutageSource.DECLARED)
    assert outage_from(None) is None
    assert learned_from(None) is None
