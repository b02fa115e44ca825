"""Names and sentences from files and probes, made harmless for any report."""

import re

from rtk.printable import printable

LIMIT = 300
_UNIT = re.compile(r"(?<=\d) (?=(?:%|ms|s|min|h|days?)(?!\w))")


def plain(text: object, limit: int = LIMIT) -> str:
    """One line without control, invisible or unassigned characters, at most `limit` characters long.

    White space is collapsed; what is cut off is marked by an ellipsis. Joiners stay: emoji and scripts need
    them.
    """
    # A text of megabytes is not gone through for the sake of its first line.
    whole = str(text)[: 4 * limit]
    line = " ".join(printable(whole).split())
    return line if len(line) <= limit and len(str(text)) <= 4 * limit else line[: limit - 1].rstrip() + "…"


def whole_sentences(text: str, limit: int) -> str:
    """Return the first sentences of a text that fit into `limit` characters; the beginning of one where none does."""
    line = plain(text)
    end = line.rfind(". ", 0, limit)
    return line[: end + 1] if len(line) > limit and end > 0 else plain(line, limit)


def capital(text: str) -> str:
    """A sentence's beginning as a sentence of its own."""
    return text[:1].upper() + text[1:]


def with_units(text: str) -> str:
    """A sentence in which a figure keeps its unit on its line."""
    return _UNIT.sub("\u00a0", text)


_ASCII = str.maketrans({"÷": "/", "…": "...", "≥": ">=", "≤": "<=", "\u00a0": " ", "\u202f": " "})


def ascii_only(text: str) -> str:
    """The text for a terminal that knows nothing beyond ASCII."""
    return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")
