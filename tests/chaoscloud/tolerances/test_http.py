"""Bounds are inclusive, and what is no number is never good."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaoscloud.tolerances.http import (
    response_time_above,
    response_time_under,
    status_in_range,
    status_must_be,
)

NO_NUMBERS = [
    None,
    math.nan,
    "nan",
    "fast",
    "",
    True,
    False,
    [],
    [200],
    {},
    {"status": None},
    {"total": "x"},
    b"200",
]
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_the_status_must_be_the_expected_one() -> None:
    assert status_must_be(200)
    assert status_must_be(404, 404)
    assert status_must_be(404, expected="404")
    assert not status_must_be(201)
    assert not status_must_be(200.5)


def test_the_status_is_taken_from_the_answer_of_the_http_provider() -> None:
    answer = {"status": 204, "headers": {}, "body": ""}
    assert status_must_be(answer, 204)
    assert status_in_range(value=answer, lower=200, upper=299)
    assert not status_must_be(answer)


def test_both_ends_of_a_range_of_statuses_belong_to_it() -> None:
    assert [status_in_range(status, 200, 299) for status in (199, 200, 299, 300)] == [
        False,
        True,
        True,
        False,
    ]
    assert status_in_range(200)
    assert status_in_range(200, 100)
    assert not status_in_range(200, 400, 500)
    assert not status_in_range(200, 299, 200)


def test_both_bounds_of_a_response_time_are_good() -> None:
    assert [response_time_under(value, 500) for value in (499.9, 500, 500.1)] == [True, True, False]
    assert [response_time_above(value, 500) for value in (499.9, 500, 500.1)] == [False, True, True]


def test_a_bound_may_be_written_as_text() -> None:
    assert response_time_under(6000.0, "6000")
    assert status_in_range(250, "200", "299")


def test_the_response_time_is_taken_from_a_measured_call() -> None:
    measured = {"total": 80.0, "status": 200, "size": 2}
    assert response_time_under(measured, 80)
    assert response_time_above(measured, 80)
    assert not response_time_under(measured, 79)


def test_an_instant_error_is_not_a_quick_response() -> None:
    assert not response_time_under({"total": 1.0, "status": 503}, 500)
    assert not response_time_above({"total": 900.0, "status": 500}, 500)


@pytest.mark.parametrize("tolerance", [status_must_be, status_in_range, response_time_under, response_time_above])
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_never_good(tolerance: Callable[..., bool], value: Any) -> None:
    assert tolerance(value) is False
    assert tolerance(value=value) is False


@pytest.mark.parametrize("bound", NO_NUMBERS)
def test_a_bound_that_is_no_number_is_never_kept(bound: Any) -> None:
    assert not status_must_be(200, bound)
    assert not status_in_range(200, bound, 300)
    assert not response_time_under(1.0, bound)
    assert not response_time_above(1.0, bound)


@given(FINITE, FINITE)
def test_a_time_is_under_or_above_its_bound_and_both_only_on_it(value: float, duration: float) -> None:
    under, above = response_time_under(value, duration), response_time_above(value, duration)
    assert under or above
    assert (under and above) == (value == duration)
