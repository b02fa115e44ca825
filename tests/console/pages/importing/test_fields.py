"""Durations and shares, typed as people say them."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.pages.importing.fields import PercentField, SpanField, in_percent, parts_of, span_of


class Typed(forms.Form):
    span = SpanField(most=30 * 86_400, units="s min h d", required=False)
    part = PercentField(required=False)


def typed(number: str = "", unit: str = "s", part: str = "") -> Typed:
    return Typed({"span_0": number, "span_1": unit, "part": part})


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.25, ("0.25", "s")),
        (90.0, ("90", "s")),
        (300.0, ("5", "min")),
        (5400.0, ("90", "min")),
        (86_400.0, ("1", "d")),
        (0.0, ("0", "s")),
        (None, ("", "s")),
    ],
)
def test_seconds_are_shown_in_the_largest_unit_in_which_they_are_whole(seconds: Any, shown: tuple[str, str]) -> None:
    assert parts_of(seconds) == shown


@given(st.decimals(min_value=0, max_value=1_000_000, places=3))
def test_seconds_that_are_shown_are_read_as_the_same(seconds: Decimal) -> None:
    form = Typed(span_of({"span": float(seconds)}, "span"))
    assert form.is_valid()
    assert form.cleaned_data["span"] == float(seconds)


@given(st.decimals(min_value="0.000001", max_value="0.999999", places=6))
def test_a_share_that_is_shown_is_read_as_the_same(share: Decimal) -> None:
    form = typed(part=in_percent(float(share)))
    assert form.is_valid()
    assert form.cleaned_data["part"] == float(share)


def test_nothing_typed_is_nothing() -> None:
    form = typed()
    assert form.is_valid()
    assert form.cleaned_data == {"span": None, "part": None}


@pytest.mark.parametrize("number", ["x", "nan", "inf", "1e400", "1e-400", "--1", "1,5", "\0"])
def test_what_is_no_number_is_refused_and_stays_in_the_form(number: str) -> None:
    form = typed(number, part=number)
    assert set(form.errors) == {"span", "part"}
    assert form["span"].value()[0] == number


def test_the_label_is_the_numbers_and_the_unit_has_its_own() -> None:
    page = str(Typed(initial={"span": 300.0})["span"])
    assert Typed()["span"].id_for_label == "id_span_0"
    assert 'id="id_span_0"' in page
    assert 'aria-label="Unit"' in page
    assert 'value="5"' in page
    assert '<option value="min" selected>' in page
