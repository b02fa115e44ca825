"""What a series proves: against an independent reference, at its edges, and as properties."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.insight.bounds import proven_at_least
from rtk.insight.proof import (
    BAD,
    GOOD,
    MISSED,
    LengthFrom,
    Proof,
    counted,
    counts_of,
    independent,
    needed,
    prove,
    proves,
)
from tests.insight import scipy_stats as stats

LENGTHS = st.floats(1, 20)
SHARES = st.floats(0.01, 0.9999)


def series(marks: str) -> bytes:
    return b"".join({"g": GOOD, "b": BAD, "m": MISSED}[mark] for mark in marks)


SERIES = st.text("gbm", min_size=1, max_size=150).map(series)


def proven(marks: bytes, length: float) -> Proof:
    found = prove(marks, length)
    assert found is not None
    return found


def reference(marks: str, length: float) -> float:
    """The rule as it is written, slot by slot, with SciPy's distributions."""
    if "m" in marks:
        return min(reference(marks.replace("m", reading), length) for reading in "gb")
    slots, bad = len(marks), marks.count("b")
    each = float(stats.beta.ppf(0.05, slots - bad, bad + 1)) if bad < slots else 0.0
    if bad == 0:
        return min(each, clean(slots, length))
    begun = sum(pair == ("g", "b") for pair in pairwise(marks)) + (marks[0] == "b")
    chances = marks[:-1].count("g") + 1
    rate = float(stats.beta.ppf(0.95, begun + 1, chances - begun)) if begun < chances else 1.0
    lasting = length if bad / begun <= length else bad / float(stats.gamma.ppf(0.25, begun))
    return min(1 / (1 + rate * lasting), each)


