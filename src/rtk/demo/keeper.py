"""Clears the stage whatever becomes of the demonstration, also when it is killed: a process of its own.

It reads words from its standard input, which ends when the demonstration does:

    run <pid>     a command that has to be told to end, so that it undoes what it did
    wait <pid>    a command that has to come to its own end, for what it begins can be ended only then
    keep          leave console and lab running

    python -m rtk.demo.keeper <directory>
"""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from rtk import helper
from rtk.demo.commands import Commands
from rtk.demo.place import DemoDirectory

UNDOING_S = 180.0  # a rollback may take its time, and be tried again
CLEARING_S = 60.0
_AGAIN_S = 0.2


class Keeper:
    """The process, as the demonstration has it."""

    def __init__(self, place: DemoDirectory, environ: dict[str, str], lock: IO[str]) -> None:
        self.keeps = False
        self._process = subprocess.Popen(
            helper.command("rtk.demo.keeper", str(place.path)),
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # whoever reads our output must not have to wait for it
            start_new_session=True,
            pass_fds=[lock.fileno()],  # the directory is in use until the stage is clear
        )

    def keep(self) -> None:
        """Leave console and lab running when the demonstration is over."""
        self.told("keep")
        self.keeps = True

    def told(self, word: str, pid: int | str = "") -> None:
        """Tell it a word."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word} {pid}\n".encode())
        self._process.stdin.flush()

    def clears(self) -> bool:
        """Let it clear the stage, or leave it when it was told to keep it; false when something could not be ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait() == 0


def main(directory: str) -> int:
    """Wait until the demonstration is over, then clear the stage."""
    watched = Watched()
    for line in sys.stdin:
        word, _, pid = line.strip().partition(" ")
        if word == "keep":
            return 0
        watched.have(word, int(pid))
    watched.ended()
    return 0 if clear(Commands(DemoDirectory(Path(directory)), dict(os.environ))) else 1


class Watched:
    """The command that the demonstration waits for, by a handle that no other process can come to have."""

    def __init__(self) -> None:
        self._word, self._handle = "", -1

    def have(self, word: str, pid: int) -> None:
        """Watch this one from now on."""
        if self._handle >= 0:
            os.close(self._handle)
        try:
            self._word, self._handle = word, os.pidfd_open(pid)
        except ProcessLookupError:
            self._handle = -1

    def ended(self) -> None:
        """Return once it has ended; who has to be told is told."""
        if self._handle < 0:
            return
        if self._word == "run" and not self._gone(0):
            signal.pidfd_send_signal(self._handle, signal.SIGTERM)
        self._gone(UNDOING_S)

    def _gone(self, limit_s: float) -> bool:
        return bool(select.select([self._handle], [], [], limit_s)[0])


def clear(commands: Commands) -> bool:
    """End console and lab; true when neither is left."""
    patience = time.monotonic() + CLEARING_S
    while not (done := all([_done(commands.lab_down()), _done(commands.down())])) and time.monotonic() < patience:
        time.sleep(_AGAIN_S)
    return done


def _done(command: list[str] | None) -> bool:
    if command is None:
        return True
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demonstration, which then tells us
    sys.exit(main(sys.argv[1]))
