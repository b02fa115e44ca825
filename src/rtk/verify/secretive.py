"""What is secret: single values out of whatever declares them, and parts of a value that are secret by themselves."""

import base64
import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

SHORTEST_LINE = 6  # characters of a line that is secret by itself: shorter ones are ordinary text too often
SHORTEST_DECODED = 6  # characters of what base64 hides, for the same reason
Scalar = str | bytes | int | float

_SECRETIVE = re.compile(r"token|passw(or)?d|passphrase|secret|(^|[^a-z])keys?($|[^a-z])|(api|access|private)_?keys?$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Words are taken whole (`++`) and from their beginning on: else a text that is one long word takes quadratic time.
_NAMED = re.compile(r"(?<![\w.-])([\w.-]++)[\"']?\s*+[=:]\s*(\"[^\"\n]*\"|'[^'\n]*'|[^\s;&]+)")
_PLAIN = re.compile(rb"[!-~]{6,}")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")


def is_secretive(key: str) -> bool:
    """Whether a key of a configuration says that its value is a secret: token, password, secret or key."""
    return _SECRETIVE.search(_CAMEL.sub("_", key).lower()) is not None


def scalars(value: Any) -> Iterator[Scalar]:
    """The single values in a value: texts, bytes and numbers; anything else by its words. Truth is no secret."""
    if isinstance(value, Mapping):
        for item in list(value.values()):  # another thread may add to it meanwhile
            yield from scalars(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in list(value):
            yield from scalars(item)
    elif isinstance(value, bytearray | memoryview):
        yield bytes(value)
    elif isinstance(value, str | bytes | int | float):
        if not isinstance(value, bool):
            yield value
    elif value is not None:
        with suppress(Exception):  # what cannot be told in words is in no text either
            yield from dict.fromkeys((str(value), repr(value)))


def texts(value: Scalar) -> Iterator[str]:
    """A value as text, and what in it is secret by itself, too."""
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            yield from _parts(value.decode())
            return
        for text in (value.decode("latin-1"), value.decode("utf-8", "replace")):
            yield from _parts(text)
        yield from (found.decode() for found in _PLAIN.findall(value))  # whatever code page the rest is read in
    elif isinstance(value, str):
        yield from _parts(value)
        with suppress(UnicodeEncodeError):  # half a character that no variable holds
            raw = value.encode("utf-8", "surrogateescape")
            if not value.isascii() and raw != value.encode("utf-8", "replace"):
                yield from texts(raw)  # what a variable holds that is no UTF-8
    elif isinstance(value, int) or math.isfinite(value):
        with suppress(ValueError):  # a number too long to be written is not written anywhere
            yield repr(value)
            if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
                yield repr(int(value))


def number(text: str) -> float | int | None:
    """The number that a text is, None where it is none."""
    if not _NUMBER.fullmatch(text.strip()) or len(text) > 300:
        return None
    value = float(text) if "." in text or "e" in text else int(text)
    return value if math.isfinite(value) else None


def _parts(text: str) -> Iterator[str]:
    yield text
    for line in text.replace("\\n", "\n").splitlines():  # a variable often has a key's line ends spelled out
        if len(line.strip()) >= SHORTEST_LINE:
            yield line
    yield from (named[2].strip("'\"") for named in _NAMED.finditer(text) if is_secretive(named[1]))
    if "%" in text:
        yield unquote(text)
    with suppress(ValueError):  # what base64 hides, where that is text
        hidden = base64.b64decode("".join(text.split()), validate=True).decode("ascii")
        if len(hidden) >= SHORTEST_DECODED and hidden.replace("\n", "").isprintable():
            yield hidden
            yield from (line for line in hidden.splitlines() if len(line.strip()) >= SHORTEST_LINE)
    with suppress(ValueError):  # what only looks like an address has no password
        password = urlsplit(text.strip()).password if "://" in text and "@" in text else None
        if password:
            yield from dict.fromkeys((password, unquote(password)))
    if text.lstrip()[:1] in ("{", "["):  # JSON, whose keys say which of its values are secret
        with suppress(ValueError, RecursionError):
            yield from _secretive_in(json.loads(text))


def _secretive_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _secretive_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not is_secretive(key):
                yield from _secretive_in(item)
                continue
            for scalar in scalars(item):
                yield from texts(scalar)
