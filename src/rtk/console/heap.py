"""Memory that is free again is given back: what a run of a million measurements took is not kept for the next one."""

import ctypes
from collections.abc import Callable

LARGE = 100_000  # measurements, from which on it is worth the few milliseconds
# glibc's alone: musl and macOS have none.
_TRIM: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Give free memory back to the system, where the C library can."""
    if _TRIM:
        _TRIM(0)
