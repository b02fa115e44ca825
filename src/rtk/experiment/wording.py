"""How a value, a kind of value and a place are named in sentences for users."""

import difflib
import json
import shlex
from collections.abc import Iterable

from rtk.printable import printable

_LONGEST = 60
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (str, "text"),
    ((int, float), "a number"),
    (list, "a list"),
    (dict, "a mapping"),
    (type(None), "nothing (null)"),
)


def shown(value: object) -> str:
    """A value as a user wrote it, cut short: `"abc"`, `12`, `a list`."""
    if isinstance(value, list | dict):
        return kind(value)
    if isinstance(value, float) and value.is_integer():  # seconds and shares that an option gave as text
        value = int(value)
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except ValueError:  # a whole number of more digits than Python prints
        return "a very large number"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def compact(value: object, most: int = 80) -> str:
    """A value as JSON on one line, lists and mappings included, cut short."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:  # a whole number of more digits than Python prints
        return "a very large number"
    return text if len(text) <= most else f"{text[: most - 1]}…"


def kind(value: object) -> str:
    """What sort of thing a value is, with its article."""
    return next((name for types, name in _KINDS if isinstance(value, types)), type(value).__name__)


def listed(names: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; nothing of nothing."""
    *rest, last = [*names] or [""]
    return f"{', '.join(rest)} {word} {last}" if rest else last


def one_line(message: object, most: int = 400) -> str:
    """What a file, a record, a console or somebody else's code says, on one printable line and cut short."""
    whole = " ".join(printable(str(message)).split())
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def argument(message: object) -> str:
    """The same as one argument of a command that a person may paste into a shell."""
    return shlex.quote(one_line(message))


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return which known name may have been meant by an unknown one; None where it resembles none."""
    names = sorted(known)
    begun = [each for each in names if len(name) > 2 and each.startswith(f"{name}-")]  # the rest was left out
    # difflib takes time by both lengths, and what a file calls a key may be of any.
    return next(iter(begun or difflib.get_close_matches(name[:100], names, n=1)), None)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the known one that it resembles, else all of them."""
    names = sorted(known)
    close = closest(name, names)
    return f"did you mean {close}?" if close else f"known here: {', '.join(names)}"


def at(path: str, key: str | int) -> str:
    """The place of a key or an index below a path: `method[0].provider`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not key.isprintable():
        key = json.dumps(key)  # on one line, and without what moves a terminal
    return f"{path}.{key}" if path else key
