"""How many values a JSON text holds, counted before any of them is made: work is bounded before it begins."""

import re
from functools import cache
from typing import Any

import msgspec

from rtk.console import limits, options
from rtk.console.store.problem import Problem

_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BEFORE_VALUES = (b",", b"[", b"{")


def refuse_many(text: bytes | memoryview, most: int, place: str = "") -> None:
    """Raise `Problem` for a JSON text that holds more than so many values; a name in a mapping is part of its value.

    Each value stands after a comma or an opening bracket, or is the first. Those within texts count only where it
    matters: most calls are known to be small by three quick counts.
    """
    body = bytes(text)
    if _at_most(body) > most and (found := _at_most(_TEXTS.sub(b"", body))) > most:
        says = f"{place or 'the body'}: holds {found:,} values, expected at most {most:,}"
        raise Problem(413, says, place or None)


def refuse_many_read(text: bytes, shape: type[Any], most: int, place: str = "") -> None:
    """The same of a JSON text of which only the fields of a struct are read, and not those that stay as they came."""
    if _at_most(text) <= most:
        return
    try:
        parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return  # whoever reads it says what is wrong
    read = [field.encode_name for field in msgspec.structs.fields(shape) if field.type is not msgspec.Raw]
    refuse_many(b",".join(bytes(parts[name]) for name in read if name in parts), most, place)


@cache
def most_values() -> int:
    """The most values of a call that are read."""
    return options.limit(limits.VALUES)


@cache
def most_of_a_journal() -> int:
    """The most values of a journal, which are kept as they came."""
    return options.limit(limits.JOURNAL_VALUES)


def _at_most(body: bytes) -> int:
    return 1 + sum(body.count(sign) for sign in _BEFORE_VALUES)
