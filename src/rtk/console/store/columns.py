"""Numbers that the database put together to bytes, as arrays: no object for any of them until it is looked at."""

import sys
from array import array
from typing import Any

_SWAPPED = sys.byteorder == "little"  # the database sends the highest byte first


def array_of(kind: str, sent: bytes) -> Any:
    """Return what `int8send` ("q") or `float8send` ("d") made, one after the other."""
    found: Any = array(kind)
    found.frombytes(sent)
    if _SWAPPED:
        found.byteswap()
    return found
