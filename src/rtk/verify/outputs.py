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
        self._read_while_it_lives(until)
        patience = time.monotonic() + PATIENCE_S
        while self._streams and time.monotonic() < patience:
            if not self._take(LINGER_S):
                break
        if self._streams:
            streams, poll = self._streams, self._poll

            def drain() -> None:  # without `self`: what was kept would stay in memory for as long as a child lives
                while streams:
                    for number, _ in poll.poll():
                        if not os.read(number, PIECE):
                            poll.unregister(number)
                            streams.pop(number).close()

            # Whoever holds the pipe must not die of writing into it. At the limit of threads that cannot be had.
            with suppress(RuntimeError):
                threading.Thread(target=drain, daemon=True).start()
        texts = []
        for number, kept in self._kept.items():
            data = bytes(kept)
            try:  # what was cut may end within a character, which is no reason to doubt that it is UTF-8
                texts.append(getincrementaldecoder("utf-8")().decode(data, final=not self._cut[number]))
            except UnicodeDecodeError:
                # What it looks like, else UTF-8 with a mark for each byte that is no text.
                found = detect(data[:SAMPLE])
                encoding = found["encoding"] if (found["confidence"] or 0) >= SURE else None
                texts.append(data.decode(str(encoding or "utf-8"), "replace"))
        return texts[0], texts[1]

    def close(self) -> None:
        """Let go of both streams."""
        for stream in self._streams.values():
            stream.close()

    def _read_while_it_lives(self, until: float | None) -> None:
        watch: int | None = None
        # Becomes readable when the process has ended; there is no such thing before Linux 5.3, and at the limit.
        with suppress(AttributeError, OSError):
            watch = os.pidfd_open(self._process.pid)
            self._poll.register(watch, select.POLLIN)
        try:
            while self._process.poll() is None:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    raise subprocess.TimeoutExpired(self._process.args, 0)
                if not self._streams:
                    with suppress(subprocess.TimeoutExpired):
                        self._process.wait(left)
                    continue
                self._take(left if watch is not None else min(SLICE_S, left or SLICE_S), watch)
        finally:
            if watch is not None:
                self._poll.unregister(watch)
                os.close(watch)

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
