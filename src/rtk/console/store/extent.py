"""How many values a JSON text holds, counted before any of them is made: work is bounded before it begins.

And how many activities an experiment holds, which are looked at again for each page that shows it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from rtk.console import limits, options
from rtk.console.store.problem import Problem

_BEFORE_VALUES = (b",", b"[", b"{")
NOTHING = msgspec.Raw(b"")
PIECE = 64 * 1024  # bytes counted in one go, in which no other thread runs


def refuse_many(text: bytes | memoryview, most: int, place: str = "") -> None:
    """Raise `Problem` for a JSON text that holds more than so many values; a name in a mapping is part of its value.

    Each value stands after a comma or an opening bracket, or is the first. Those within texts count only where it
    matters: most calls are known to be small by three quick counts. Counting ends soon after the bound.
    """
    body = memoryview(text)
    if _counted(_pieces(body), most) > most and (found := _counted(_without_texts(body), most)) > most:
        says = f"{place or 'the body'}: holds at least {found:,} values, expected at most {most:,}"
        raise Problem(413, says, place or None)


def refuse_many_read(text: bytes, shape: type[Any], most: int, place: str = "") -> None:
    """The same of a JSON text of which only the fields of a struct are read, and not those that stay as they came."""
    if _counted(_pieces(memoryview(text)), most) <= most:
        return
    # A struct of what is read of that one, as it comes: what nobody asks for is passed over, however much it is.
    read = [each for each in msgspec.structs.fields(shape) if each.type is not msgspec.Raw]
    fields = [(each.name, msgspec.Raw, msgspec.field(default=NOTHING, name=each.encode_name)) for each in read]
    try:
        parts = msgspec.json.decode(text, type=msgspec.defstruct(shape.__name__, fields))
    except (msgspec.DecodeError, RecursionError):
        return  # whoever reads it says what is wrong
    refuse_many(b",".join(bytes(each) for each in msgspec.structs.astuple(parts)), most, place)


def refuse_busy(document: Mapping[str, Any], place: str = "experiment") -> None:
    """Raise `Problem` for an experiment with more activities than a console takes; its shape may be any."""
    hypothesis = document.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    parts = (probes, document.get("method"), document.get("rollbacks"))
    found = sum(len(part) for part in parts if isinstance(part, list))
    if found > (most := options.limit(limits.ACTIVITIES)):
        raise Problem(413, f"{place}: holds {found:,} activities, expected at most {most:,}", place)


@cache
def most_values() -> int:
    """The most values of a call that are read."""
    return options.limit(limits.VALUES)


@cache
def most_of_a_journal() -> int:
    """The most values of a journal, which are kept as they came."""
    return options.limit(limits.JOURNAL_VALUES)


def _counted(pieces: Iterable[bytes], most: int) -> int:
    """How many values these pieces hold; once there are too many, so far."""
    found = 1
    for piece in pieces:
        found += sum(piece.count(sign) for sign in _BEFORE_VALUES)
        if found > most:
            break
    return found


def _pieces(body: memoryview) -> Iterator[bytes]:
    return (bytes(body[begin : begin + PIECE]) for begin in range(0, len(body), PIECE))


def _without_texts(body: memoryview) -> Iterator[bytes]:
    """The same, what stands in texts left out: with escapes gone, each second part between quotes."""
    inside, kept = 0, b""
    for piece in _pieces(body):
        come = kept + piece
        whole = come.rstrip(b"\\")  # an escape may end in the next piece
        kept = b"\\" * ((len(come) - len(whole)) % 2)
        parts = whole.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        yield b"".join(parts[inside::2])
        inside = (inside + len(parts) - 1) % 2
