"""How many values a JSON text holds: counted before any is made, and never more than there are."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.store import extent
from rtk.console.store.problem import Problem

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.sampled_from('a,"\\[{}]\n')),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='a,"[{', max_size=2), inner, max_size=4)
    ),
)


def count(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(count, parts))


def refused(text: bytes, most: int) -> bool:
    try:
        extent.refuse_many(text, most)
    except Problem:
        return True
    return False


@given(VALUES)
def test_no_text_of_few_values_is_refused_and_none_of_many_passes(value: Any) -> None:
    text, there = json.dumps(value).encode(), count(value)
    empty = json.dumps(value).count("[]") + json.dumps(value).count("{}")
    assert not refused(text, there + empty)
    assert refused(text, there - 1)


def test_the_refusal_says_how_many_there_are_and_how_many_there_may_be() -> None:
    with pytest.raises(Problem) as found:
        extent.refuse_many(b"[1, 2, 3]", 3, "journal")
    assert (found.value.status, found.value.detail) == (413, "journal: holds at least 4 values, expected at most 3")


def test_a_text_that_never_ends_is_counted_as_well() -> None:
    assert not refused(b'["' + b"," * 1000, 5)
    assert not refused(b'["' + b"\\" * 1001, 5)


@pytest.mark.parametrize("size", [extent.PIECE - 3, extent.PIECE - 2, extent.PIECE - 1, extent.PIECE])
@pytest.mark.parametrize("text", ["\\", '"', '\\"', ",", '",'])
def test_texts_and_escapes_that_go_on_in_the_next_piece_are_left_out(size: int, text: str) -> None:
    whole = json.dumps(["x" * size + text * 9, text * 3, 1]).encode()
    assert not refused(whole, 4)
    assert refused(whole, 3)


def test_counting_ends_soon_after_the_bound() -> None:
    with pytest.raises(Problem) as found:
        extent.refuse_many(b'"",' * extent.PIECE, 5)
    assert "holds at least 21," in found.value.detail


class Shape(msgspec.Struct):
    """A call with what is read and what is kept as it came."""

    read: Any = None
    kept: msgspec.Raw = msgspec.Raw(b"")


def test_what_is_kept_as_it_came_does_not_count_for_what_is_read() -> None:
    many = list(range(100))
    extent.refuse_many_read(json.dumps({"kept": many, "unknown": many}).encode(), Shape, 50)
    with pytest.raises(Problem, match="holds at least 101 values, expected at most 50"):
        extent.refuse_many_read(json.dumps({"read": many}).encode(), Shape, 50)


def test_what_is_no_mapping_is_left_to_who_reads_it() -> None:
    extent.refuse_many_read(json.dumps(list(range(100))).encode(), Shape, 50)


def test_the_bounds_are_the_settings() -> None:
    assert (extent.most_values(), extent.most_of_a_journal()) == (200_000, 3_000_000)


@pytest.mark.parametrize("parts", [(1_001, 0, 0), (0, 1_001, 0), (0, 0, 1_001), (400, 400, 201)])
def test_an_experiment_has_so_many_activities_at_most(parts: tuple[int, int, int]) -> None:
    probes, method, rollbacks = ([{"type": "probe"}] * each for each in parts)
    with pytest.raises(Problem) as found:
        extent.refuse_busy({"steady-state-hypothesis": {"probes": probes}, "method": method, "rollbacks": rollbacks})
    assert (found.value.status, found.value.detail) == (
        413,
        "experiment: holds 1,001 activities, expected at most 1,000",
    )


@pytest.mark.parametrize("part", [[{}] * 1_000, None, 5, {"probes": 1}])
def test_an_experiment_within_the_bound_or_of_any_other_shape_is_let_through(part: Any) -> None:
    extent.refuse_busy({"method": part})
    extent.refuse_busy({"steady-state-hypothesis": part})
