"""A filter that bounds what is logged: nobody fills a disk by requests that are not understood."""

import logging
import threading
import time
from collections.abc import Callable, Collection

MINUTE_S = 60.0
LONGEST = 2_000  # characters of a line
AT_ONCE_SHARE = 10  # a tenth of the lines of a minute
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


class SteadyAllowance:
    """At most so many lines within any minute, some of them in every second of it. Safe to use from any thread.

    A tenth of them may come at once and the rest as time passes, so that a flood leaves lines of all that comes in that
    minute, and not of its first seconds alone. `clock` is in seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = max(most // AT_ONCE_SHARE, 1)
        self._per_s = max(most - self._at_once, most / 2) / MINUTE_S
        self._clock = clock
        self._left = float(self._at_once)
        self._seen = clock()
        self._left_out = 0
        self._lock = threading.Lock()

    def used(self) -> int | None:
        """Use one line: return how many were left out before it, None where there is none left for this one."""
        with self._lock:
            now = self._clock()
            self._left = min(self._left + (now - self._seen) * self._per_s, self._at_once)
            self._seen = now
            if self._left < 1:
                self._left_out += 1
                return None
            self._left -= 1
            left_out, self._left_out = self._left_out, 0
            return left_out


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
