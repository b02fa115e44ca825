"""What a process writes: read as it comes, whole up to a bound, and no longer than the process itself lives.

The engine waits until the last descendant has closed the output, and holds all of it in memory, several times over.
"""

import os
import select
import subprocess
import threading
import time
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import IO

from charset_normalizer import detect

LARGEST = 16 * 1024 * 1024  # bytes that are kept of a stream; what follows is read and dropped
LINGER_S = 0.2  # how long a stream may be silent after its process has ended: only a child holds it then
PATIENCE_S = 2.0  # how long it is read after that at most, however much a child writes
SLICE_S = 0.05  # how often to look for an end where the kernel does not tell
PIECE = 65536
SAMPLE = 4096  # bytes by which an encoding is guessed
SURE = 0.5  # how sure a guess must be, as for the engine


class Outputs:
    """The two output streams of a process that was started with pipes."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout
        assert process.stderr
        self._process = process
        self._streams: dict[int, IO[bytes]] = {
            process.stdout.fileno(): process.stdout,
            process.stderr.fileno(): process.stderr,
        }
        self._kept = {number: bytearray() for number in self._streams}
        self._cut = dict.fromkeys(self._streams, False)
        self._poll = select.poll()
        for number in self._streams:
            self._poll.register(number, select.POLLIN | select.POLLHUP)

    def read(self, timeout: float | None) -> tuple[str, str]:
        """Return both texts once the process has ended. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        watch = _watch(self._process.pid)
        try:
            self._read_while_it_lives(until, watch)
        finally:
            if watch is not None:
                os.close(watch)
        patience = time.monotonic() + PATIENCE_S
        while self._streams and time.monotonic() < patience:
            if not self._take(LINGER_S):
                break
        if self._streams:
            # Whoever holds the pipe must not die of writing into it. At the limit of threads that cannot be had.
            with suppress(RuntimeError):
                threading.Thread(target=_drain, args=(self._streams, self._poll), daemon=True).start()
        out, err = (_text(bytes(kept), self._cut[number]) for number, kept in self._kept.items())
        return out, err

    def close(self) -> None:
        """Let go of both streams."""
        for stream in self._streams.values():
            stream.close()

    def _read_while_it_lives(self, until: float | None, watch: int | None) -> None:
        if watch is not None:
            self._poll.register(watch, select.POLLIN)
        while self._process.poll() is None:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(self._process.args, 0)
            if not self._streams:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(left)
                continue
            self._take(left if watch is not None else min(SLICE_S, left or SLICE_S), watch)
        if watch is not None:
            self._poll.unregister(watch)

    def _take(self, seconds: float | None, watch: int | None = None) -> bool:
        """Take what there is to read now, or within so many seconds; whether there was anything."""
        ready = self._poll.poll(None if seconds is None else max(0.0, seconds) * 1000)
        for number, _ in ready:
            if number == watch:
                continue
            piece = os.read(number, PIECE)
            if not piece:
                self._poll.unregister(number)
                self._streams.pop(number).close()
                continue
            kept = self._kept[number]
            room = LARGEST - len(kept)
            kept += piece[:room]
            self._cut[number] |= len(piece) > room
        return bool(ready)


def _watch(pid: int) -> int | None:
    """A descriptor that becomes readable when the process has ended; None where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _drain(streams: dict[int, IO[bytes]], poll: "select.poll") -> None:
    while streams:
        for number, _ in poll.poll():
            if not os.read(number, PIECE):
                poll.unregister(number)
                streams.pop(number).close()


def _text(data: bytes, is_cut: bool) -> str:
    """The text of an output: UTF-8, else what it looks like, else with a mark for each byte that is no text."""
    try:
        return getincrementaldecoder("utf-8")().decode(data, final=not is_cut)
    except UnicodeDecodeError:
        found = detect(data[:SAMPLE])
        encoding = found["encoding"] if (found["confidence"] or 0) >= SURE else None
        return data.decode(str(encoding or "utf-8"), "replace")
