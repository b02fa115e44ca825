"""A filter that bounds what is logged: nobody fills a disk by requests that are not understood."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

MINUTE_S = 60.0
LONGEST = 2_000  # characters of a line
_Kind = tuple[str, int]


class Bounded(logging.Filter):
    """Lets so many records of a kind pass within a minute, which is who logs and how grave; each of bounded length.

    `of` says how many for loggers that have a bound of their own.
    """

    def __init__(
        self, most: int, clock: Callable[[], float] = time.monotonic, of: Mapping[str, int] | None = None
    ) -> None:
        super().__init__()
        self._most = most
        self._of = of or {}
        self._clock = clock
        self._since: dict[_Kind, float] = {}
        self._many: dict[_Kind, int] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass, or count it."""
        passes, left_out = self._counted((record.name, record.levelno))
        if not passes:
            return False
        said = record.getMessage()
        said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
        record.msg, record.args = f"{said} ({left_out:,} more were left out)" if left_out else said, ()
        return True

    def _counted(self, kind: _Kind) -> tuple[bool, int]:
        """Whether one more may be logged, and how many were not before it."""
        with self._lock:
            now, left_out, most = self._clock(), 0, self._of.get(kind[0], self._most)
            if now - self._since.get(kind, float("-inf")) >= MINUTE_S:
                left_out = max(self._many.get(kind, 0) - most, 0)
                self._since[kind], self._many[kind] = now, 0
            self._many[kind] += 1
            return self._many[kind] <= most, left_out
