"""Where the console's log goes: standard error, written by a thread of its own while the console answers.

Whoever reads standard error may be slow, or stop to read: a line that waits for them must not hold up the event loop,
which every request needs. In the background, where it is a file of ours, it is begun anew before it fills the disk.
"""

import logging
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

MOST_WAITING = 10_000  # lines
MOST_BYTES = 64 * 2**20  # of a file; the one before is kept
PAUSE_S = 0.05  # in which lines gather: one write for all of them
GRACE_S = 1.0  # for what still waits at the end

if TYPE_CHECKING:
    _Handler = logging.StreamHandler[TextIO]
else:
    _Handler = logging.StreamHandler  # generic in the stubs only


class LogStream(_Handler):
    """Writes lines at once, or leaves that to a thread from `begin` to `end`."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        super().__init__()
        self._waiting: deque[str] = deque()
        self._most_waiting = most_waiting
        self._left_out = 0
        self._bell = threading.Event()
        self._over = threading.Event()
        self._file: Path | None = None
        self._thread: threading.Thread | None = None

    def begin(self, file: Path | None = None) -> None:
        """Leave writing to a thread. `file` is one of ours, to be begun anew when it is too large."""
        self._file = file
        self._over.clear()
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Write what waits, and everything that follows at once."""
        thread, self._thread = self._thread, None
        self._over.set()
        self._bell.set()
        if thread:
            thread.join(GRACE_S)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or let it be written."""
        if self._thread is None:
            super().emit(record)
            return
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - as logging's own handlers do
            self.handleError(record)
            return
        if len(self._waiting) >= self._most_waiting:
            self._left_out += 1
        else:
            self._waiting.append(line)
            if not self._bell.is_set():
                self._bell.set()

    def _work(self) -> None:
        while not self._over.is_set():
            self._bell.wait()
            self._over.wait(PAUSE_S)
            self._bell.clear()
            self._write()
        self._write()

    def _write(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        left_out, self._left_out = self._left_out, 0
        if left_out:
            said = f"{left_out:,} lines were left out: whoever reads this log did not keep up"
            lines.append(self.format(logging.LogRecord(__name__, logging.WARNING, "", 0, said, (), None)))
        if lines:
            with suppress(OSError, ValueError):  # nobody reads it any more
                self.stream.write("".join(f"{line}{self.terminator}" for line in lines))
                self.stream.flush()
                if self._file:
                    begun_anew(self._file)


def begun_anew(file: Path, most: int = MOST_BYTES) -> bool:
    """Put an empty file in the place of one that standard error goes to and that is too large; whether it was."""
    there = os.fstat(2)
    if there.st_size < most or not os.path.samestat(there, file.stat()):
        return False
    ours = [each for each in (1, 2) if os.path.samestat(os.fstat(each), there)]
    file.replace(file.with_suffix(".log.1"))
    new = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for each in ours:
            os.dup2(new, each)
    finally:
        os.close(new)
    return True


@contextmanager
def written_beside(file: Path | None = None) -> Iterator[None]:
    """While this lasts, let a thread write what is logged."""
    streams = [each for each in logging.getLogger().handlers if isinstance(each, LogStream)]
    for each in streams:
        each.begin(file)
    try:
        yield
    finally:
        for each in streams:
            each.end()
