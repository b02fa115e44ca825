"""The real `chaos` command as a process of its own, forked from one that has imported everything already.

Importing takes most of the time of a short command, and tests run some hundred of them. What is forked has its own
arguments, environment, directory, session and standard streams, as one that was started has.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

LARGEST = 1 << 20  # bytes of a request, the environment included


class Forked:
    """A command at work; its standard output and error are one pipe."""

    def __init__(self, pid: int, told: socket.socket, into: int, out: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._told = told
        self._into = into
        self._out = out

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def poll(self) -> int | None:
        """Its exit code, None while it is at work."""
        return self._ended(0)

    def wait(self, timeout: float) -> int:
        """Its exit code, once it has ended."""
        code = self._ended(timeout)
        if code is None:
            os.kill(self.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired("chaos", timeout)
        return code

    def communicate(self, answers: str | None = None, *, timeout: float) -> str:
        """Type the answers in, and wait for its end; what it printed."""
        until = time.monotonic() + timeout
        with suppress(BrokenPipeError):
            os.write(self._into, (answers or "").encode())
        os.close(self._into)
        self._into = -1
        out = b""
        while part := self._read(until):
            out += part
        with self:
            self.wait(max(0.0, until - time.monotonic()))
        return out.decode()

    def _read(self, until: float) -> bytes:
        readable, _, _ = select.select([self._out], [], [], max(0.0, until - time.monotonic()))
        return os.read(self._out, 1 << 16) if readable else b""

    def _ended(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = int(self._told.recv(64))
        return self.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._told.close()
        for file in (self._into, self._out):
            if file >= 0:
                os.close(file)
        self._into = self._out = -1


class Forks:
    """Asks the process that is ready for forks of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
            command = [sys.executable, "-m", "tests.publish.forked", str(theirs.fileno())]
            self._ready = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL
            )

    def end(self) -> None:
        """End the process that is ready. What was forked of it goes on."""
        self._ours.close()
        self._ready.wait(30)

    def start(self, arguments: list[str], environ: Mapping[str, str], directory: Path, session: bool) -> Forked:
        """Start `chaos` with these arguments; in a session of its own, if so."""
        theirs_in, our_in = os.pipe()
        our_out, theirs_out = os.pipe()
        told, telling = socket.socketpair()
        request = {"arguments": arguments, "environ": dict(environ), "directory": str(directory), "session": session}
        files = [theirs_in, theirs_out, telling.fileno()]
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(request).encode()], files)
        os.close(theirs_in)
        os.close(theirs_out)
        telling.close()
        return Forked(int(told.recv(64)), told, our_in, our_out)


_forks: Forks | None = None
_making = threading.Lock()


def forks() -> Forks:
    """The only ones, made when they are asked for first."""
    global _forks  # noqa: PLW0603 - one process is ready for all tests
    with _making:
        _forks = _forks or Forks()
    return _forks


def end_forks() -> None:
    """End them, if there are any."""
    global _forks  # noqa: PLW0603
    with _making:
        if _forks:
            _forks.end()
        _forks = None


def _be_ready(asked: socket.socket) -> None:
    """Fork at each request, and tell of each end, until nobody can ask any more. Returns in each fork too."""
    ends: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for file in select.select(list[int | socket.socket]([asked, *ends]), [], [])[0]:
            if isinstance(file, int):
                _tell_end(file, *ends.pop(file))
                continue
            request, files, _, _ = socket.recv_fds(asked, LARGEST, 3)
            if not request:
                os._exit(0)
            told = socket.socket(fileno=files[2])
            pid = os.fork()
            if pid == 0:
                asked.close()
                told.close()
                _become(json.loads(request), *files[:2])
                return
            os.close(files[0])
            os.close(files[1])
            told.send(str(pid).encode())
            ends[os.pidfd_open(pid)] = (pid, told)


def _tell_end(file: int, pid: int, told: socket.socket) -> None:
    os.close(file)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with told, suppress(OSError):  # nobody may ask any more
        told.send(str(code).encode())


def _become(request: dict[str, Any], typed: int, printed: int) -> None:
    if request["session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(request["environ"])
    os.chdir(request["directory"])
    for number, file in enumerate((typed, printed, printed)):
        os.dup2(file, number)
    os.close(typed)
    os.close(printed)
    sys.argv[:] = ["chaos", *request["arguments"]]


def _main() -> int:
    cli = importlib.import_module("chaostoolkit.cli").cli  # here, since the process that asks needs nothing of it
    for name in ("chaoscloud.controls", "rtk.cli.publication", "rtk.cli.authentication", "rtk.cli.verification"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        _be_ready(asked)
    return int(cli(prog_name="chaos") or 0)


if __name__ == "__main__":
    sys.exit(_main())
