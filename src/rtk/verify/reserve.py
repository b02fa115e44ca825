"""Descriptors kept for the undo: a condition may take all there are, and a rollback needs some to start a process."""

import os
from contextlib import suppress
from pathlib import Path

SPARE = 16  # starting a process with two outputs takes six for a moment; rollbacks may start several at once


class DescriptorReserve:
    """Holds descriptors until they are needed."""

    def __init__(self, spare: int = SPARE) -> None:
        self._held: list[int] = []
        with suppress(OSError):
            for _ in range(spare):
                self._held.append(os.open(os.devnull, os.O_RDONLY))
        self._same = Path(os.devnull).stat().st_rdev

    def free(self) -> None:
        """Let go of them. One that somebody has closed meanwhile may be another file by now, and is left alone."""
        while self._held:
            file = self._held.pop()
            with suppress(OSError):
                if os.fstat(file).st_rdev == self._same:
                    os.close(file)
