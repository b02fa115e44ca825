"""One process beside every script: it keeps what the script prints and leaves no descendant of it behind.

A shepherd adopts the orphans of its script, so that whatever the script starts stays below the shepherd in
the process tree, in whatever session. On SIGTERM, or when the time is over, it ends them all and says so.
When the script ends by itself but has left processes in the background, the shepherd stays with them, as a server
would keep them, until they end or the command is cancelled.
"""

import contextlib
import json
import os
import select
import signal
import socket
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from rtk.lab import belongings, processes

NAME = "rtk-shepherd"
GRACE_S = 0.7  # between SIGTERM, which lets a script undo what it did, and SIGKILL
OUTPUT_LIMIT = 8 * 2**20  # bytes kept of each stream of a script


@dataclass(frozen=True, slots=True)
class Script:
    """What to run. Paths are as the instance sees them; the timeout is in seconds."""

    run: str
    command: str
    path: str
    directory: str
    timeout_s: float
    environment: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


class Output:
    """Copies a pipe into a file, up to the limit; what comes after is read and dropped."""

    def __init__(self, path: Path) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self._path = path
        self._file: BinaryIO | None = None  # most scripts say nothing on one of the two
        self._left = OUTPUT_LIMIT

    def drain(self) -> bool:
        """Take what is there; false once the last writer has closed its end."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.read_end, 65536):
                kept = chunk[: self._left]
                try:
                    if kept and self._file is None:
                        self._file = belongings.opened_to_append(self._path)
                    if kept and self._file:
                        self._file.write(kept)
                except OSError:  # the script put something else there, or the disk is full: dropped from here on
                    self._left = 0
                self._left -= min(self._left, len(kept))
            return False
        return True


def tend(script: Script, channel: socket.socket) -> int:
    """Run the script to its end and report it; the shepherd's exit code (0: reported and nothing left)."""
    processes.name_me(NAME)
    processes.adopt_orphans()
    wake = Wake()
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD, signal.SIGTERM))
    outputs = [Output(Path(f"{script.path}.{stream}")) for stream in ("stdout", "stderr")]
    child = _start(script, outputs)
    _tell(channel, event="started", run=script.run, at=time.time())
    code, why = _watch(child, time.monotonic() + script.timeout_s, wake, outputs)
    for output in outputs:
        output.drain()
    _tell(channel, event="ended", run=script.run, code=code, why=why, at=time.time())
    while not wake.cancelled:
        if not processes.reap():  # an orphan would be a child by now
            return 0
        _wait(3600, wake, outputs)
    processes.end_below(os.getpid(), GRACE_S)
    return 0


class Wake:
    """A pipe that becomes readable when one of the signals arrives; `cancelled` once SIGTERM did."""

    def __init__(self) -> None:
        self.read_end, write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        os.set_blocking(write_end, False)
        # A full pipe wakes as well as one with another byte in it.
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        self.cancelled = False

    def clear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.cancelled |= signal.SIGTERM in os.read(self.read_end, 4096)


def _start(script: Script, outputs: list[Output]) -> int:
    if child := os.fork():
        for output in outputs:
            # Held here, the pipe would never come to its end.
            os.close(output.write_end)
        return child
    try:
        # A group of its own: "kill 0" in a script, as in the stand-ins of `gaps`, does not end its shepherd.
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(outputs[0].write_end, 1)
        os.dup2(outputs[1].write_end, 2)
        # Python ignores some of these, and what is ignored would stay so in the script.
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(script.directory)
        environment = {**script.environment, "RTK_LAB_COMMAND": script.command}
        try:
            os.execve(script.path, [script.path], environment)  # noqa: S606  the user's own script
        except OSError:  # no first line naming an interpreter, or a file system that runs nothing
            os.execve("/bin/sh", ["/bin/sh", script.path], environment)  # noqa: S606  as above
    except OSError as problem:
        os.write(2, f"cannot run the script: {problem}\n".encode())
    finally:
        os._exit(126)


def _watch(child: int, deadline: float, wake: Wake, outputs: list[Output]) -> tuple[int, str]:
    """The script's exit code and why it ended: `exit`, `cancelled` or `timed-out`."""
    while not wake.cancelled and time.monotonic() < deadline:
        _wait(deadline - time.monotonic(), wake, outputs)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:  # any child: adopted orphans are reaped on the way
                if ended[0] == child:
                    code = os.waitstatus_to_exitcode(ended[1])
                    return code if code >= 0 else 128 - code, "exit"  # as shells count a script that was killed
    processes.end_below(os.getpid(), GRACE_S)
    return -1, "cancelled" if wake.cancelled else "timed-out"


def _wait(seconds: float, wake: Wake, outputs: list[Output]) -> None:
    poll = select.poll()
    poll.register(wake.read_end, select.POLLIN)
    for output in outputs:
        poll.register(output.read_end, select.POLLIN)
    # A millisecond more: rounded down it would look again and again just before the deadline.
    poll.poll(max(0.0, min(seconds, 3600.0)) * 1000 + 1)
    wake.clear()
    outputs[:] = [output for output in outputs if output.drain()]


def _tell(channel: socket.socket, **event: object) -> None:
    with contextlib.suppress(OSError):
        channel.send(json.dumps(event).encode())
