"""A disk that loses whatever was not made durable when the power fails: a double of `os.fsync`."""

import os
import stat
import threading
from pathlib import Path


class Disk:
    """Knows how much of each file, and which names of each directory, have been made durable."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}
        self._names: dict[int, set[str]] = {}
        self._lock = threading.Lock()  # or an older size may overwrite the newer one that another thread saw

    def sync(self, file: int) -> None:
        """What stands for `os.fsync`."""
        with self._lock:
            status = os.fstat(file)
            if stat.S_ISDIR(status.st_mode):
                self._names[status.st_ino] = set(os.listdir(file))
            else:
                self._sizes[status.st_ino] = status.st_size

    def after_power_loss(self, path: Path) -> bytes:
        """What is found of a file if the power fails now."""
        if path.name not in self._names.get(path.parent.stat().st_ino, set()):
            return b""
        return path.read_bytes()[: self._sizes.get(path.stat().st_ino, 0)]
