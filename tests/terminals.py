"""The real command on a terminal of its own, as a person has it before them."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

LIMIT_S = 60.0
# Makes it the terminal of the command's session, so that Ctrl-C is a signal.
# Whoever plays tests in the background has Ctrl-C ignored, and children inherit that.
_TAKE_HOLD = (
    "import fcntl, os, signal, sys, termios; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


def on_a_terminal(
    command: list[str], environ: Mapping[str, str], directory: Path, answers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command to its end; its exit code and what the terminal was sent. Each answer is typed after its cue."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    env = {"TERM": "xterm-256color", **environ}
    with subprocess.Popen(
        [sys.executable, "-c", _TAKE_HOLD, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=directory,
        env=env,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            told = _talk(process.pid, ours, dict(answers or {}))
            code = process.wait(LIMIT_S)
        finally:
            process.kill()
            os.close(ours)
    return code, told.decode("utf-8", "replace")


def _talk(pid: int, ours: int, answers: dict[str, str]) -> bytes:
    told, until = b"", time.monotonic() + LIMIT_S
    while select.select([ours], [], [], max(0.0, until - time.monotonic()))[0]:
        with suppress(OSError):  # how Linux says that nobody has the terminal open any more
            if part := os.read(ours, 1 << 16):
                told += part
                for cue in [cue for cue in answers if cue.encode() in told]:
                    _await_reading(pid)
                    os.write(ours, answers.pop(cue).encode())
                continue
        return told
    raise TimeoutError(told)


def _await_reading(pid: int) -> None:
    """Wait until a process sleeps, as it does while it reads: nobody types within microseconds of a question.

    Python does not notice a Ctrl-C that comes between writing the question and reading the answer before the next key.
    """
    until = time.monotonic() + LIMIT_S
    while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "S" and time.monotonic() < until:
        time.sleep(0.01)
