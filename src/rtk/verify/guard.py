"""The run's side of its guardian: start it, keep telling it that all is well, say goodbye."""

import os
import pickle
import select
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from rtk import helper
from rtk.errors import ToolkitError
from rtk.verify import guardian, processes

READY_S = 10.0
BEAT_S = 1.0


class CannotGuard(ToolkitError):
    """The guardian did not come up, so no condition may be applied."""


class Guard:
    """A guardian for this process. Started early, so that it is ready when the first condition is due."""

    def __init__(self, undo: list[str], payload: dict[str, Any], max_duration_s: float) -> None:
        """Start it; `undo` is the command that it runs after a death, with the payload on its standard input.

        The payload is what the undo needs, secrets included: it goes over a pipe only, never to the disk.
        """
        environ = {key: value for key, value in os.environ.items() if key != processes.MARKER}
        script = str(Path(guardian.__file__))
        command = [*helper.python("-S"), script, str(os.getpid()), str(max_duration_s), "--", *undo]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=environ
        )
        self._over = threading.Event()
        data = pickle.dumps({**payload, "path": sys.path})
        threading.Thread(target=self._talk, args=(data,), name="rtk-guard", daemon=True).start()

    @property
    def pid(self) -> int:
        """The guardian's process id."""
        return self._process.pid

    def ready(self) -> None:
        """Wait until it is ready. Raises `CannotGuard` when it is not in time."""
        out = self._process.stdout
        assert out is not None
        told = select.select([out], [], [], READY_S)[0]
        if not told or os.read(out.fileno(), 64) != guardian.READY:
            raise CannotGuard(f"the guardian did not become ready within {READY_S:g} s, so nothing could undo a crash")

    def goodbye(self) -> None:
        """Tell it that the run has ended in order, and see it go."""
        self._over.set()
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError):
            os.write(stdin.fileno(), guardian.GOODBYE)
            stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(READY_S)
        if self._process.stdout:
            self._process.stdout.close()

    def _talk(self, data: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError, ValueError):  # a guardian that is gone is found out by `ready` and `goodbye`
            _write(stdin.fileno(), len(data).to_bytes(8, "big") + data)
            while not self._over.wait(BEAT_S):
                os.write(stdin.fileno(), guardian.HEARTBEAT)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def longest(max_duration_s: float | None, planned_s: float) -> float:
    """How long a run may take (seconds): as told, else its planned time twice and ten minutes."""
    return max_duration_s if max_duration_s is not None else 2 * planned_s + 600.0
