"""Memory that is free again is given back: what a run of a million measurements took is not kept for the next one."""

import ctypes
from collections.abc import Callable
from functools import cache

LARGE = 100_000  # measurements, from which on it is worth the few milliseconds


def give_back() -> None:
    """Give free memory back to the system, where the C library can."""
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