def clean(slots: int, length: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(80):
        bad = (low + high) / 2
        begins = min(1.0, bad / ((1 - bad) * length))
        likely = (1 - bad) * (1 - begins) ** (slots - 1) > 0.05
        low, high = (bad, high) if likely else (low, bad)
    return 1 - high


@given(st.text("gbm", min_size=1, max_size=120), LENGTHS)
def test_it_is_the_rule_as_it_is_written(marks: str, length: float) -> None:
    assert proven(series(marks), length).at_least == pytest.approx(reference(marks, length), abs=1e-9)


@pytest.mark.parametrize(
    ("target", "slots"),
    [
        (0.9, (29, 52, 78, 130, 260)),
        (0.95, (59, 112, 168, 280, 559)),
        (0.99, (299, 591, 887, 1_478, 2_956)),
        (0.999, (2_995, 5_983, 8_975, 14_959, 29_917)),
    ],
)
def test_so_many_clean_slots_prove_a_target(target: float, slots: tuple[int, ...]) -> None:
    assert tuple(needed(target, length) for length in (1, 2, 3, 5, 10)) == slots


@given(SHARES, LENGTHS)
def test_as_many_clean_slots_as_needed_prove_it_and_one_fewer_do_not(target: float, length: float) -> None:
    least = needed(target, length)
    if least < 5_000:
        assert proven(GOOD * least, length).reaches(target)
        assert least == 1 or not proven(GOOD * (least - 1), length).reaches(target)


@given(SERIES, LENGTHS)
def test_it_never_proves_more_than_independent_slots_would(marks: bytes, length: float) -> None:
    good = marks.count(GOOD) + marks.count(MISSED)
    assert proven(marks, length).at_least <= (proven_at_least(good, len(marks)) or 0.0) + 1e-12


@given(SERIES, LENGTHS, st.floats(1, 3))
def test_longer_outages_prove_no_more_where_none_was_seen_to_be_longer(
    marks: bytes, length: float, times: float
) -> None:
    shorter = proven(marks, length)
    if shorter.length_from is LengthFrom.GIVEN and MISSED not in marks:
        assert proven(marks, length * times).at_least <= shorter.at_least + 1e-12


def test_a_length_that_the_run_contradicts_gives_way_to_what_the_run_says() -> None:
    """Somebody who knows that outages last 2 slots on average knows more than a run of one outage can say."""
    marks = series("g" * 50 + "bb" + "g" * 50)
    assert proven(marks, 1.0).at_least < proven(marks, 2.0).at_least


@given(SERIES, LENGTHS, st.integers(1, 20))
def test_an_outage_that_goes_on_after_the_series_proves_no_more(marks: bytes, length: float, more: int) -> None:
    found = prove(marks, length, outlasting=more)
    assert found is not None
    assert found.at_least <= proven(marks, length).at_least + 1e-12


@given(SERIES, LENGTHS)
def test_a_missed_slot_is_read_the_worse_way(marks: bytes, length: float) -> None:
    readings = [proven(marks.replace(MISSED, reading), length).at_least for reading in (GOOD, BAD)]
    assert proven(marks, length).at_least == min(readings)


@given(SERIES, LENGTHS, st.floats(0.001, 0.05))
def test_who_would_be_surer_proves_less(marks: bytes, length: float, risk: float) -> None:
    surer = prove(marks, length, risk=risk)
    assert surer is not None
    assert surer.at_least <= proven(marks, length).at_least + 1e-12


def test_all_bad_proves_nothing() -> None:
    found = proven(BAD * 30, 3.0)
    assert (found.at_least, found.outages, found.chances) == (0.0, 1, 1)


def test_one_slot_proves_next_to_nothing() -> None:
    assert proven(GOOD, 3.0).at_least == pytest.approx(0.05)
    assert proven(BAD, 3.0).at_least == 0.0


def test_no_slot_has_no_proof() -> None:
    assert prove(b"", 3.0) is None
    assert independent(0, 0) is None


def test_outages_begun_and_chances_are_counted_from_the_beginning_to_the_end() -> None:
    assert (proven(series("bggb"), 1).outages, proven(series("bggb"), 1).chances) == (2, 3)
    assert (proven(series("gbbg"), 1).outages, proven(series("gbbg"), 1).chances) == (1, 2)


def test_the_mean_that_was_seen_counts_where_it_is_longer_by_its_upper_bound() -> None:
    found = proven(series("g" * 100 + "b" * 4 + "g" * 100 + "b" * 8), 3.0)
    assert found.length_from is LengthFrom.SEEN
    assert found.length == pytest.approx(12 / float(stats.gamma.ppf(0.25, 2)))
    given_ = proven(series("g" * 100 + "b" * 3 + "g" * 100 + "b" * 3), 3.0)
    assert (given_.length, given_.length_from) == (3.0, LengthFrom.GIVEN)


def test_an_outage_shorter_than_a_slot_counts_as_one_slot() -> None:
    assert proven(GOOD * 59, 0.01) == proven(GOOD * 59, 1.0)


def test_a_million_slots_take_no_time_to_speak_of() -> None:
    marks = (GOOD * 97 + BAD * 3) * 10_000
    assert math.isclose(proven(marks, 3.0).at_least, 0.969, abs_tol=0.003)


@pytest.mark.parametrize(
    ("target", "expected"),
    [(0.95, 59), (0.9, 29), (0.98, 149), (0.99, 299), (0.999, 2995), (0.9999, 29_956), (0.05, 1), (0.5, 5)],
)
def test_so_many_clean_independent_slots_are_needed(target: float, expected: int) -> None:
    assert needed(target) == expected


@given(st.decimals("0.01", "0.999", places=3).map(float))
def test_needed_is_the_smallest_number_whose_power_is_a_twentieth(target: float) -> None:
    n, exact = needed(target), Fraction(str(target))
    assert exact**n <= Fraction(1, 20)
    assert n == 1 or exact ** (n - 1) > Fraction(1, 20)


def test_a_target_of_nearly_one_needs_very_many_at_once() -> None:
    assert needed(0.99999999) == 299_573_226


def test_a_target_that_is_no_share_is_refused() -> None:
    with pytest.raises(BadInput):
        needed(95)


@given(SERIES.map(lambda marks: marks.replace(MISSED, BAD)), LENGTHS, SHARES, st.floats(0.001, 0.05))
def test_whether_a_target_is_proven_is_what_its_bound_says(
    marks: bytes, length: float, target: float, risk: float
) -> None:
    counts = counts_of(marks)
    found = counted(counts, length, risk).at_least
    if abs(found - target) > 1e-9:
        assert proves(counts, target, length, risk) == (found >= target)
