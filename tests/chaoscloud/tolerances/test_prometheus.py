"""Every sample must be inside; an error, no data and NaN are outside."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaoscloud.tolerances.prometheus import result_value_above, result_value_between, result_value_under

TOLERANCES = (result_value_under, result_value_above, result_value_between)


def answer(kind: str, result: Any, status: str = "success") -> dict[str, Any]:
    return {"status": status, "data": {"resultType": kind, "result": result}}


def vector(*values: Any) -> dict[str, Any]:
    return answer("vector", [{"metric": {"n": str(n)}, "value": [1583406074.984, v]} for n, v in enumerate(values)])


def matrix(*values: Any) -> dict[str, Any]:
    return answer("matrix", [{"metric": {}, "values": [[1583406074.0 + n, v] for n, v in enumerate(values)]}])


def test_bounds_are_inclusive() -> None:
    assert result_value_under(vector("1.0"))
    assert result_value_above(vector("0"))
    assert [result_value_between(vector(v), 0.2, 0.8) for v in ("0.19", "0.2", "0.8", "0.81")] == [
        False,
        True,
        True,
        False,
    ]


def test_bounds_may_be_given_by_position_by_name_and_as_text() -> None:
    assert result_value_under(vector("5"), 6)
    assert result_value_above(value=vector("5"), lower="4.5")
    assert result_value_between(vector("5"), upper=6, lower=4)


def test_every_series_must_be_inside() -> None:
    assert result_value_under(vector("1", "2", "3"), 3)
    assert not result_value_under(vector("1", "2", "3.1"), 3)
    assert not result_value_under(vector("1", "NaN"), 3)


def test_every_sample_of_a_matrix_must_be_inside() -> None:
    assert result_value_above(matrix("0.78", "0.64"), 0.5)
    assert not result_value_above(matrix("0.78", "2.38"), 1.5)


def test_a_series_may_hold_its_samples_in_a_vector_too() -> None:
    result = [{"metric": {}, "values": [[1.0, "0.7"], [2.0, "0.6"]]}]
    assert result_value_above(answer("vector", result), 0.5)


def test_scalars_and_strings_that_hold_a_number_are_read() -> None:
    assert result_value_under(answer("scalar", [1583406074.984, "0.78"]))
    assert result_value_under(answer("string", [1583406074.984, "0.78"]))
    assert not result_value_under(answer("string", [1583406074.984, "fine"]))


def test_infinity_is_beyond_every_bound() -> None:
    assert not result_value_under(vector("+Inf"), 1e308)
    assert result_value_above(vector("+Inf"), 1e308)
    assert result_value_under(vector("-Inf"), 0)
    assert not result_value_between(vector("+Inf"), 0, 1)


OUTSIDE: list[Any] = [
    None, {}, [], "", "0.5", float("nan"), True,
    {"status": "error", "errorType": "bad_data", "error": "parse error"},
    {"status": "error", "data": vector("0.5")["data"]},
    {"status": "success"}, {"status": "success", "data": None}, {"data": vector("0.5")["data"]},
    vector(), matrix(), answer("matrix", []), vector("NaN"), matrix("0.5", "NaN"), vector(None), vector(True),
    answer("scalar", [1.0, "NaN"]), answer("scalar", []), answer("scalar", None),
    answer("vector", None), answer("vector", [None]), answer("vector", [{"metric": {}}]),
    answer("vector", [{"metric": {}, "value": [1.0]}]), answer("vector", [{"metric": {}, "histogram": [1.0, {}]}]),
]  # fmt: skip


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("value", OUTSIDE)
def test_an_error_no_data_and_nan_are_outside(tolerance: Callable[..., bool], value: Any) -> None:
    assert tolerance(value) is False


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_without_a_value_nothing_is_good(tolerance: Callable[..., bool]) -> None:
    assert tolerance() is False


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["status", "value", "values", "x"]), inner),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["vector", "matrix", "scalar", "string", "other"]))
def test_no_answer_is_an_exception(result: Any, kind: str) -> None:
    for tolerance in TOLERANCES:
        assert tolerance(result) is False or isinstance(result, int | float)
        assert tolerance(answer(kind, result)) in {True, False}


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_between_is_under_and_above(values: list[float], lower: float, upper: float) -> None:
    read = vector(*map(str, values))
    both = result_value_above(read, lower) and result_value_under(read, upper)
    assert result_value_between(read, lower, upper) == both
