"""A filter that bounds what is logged: nobody fills a disk by requests that are not understood."""

import logging
import threading
import time
from collections.abc import Callable, Collection

MINUTE_S = 60.0
LONGEST = 2_000  # characters of a line
_Kind = tuple[str, int]


class LineAllowance:
    """So many lines within a minute. `clock` is in seconds. Safe to use from any thread."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._since = float("-inf")
        self._many = 0
        self._lock = threading.Lock()

    def used(self) -> int | None:
        """Use one line: return how many were left out before it, None where there is none left for this one."""
        with self._lock:
            now, left_out = self._clock(), 0
            if now - self._since >= MINUTE_S:
                left_out = max(self._many - self._most, 0)
                self._since, self._many = now, 0
            self._many += 1
            return left_out if self._many <= self._most else None


def with_left_out(said: str, many: int) -> str:
    """Return what a line says, and that so many before it were left out."""
    return f"{said} ({many:,} more were left out)" if many else said


class Bounded(logging.Filter):
    """Lets so many records of a kind pass within a minute, which is who logs and how grave; each of bounded length.

    Those of the loggers `counted` pass: whoever writes them asked before.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic, counted: Collection[str] = ()) -> None:
        super().__init__()
        self._most = most
        self._counted = frozenset(counted)
        self._clock = clock
        self._allowances: dict[_Kind, LineAllowance] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass, or count it."""
        if record.name in self._counted:
            return True
        kind = (record.name, record.levelno)
        left_out = self._allowances.setdefault(kind, LineAllowance(self._most, self._clock)).used()
        if left_out is None:
            return False
        said = record.getMessage()
        said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
        record.msg, record.args = with_left_out(said, left_out), ()
        return True
