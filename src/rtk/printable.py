"""What may be printed of a text that a console, a file or a probe gave: letters, and no orders to the terminal.

A terminal obeys what stands in a text: it clears lines, renames its window, turns the reading direction round. So do
many viewers of logs. What is left here can only be read.
"""

import re
import unicodedata

# Cc controls (C0, DEL, C1), Cf invisible and direction-changing marks, Cs lone surrogates, Zl and Zp line ends, and
# what has no meaning that is known.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # emoji and scripts need them
# Orders without a text of their own: colours, moves of the cursor, clearing. The text within others, such as a
# window's title, stays to be seen.
_ORDERS = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]")
_UNSAFE_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE_ENDS = re.compile(r"\r\n?")


def printable(text: str) -> str:
    """Return the text without orders, control, invisible or unassigned characters; lines and tabs stay."""
    if text.isascii():
        return _without_orders(text) if _UNSAFE_ASCII.search(text) else text
    cleaned = _without_orders(text)
    return cleaned if cleaned.isascii() else "".join(" " if _is_unsafe(char) else char for char in cleaned)


def hanging(text: str) -> str:
    """Return a printable text of which only the first line begins at the margin: no other can pass for one of ours."""
    return "\n  ".join(printable(text).split("\n"))


def _without_orders(text: str) -> str:
    return _UNSAFE_ASCII.sub(" ", _LINE_ENDS.sub("\n", _ORDERS.sub("", text)))


def _is_unsafe(char: str) -> bool:
    if char.isascii() or char in _JOINERS:
        return False
    return unicodedata.category(char) in _UNSAFE or char in "\ufffe\uffff"
