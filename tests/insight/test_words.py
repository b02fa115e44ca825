"""Figures as words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.words import bound, chance, count, duration, listing, multiple, number, share


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (None, "no data"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.95, "95 %"),
        (2 / 3, "66.7 %"),
        (0.999, "99.9 %"),
        (0.99997, "99.997 %"),
        (0.00004, "0.004 %"),
        (0.009259, "0.9 %"),
        (11.574, "1,157.4 %"),
    ],
)
def test_a_share_reads_as_per_cent(x: float | None, text: str) -> None:
    assert share(x) == text


@pytest.mark.parametrize(
    ("x", "target", "text"),
    [
        (0.9049661471446958, 0.95, "90.5 %"),
        (0.5989718826680254, 0.95, "59.9 %"),
        (0.9286461156913818, 0.95, "92.9 %"),
        (0.9496, 0.95, "94.96 %"),
        (0.9500060216120116, 0.95, "95.0 %"),
        (0.9989999218301533, 0.999, "99.89999 %"),
        (0.9997, None, "99.97 %"),
        (0.0, 0.95, "0.0 %"),
        (1.0, 0.95, "100.0 %"),
        (None, 0.95, "no data"),
    ],
)
def test_a_bound_never_seems_to_reach_what_it_does_not(x: float | None, target: float, text: str) -> None:
    assert bound(x, target) == text


@given(st.floats(0, 1).map(lambda x: round(x, 9)), st.floats(0.001, 0.999).map(lambda x: round(x, 4)))
def test_a_bound_is_shown_on_its_side_of_the_target_and_of_both_ends(x: float, target: float) -> None:
    shown = Decimal(bound(x, target).removesuffix(" %")) / 100
    assert (shown >= Decimal(str(target))) == (x >= target)
    assert (shown == 1, shown == 0) == (x == 1, x == 0)
    assert abs(float(shown) - x) <= 0.0005 + 1e-12


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "no data"),
        (0, "0 s"),
        (0.0004, "0.4 ms"),
        (0.35, "0.35 s"),
        (10.4, "10.4 s"),
        (40.0, "40 s"),
        (60, "1 min"),
        (90, "90 s"),
        (119.97, "2 min"),
        (341, "5 min 41 s"),
        (4320.0, "72 min"),
        (7199.9, "2 h"),
        (21600.0, "6 h"),
        (30240.0, "8 h 24 min"),
        (86400, "1 day"),
        (7 * 86400, "7 days"),
        (172_790, "2 days"),
        (254_880.0, "2 days 23 h"),
        (-40, "-40 s"),
    ],
)
def test_a_duration_reads_in_the_unit_that_fits(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(0, 1e9))
def test_a_duration_never_says_1_days_nor_60_of_a_smaller_unit(seconds: float) -> None:
    words = f" {duration(seconds)} "
    assert " 1 days" not in words
    assert not words.endswith((" min 60 s ", " h 60 min ", " days 24 h "))


@pytest.mark.parametrize(
    ("x", "text"),
    [(None, "no data"), (0.0, "0"), (4.0, "4.0"), (0.339, "0.34"), (9.97, "10"), (1234.5, "1,234")],
)
def test_a_multiple_reads_to_two_digits(x: float | None, text: str) -> None:
    assert multiple(x) == text


@pytest.mark.parametrize(("x", "text"), [(None, "no data"), (312.44, "312.4 ms"), (12345.6, "12,346 ms")])
def test_a_value_reads_with_its_unit(x: float | None, text: str) -> None:
    assert number(x, "ms") == text


def test_a_value_without_a_unit_ends_in_its_digits() -> None:
    assert number(200.0) == "200"


@pytest.mark.parametrize(("n", "text"), [(0, "0 slots"), (1, "1 slot"), (2995, "2,995 slots")])
def test_a_count_agrees_with_its_noun(n: int, text: str) -> None:
    assert count(n, "slot") == text


@pytest.mark.parametrize(("p", "text"), [(0.0, "p < 0.001"), (0.0312, "p = 0.031"), (1.0, "p = 1")])
def test_a_p_value_is_never_told_as_nought(p: float, text: str) -> None:
    assert chance(p) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ((), ""),
        (("a",), '"a"'),
        (("a", "b"), '"a" and "b"'),
        (("a", "b", "c"), '"a", "b" and "c"'),
        (("a", "b", "c", "d"), '"a", "b" and 2 more'),
    ],
)
def test_names_read_as_a_list(names: tuple[str, ...], text: str) -> None:
    assert listing(names) == text
