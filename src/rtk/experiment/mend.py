"""Mend: a raw line break inside a JSON string becomes one space.

The published tutorial wraps long strings over several lines, which strict JSON forbids. One pass over the
characters that matter, linear in the length of the text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from rtk.errors import BadInput

# Bounds for what was written to fill memory or to take time; what people write stays far below.
MOST_BREAKS = 10_000
DEEPEST = 100
MOST_PARTS = 200_000

_OUTSIDE = re.compile(r'["\[\]{},]')
# What a string holds up to its closing quote: the first with no odd run of backslashes before it.
# Possessive (*+): what has matched is not tried anew, so that it takes time by the length alone.
_STRING = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+\\?', re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")


class Break(NamedTuple):
    """A raw line break: its offset and length, and the offset at which its string begins."""

    offset: int
    length: int
    string: int


class Mended(Struct, frozen=True):
    """A JSON text after mending, and where it was mended."""

    original: str
    text: str
    breaks: tuple[Break, ...]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, in the original of an offset in the mended text."""
        return place(self.original, offset + self._shift(offset))

    def lines(self) -> tuple[tuple[int, int], ...]:
        """First and last line of each mended string's breaks."""
        spans: dict[int, tuple[int, int]] = {}
        line, start = 1, 0
        for found in self.breaks:
            between = self.original[start : found.offset]
            line += between.count("\n") + between.count("\r") - between.count("\r\n")
            first, _ = spans.get(found.string, (line, line))
            spans[found.string] = (first, line)
            line, start = line + 1, found.offset + found.length
        return tuple(spans.values())

    def suspect(self, offset: int) -> int | None:
        """The line of the last mended string before an error: its closing quote may be what is missing."""
        before = [b for b in self.breaks if b.string <= offset + self._shift(offset)]
        return place(self.original, before[-1].string)[0] if before else None

    def _shift(self, offset: int) -> int:
        shift = 0
        for found in self.breaks:
            if found.offset - shift >= offset:
                break
            shift += found.length - 1
        return shift


class _Scan:
    """One pass over a text: where its strings are, how deep it is nested, how many parts it has."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.depth = 0
        self.parts = 0

    def breaks(self) -> Iterator[Break]:
        offset = 0
        # Once more is closed than was opened, the parser stops as well, and says what is wrong there.
        while self.depth >= 0 and (found := _OUTSIDE.search(self.text, offset)):
            offset = found.end()
            char, start = found[0], found.start()
            self.depth += (char in "[{") - (char in "]}")
            self.parts += char not in "]}"
            if self.depth > DEEPEST:
                raise self.refusal(start, f"nested deeper than {DEEPEST} levels, which no experiment needs")
            if self.parts > MOST_PARTS:
                raise self.refusal(start, f"more than {MOST_PARTS:,} parts, which no experiment needs")
            if char == '"':
                end = _STRING.match(self.text, offset).end()  # type: ignore[union-attr] # it matches nothing as well
                for each in _BREAK.finditer(self.text, offset, end):
                    yield Break(each.start(), len(each[0]), start)
                offset = end + 1

    def refusal(self, offset: int, why: str) -> BadInput:
        line, column = place(self.text, offset)
        return BadInput.in_text(self.where, (line, column), f"{why}")


def mend(text: str, where: str) -> Mended:
    """Replace every raw line break (CR, LF or CRLF) inside a string by one space.

    Raises `BadInput` for what is nested too deep, has too many parts or too many breaks to be an experiment.
    """
    scan, breaks = _Scan(text, where), list[Break]()
    pieces, start = list[str](), 0
    for found in scan.breaks():
        breaks.append(found)
        if len(breaks) > MOST_BREAKS:
            raise scan.refusal(found.offset, f"more than {MOST_BREAKS:,} line breaks inside strings")
        pieces.append(text[start : found.offset])
        start = found.offset + found.length
    return Mended(text, " ".join([*pieces, text[start:]]), tuple(breaks))


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of an offset; CRLF, CR and LF each end a line."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")
