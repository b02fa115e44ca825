"""A journal as it came, read a part at a time: it may be tens of megabytes, of which a page shows little.

Whatever wrote it was never checked: what is not as it should be is shown as it is, and nothing here fails.
"""

import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from rtk.report.text import plain

MOST_KEYS = 100
MOST_SHOWN = 20_000  # characters of a part
MOST_WHOLE = 8 * 2**20  # characters of a part that is shown alone
GENERAL = 300

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:]|[^\s"\[\]{},:]+')

Parts = dict[str, msgspec.Raw]


class Part(NamedTuple):
    """A part as indented JSON, or its beginning; `path` leads to it."""

    name: str
    path: tuple[str, ...]
    text: str
    size: int
    cut: bool


class StoredJournal:
    """A journal's bytes and what is in them."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def parts(self) -> Parts:
        """The keys at the top with what they hold, unread; nothing of what is no journal."""
        return members(msgspec.Raw(self.raw))

    @cached_property
    def general(self) -> list[tuple[str, str]]:
        """What the keys hold that are texts, numbers and the like."""
        small = [(key, raw) for key, raw in self._shown() if not _is_large(raw)]
        return [(plain(key, 80), text_of(raw, GENERAL)) for key, raw in small]

    def large(self) -> list[Part]:
        """The other keys, each as JSON."""
        return [part_of(key, (key,), raw) for key, raw in self._shown() if _is_large(raw)]

    @property
    def unshown(self) -> int:
        """How many keys there are beside those that are shown."""
        return max(0, len(self.parts) - MOST_KEYS)

    def at(self, path: Sequence[str]) -> msgspec.Raw | None:
        """What a path leads to, by keys and places in lists; None where it leads nowhere."""
        found: msgspec.Raw | None = msgspec.Raw(self.raw)
        # Each step reads the part that it is in once more: a long path would read a journal many times.
        for step in path[:10]:
            if found is not None and bytes(memoryview(found)[:1]) == b"[":
                several = items(found)
                place = int(step) if step.isascii() and step.isdecimal() else len(several)
                found = several[place] if place < len(several) else None
            else:
                found = members(found).get(step)
        return found

    def _shown(self) -> list[tuple[str, msgspec.Raw]]:
        return list(self.parts.items())[:MOST_KEYS]


def members(raw: msgspec.Raw | None) -> Parts:
    """What the keys of a mapping hold; nothing of what is no mapping."""
    found: Parts = _decoded(raw, Parts)
    return found or {}


def items(raw: msgspec.Raw | None) -> list[msgspec.Raw]:
    """What is in a list; nothing of what is no list."""
    found: list[msgspec.Raw] = _decoded(raw, list[msgspec.Raw])
    return found or []


def value(raw: msgspec.Raw | None) -> Any:
    """A value; None for none, and for what cannot be read."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def text_of(raw: msgspec.Raw | None, most: int) -> str:
    """A value on one line: a text as it is, all else as JSON. A large one is not read further than it is shown."""
    if raw is None:
        return ""
    if len(memoryview(raw)) > 8 * most:
        return plain(bytes(memoryview(raw)[: 8 * most]).decode("utf-8", "replace"), most)
    found = value(raw)
    return plain(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False), most)


def part_of(name: str, path: tuple[str, ...], raw: msgspec.Raw, most: int = MOST_SHOWN) -> Part:
    """A part as indented JSON, of which so many characters are shown."""
    size = len(memoryview(raw))
    text = indented(raw) if size <= 2 * most else head(bytes(memoryview(raw)[: 4 * most]).decode("utf-8", "replace"))
    return Part(plain(name, 80), path, text[:most], size, len(text) > most or size > 2 * most)


def head(text: str) -> str:
    """The beginning of JSON text with its lines indented; where it breaks off does not matter."""
    found: list[str] = []
    depth = 0
    for piece in _TOKENS.findall(text):
        if piece in "{[":
            depth += 1
            found.append(f"{piece}\n{'  ' * depth}")
        elif piece in "}]":
            depth = max(0, depth - 1)
            found.append(f"\n{'  ' * depth}{piece}")
        else:
            found.append({",": f",\n{'  ' * depth}", ":": ": "}.get(piece, piece))
    return "".join(found)


def indented(raw: msgspec.Raw) -> str:
    """JSON text with its lines indented, otherwise as it came."""
    try:
        return msgspec.json.format(bytes(raw), indent=2).decode("utf-8", "replace")
    except (msgspec.DecodeError, RecursionError):
        return bytes(raw).decode("utf-8", "replace")


def _is_large(raw: msgspec.Raw) -> bool:
    start = bytes(memoryview(raw)[:1])
    return start in (b"{", b"[") or len(memoryview(raw)) > 4 * GENERAL


def _decoded(raw: msgspec.Raw | None, kind: Any) -> Any:
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError):  # what is not of that kind is one of these too
        return None
