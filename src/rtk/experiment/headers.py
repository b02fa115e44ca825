"""HTTP headers that a file gives: whether they can be sent at all, which no answer of a service can tell."""

import re

NAME = "a name of ASCII letters without a colon or a blank at its beginning"
VALUE = "one line of text in Latin-1 that does not begin with a blank"
_NAME = re.compile(r"[^:\s][^:\r\n]*", re.ASCII)
_VALUE = re.compile(r"(\S[^\r\n]*)?")


def is_name(name: object) -> bool:
    """Return whether something can be sent as the name of a header."""
    return isinstance(name, str) and name.isascii() and bool(_NAME.fullmatch(name))


def is_value(value: object) -> bool:
    """Return whether something can be sent as the value of a header; null stands for a header that is not sent."""
    if not isinstance(value, str):
        return value is None or isinstance(value, bytes)
    return all(letter <= "\xff" for letter in value) and bool(_VALUE.fullmatch(value))
