"""The guardian: a small process that waits for its run to say goodbye, and undoes it when it dies instead.

Run as a script, by path, with no site packages: only the standard library, until a death. It lives in a
session of its own. On its standard input come eight bytes of length and so many of payload, which it keeps
and never looks into, since secrets are in it; then one byte a second for a heartbeat, and `B` for goodbye.

    python -I -S guardian.py PID MAX_DURATION -- COMMAND [ARG ...]

When the run PID is dead without a goodbye, COMMAND is started with the payload on its standard input, and
started again should it die itself. A run that is silent although MAX_DURATION seconds are over is ended.
"""

import contextlib
import os
import select
import signal
import sys
import time

READY = b"ready\n"
GOODBYE = b"B"
HEARTBEAT = b"."
SILENT_S = 5.0  # a run that sends no heartbeat for so long does not respond
POLL_S = 0.1  # only where the kernel has no pidfd_open: how often to look for the run
TRIES = 3  # how often COMMAND is started when it dies of a signal


def main() -> int:
    """Wait; 0 after a goodbye, else the exit code of the undo."""
    run, longest, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[4:]
    watch = _watch(run)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # whoever stops the run by its group must not stop its undo
    payload = _payload()
    with contextlib.suppress(BrokenPipeError):  # a run may be dead before its guardian is ready
        os.write(1, READY)
    if _goodbye(run, watch, longest):
        return 0
    return _undo(command, payload)


def _watch(run: int) -> int | None:
    """A descriptor that becomes readable when the run is dead; None where there is no such thing."""
    try:
        watch = os.pidfd_open(run)
    except (AttributeError, OSError):
        return None
    # A child that a fork left behind may hold the pipe open, so its end says nothing: this one is certain.
    return watch if os.getppid() == run else None


def _payload() -> bytes:
    """What the run sends first; nothing when it died over it, for then nothing has begun."""
    size = int.from_bytes(_exactly(8), "big")
    payload = _exactly(size)
    return payload if len(payload) == size else b""


def _exactly(size: int) -> bytes:
    data = b""
    while len(data) < size and (more := os.read(0, size - len(data))):
        data += more
    return data


def _goodbye(run: int, watch: int | None, longest: float) -> bool:
    """Wait for the goodbye (True) or the death (False), and end a run that stopped responding."""
    ends, heard, listening = time.monotonic() + longest, time.monotonic(), True
    while True:
        readable = _wait(watch, listening, ends, heard)
        if 0 in readable:
            said = os.read(0, 4096)
            if GOODBYE in said:
                return True
            listening = bool(said)
            heard = time.monotonic()
        if watch in readable or (watch is None and os.getppid() != run):
            return _last_words()
        if time.monotonic() >= max(ends, heard + SILENT_S):
            os.kill(run, signal.SIGKILL)
            ends = float("inf")


def _wait(watch: int | None, listening: bool, ends: float, heard: float) -> list[int]:
    files = [fd for fd in (watch, 0 if listening else None) if fd is not None]
    left = max(0.0, max(ends, heard + SILENT_S) - time.monotonic())
    timeout = min(left, 3600.0) if watch is not None else POLL_S
    poll = select.poll()
    for fd in files:
        poll.register(fd, select.POLLIN | select.POLLHUP)
    return [fd for fd, _ in poll.poll(timeout * 1000)]


def _last_words() -> bool:
    """Whether a goodbye is still in the pipe of a run that is gone."""
    said = b""
    while select.select([0], [], [], 0)[0]:
        more = os.read(0, 4096)
        if not more:
            break
        said += more
    return GOODBYE in said


def _undo(command: list[str], payload: bytes) -> int:
    import subprocess  # noqa: PLC0415 - a third of the memory of a guardian that is never needed

    for _ in range(TRIES):
        code = subprocess.run(command, input=payload, stdout=sys.stderr, check=False).returncode
        if code >= 0:
            return code
    return 1


if __name__ == "__main__":
    sys.exit(main())
