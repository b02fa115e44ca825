"""Whose a record is: one process at a time is at work on it, and the kernel lets go of the lock of one that died."""

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from rtk.errors import CannotRecord

PATIENCE_S = 5.0
AGAIN_S = 0.05
_LOCKS = Path("/proc/locks")


def take(file: int, between: Callable[[], None] = lambda: None) -> None:
    """Lock an open file, waiting five seconds for whoever has it. Raises `BlockingIOError` after that.

    `between` is called after each try that failed.
    """
    patience = time.monotonic() + PATIENCE_S  # tried again and again, since a lock that blocks knows no time limit
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= patience:
                raise BlockingIOError(11, "another process is at work on this run") from None
            between()
            time.sleep(AGAIN_S)
        else:
            return


def take_again(file: int) -> None:
    """Lock an open file whose lock was this process's already; a fork that still has that lock keeps it."""
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_held(path: Path) -> bool:
    """Return whether a process is at work on this record now. Raises `OSError` when that cannot be told."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared, so that two that look both find it
        except BlockingIOError:
            return True
    return False


def holder(path: Path) -> int | None:
    """Return the process that took the lock, which may have died and left it to a fork; None where unknown."""
    with suppress(OSError, ValueError):
        inode = str(path.stat().st_ino)
        for line in _LOCKS.read_text().splitlines():
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
                return int(fields[4])
    return None


class Lock:
    """The lock of a record whose run died, held until it is closed. A record that cannot be opened has none."""

    def __init__(self, path: Path, between: Callable[[], None] = lambda: None) -> None:
        """Take it, calling `between` as long as it is taken. Raises `CannotRecord` when another process has it."""
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDONLY)
            take(self._file, between)
        except BlockingIOError as error:
            self.close()
            raise CannotRecord(f"the run record {path} cannot be written: {error.strerror}") from None
        except OSError:
            self.close()

    def close(self) -> None:
        """Let go of it; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
