"""A journal's parts: what is shown of large ones is the beginning of what is shown of them alone."""

import json
import time
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.pages.executions.journal import StoredJournal, head, indented, part_of

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(), inner, min_size=1),
    max_leaves=20,
)


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


@given(VALUES)
def test_the_beginning_is_indented_as_the_whole_is(value: Any) -> None:
    assert head(json.dumps(value)) == indented(raw(value))


@given(VALUES, st.integers(0, 200))
def test_json_that_breaks_off_is_shown_as_far_as_it_goes(value: Any, most: int) -> None:
    text = json.dumps(value)
    assert "".join(head(text[:most]).split()) == "".join(text[:most].split())


def test_a_part_that_is_large_is_shown_by_its_beginning() -> None:
    whole = [{"name": f"step {n}"} for n in range(100_000)]
    part = part_of("run", ("run",), raw(whole), 1000)
    assert (part.cut, len(part.text)) == (True, 1000)
    assert indented(raw(whole)).startswith(part.text)


def test_of_sixty_megabytes_no_more_is_read_than_is_shown() -> None:
    journal = StoredJournal(json.dumps({"run": ["x" * 1000] * 60_000, "status": "completed"}).encode())
    began = time.process_time()
    (part,) = journal.large()
    assert part.size > 60_000_000
    assert time.process_time() - began < 1.0
