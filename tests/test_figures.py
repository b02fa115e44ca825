"""Figures as words; the vectors are those that the front end's figures are held to as well."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.pages.templatetags.show import distance
from rtk.figures import (
    bound,
    chance,
    chosen_duration,
    chosen_number,
    chosen_share,
    count,
    duration,
    elapsed,
    fine_share,
    likelihood,
    listing,
    multiple,
    number,
    number_beyond,
    precise_duration,
    share,
)
from rtk.report.axis import ticks

VECTORS: dict[str, list[list[Any]]] = json.loads((Path(__file__).parent / "vectors" / "figures.json").read_text())
SRC = Path(__file__).parents[1] / "src"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIGURES: dict[str, Callable[..., str]] = {
    "share": share,
    "fine_share": fine_share,
    "number": number,
    "chosen_number": chosen_number,
    "count": count,
    "duration": duration,
    "elapsed": elapsed,
    "distance": lambda seconds: distance(NOW - timedelta(seconds=seconds), NOW),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_reads_as_in_the_browser(name: str) -> None:
    told = [(*given, FIGURES[name](*given)) for *given, _ in VECTORS[name]]
    assert told == [tuple(each) for each in VECTORS[name]]


def test_the_vectors_are_of_all_figures_that_both_have() -> None:
    assert VECTORS.keys() == {*FIGURES, "ticks"}


@pytest.mark.parametrize(("low", "high", "most", "first", "last", "step"), VECTORS["ticks"])
def test_ticks_stand_where_those_in_the_browser_do(
    low: float, high: float, most: int, first: float, last: float, step: float
) -> None:
    found = ticks(low, high, most)
    assert [found[0], found[-1], found[1] - found[0]] == pytest.approx([first, last, step])


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


def test_a_budget_share_is_told_to_two_decimals_and_never_rounded_to_all_or_nothing() -> None:
    assert fine_share(None) == "no data"
    assert fine_share(1e-9) not in {"0 %", "0.00 %"}
    assert fine_share(0.999999) != "100 %"


@pytest.mark.parametrize(
    ("x", "text"),
    [(None, "no data"), (0.95, "95 %"), (0.9991, "99.91 %"), (0.99912, "99.912 %"), (0.999999, "99.9999 %")],
)
def test_a_share_that_was_chosen_is_never_rounded(x: float | None, text: str) -> None:
    assert chosen_share(x) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.001, "1 ms"),
        (0.0025, "2.5 ms"),
        (0.125, "0.125 s"),
        (12.345, "12.345 s"),
        (60, "1 min"),
        (90, "90 s"),
        (150.5, "150.5 s"),
        (1500, "25 min"),
        (3601, "60 min 1 s"),
        (90_060, "25 h 1 min"),
        (90_061, "90,061 s"),
        (1_036_800, "12 days"),
        (1_000_000, "1,000,000 s"),
    ],
)
def test_a_length_of_time_that_was_chosen_is_never_rounded(seconds: float, text: str) -> None:
    assert chosen_duration(seconds) == text


@given(st.decimals("0.001", 3_000_000, places=3))
def test_a_chosen_length_of_time_can_be_read_back(seconds: Decimal) -> None:
    whole = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400}
    sizes = {"ms": Decimal("0.001"), **{unit: Decimal(size) for unit, size in whole.items()}}
    words = chosen_duration(float(seconds)).replace(",", "").split()
    assert sum(Decimal(n) * sizes[unit] for n, unit in zip(words[::2], words[1::2], strict=True)) == seconds


@pytest.mark.parametrize(
    ("x", "limit", "text"),
    [(300.001, 300, "300.001"), (1412.0, 300, "1,412"), (300.00001, 300, "300.00001"), (301.5, 300, "301.5")],
)
def test_a_value_beyond_its_limit_never_seems_to_keep_it(x: float, limit: float, text: str) -> None:
    assert number_beyond(x, limit) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.0, "less than 1 %"), (0.004, "less than 1 %"), (0.912, "91 %"), (0.994, "99 %"), (1.0, "more than 99 %")],
)
def test_a_likelihood_is_never_certain(x: float, text: str) -> None:
    assert likelihood(x) == text


def test_how_long_a_measurement_took_is_told_to_the_millisecond() -> None:
    assert [precise_duration(each) for each in (None, 0.25, 1.0004)] == ["no data", "0.250 s", "1.000 s"]


def test_below_a_second_the_clock_has_decimals() -> None:
    assert [elapsed(0.25, 0.1), elapsed(65, 0.5), elapsed(65, 1)] == ["0.25 s", "65 s", "1:05"]


@pytest.mark.parametrize("x", [float("inf"), float("nan"), -0.0])
def test_what_is_no_number_and_nought_below_nought_are_told_all_the_same(x: float) -> None:
    assert number(x) in {"inf", "nan", "0"}


# What formats other things than figures for people, and why.
ELSEWHERE = {
    "rtk/figures.py": "here it is done",
    "rtk/experiment/quantity.py": "what an option reads",
    "rtk/lab/target.py": "what the target of the lab answers",
    "rtk/verify/activity.py": "what the Chaos Toolkit logs likewise",
}
UNITS = re.compile(r"^ ?(?:%|ms\b|s\b|min\b|h\b|days?\b|seconds?\b|minutes?\b|hours?\b)")


def formatted(path: Path) -> Iterator[int]:
    """The lines on which a number is rounded by a format and has a unit of time or a per cent sign behind it."""
    for node in ast.walk(ast.parse(path.read_text())):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for before, after in pairwise([*parts, ast.Constant("")]):
            spec = before.format_spec if isinstance(before, ast.FormattedValue) else None
            form = "".join(str(each.value) for each in getattr(spec, "values", ()) if isinstance(each, ast.Constant))
            unit = isinstance(after, ast.Constant) and UNITS.match(str(after.value))
            if form.endswith("%") or (form.endswith(("f", "g")) and unit):
                yield before.lineno


def test_no_share_and_no_duration_is_formatted_elsewhere() -> None:
    own = [path for path in SRC.rglob("*.py") if path.relative_to(SRC).as_posix() not in ELSEWHERE]
    assert {f"{path.relative_to(SRC)}:{line}" for path in own for line in formatted(path)} == set()
