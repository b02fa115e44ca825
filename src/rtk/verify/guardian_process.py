"""The guardian: a small process that waits for its run to say goodbye, and undoes it when it dies instead.

Run as a script, by path, isolated and with no site packages: only the standard library, until a death. It lives in a
session of its own. On its standard input come messages: a byte that says which, eight bytes of length, so many bytes.

    K   what the undo needs, in place of what came before; kept and never looked into, since secrets are in it
    N   news: a line of the run's record, kept beside it
    .   a heartbeat, once a second
    B   goodbye

    python -I -S guardian_process.py PID MAX_DURATION -- COMMAND [ARG ...]

When the run PID is dead without a goodbye, COMMAND is started with K and every N on its standard input, and started
again should it die itself. A run that is silent although MAX_DURATION seconds are over is ended.
"""

import contextlib
import os
import resource
import select
import signal
import sys
import time

READY = b"ready\n"
KEEP, NEWS, HEARTBEAT, GOODBYE = b"K", b"N", b".", b"B"
HEADER = 9  # bytes before a message's own
SILENT_S = 5.0  # a run that sends no heartbeat for so long does not respond
FROZEN_S = 1.0  # a guardian that wakes up so much later than it meant to stood still itself
POLL_S = 0.1  # only where the kernel has no pidfd_open: how often to look for the run
TRIES = 3  # how often COMMAND is started when it dies of a signal
ROOM_S, AGAIN_S = 600.0, 0.5  # how long a process is waited for that no limit leaves room for; how often it is tried


def message(kind: bytes, data: bytes = b"") -> bytes:
    """Return a message as it is written to a guardian."""
    return kind + len(data).to_bytes(HEADER - 1, "big") + data


class Heard:
    """What a run has said so far, whole messages only."""

    def __init__(self) -> None:
        self.kept: bytes | None = None
        self.news: list[bytes] = []
        self.goodbye = False
        self._rest = b""

    def hear(self, data: bytes) -> None:
        """Take in what was read."""
        self._rest += data
        while len(self._rest) >= HEADER:
            ends = HEADER + int.from_bytes(self._rest[1:HEADER], "big")
            if len(self._rest) < ends:
                return
            kind, own = self._rest[:1], self._rest[HEADER:ends]
            if kind == KEEP:
                self.kept = own
            elif kind == NEWS:
                self.news.append(own)
            elif kind == GOODBYE:
                self.goodbye = True
            self._rest = self._rest[ends:]

    def estate(self) -> bytes:
        """Return it all as messages, for whoever undoes the run."""
        kept = b"" if self.kept is None else message(KEEP, self.kept)
        return kept + b"".join(message(NEWS, line) for line in self.news)


def main() -> int:
    """Wait; 0 after a goodbye, else the exit code of the undo."""
    run, longest, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[4:]
    watch = None
    with contextlib.suppress(AttributeError, OSError):  # where there is no such thing
        opened = os.pidfd_open(run)  # it becomes readable when the run is dead
        # A child that a fork left behind may hold the pipe open, so its end says nothing: this one is certain.
        watch = opened if os.getppid() == run else None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # whoever stops the run by its group must not stop its undo
    # Shed the mark of the run's processes (see `processes`): this one, started in its midst, is none of them.
    if hasattr(resource, "RLIMIT_RTTIME"):
        hard = resource.getrlimit(resource.RLIMIT_RTTIME)[1]
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_RTTIME, (hard, hard))
    # Ready is who can undo: not before it has what that needs, since conditions begin once it has said so.
    heard = Heard()
    while heard.kept is None and (data := os.read(0, 65536)):
        heard.hear(data)
    with contextlib.suppress(BrokenPipeError):  # a run may be dead before its guardian is ready
        os.write(1, READY)
    if _goodbye(run, watch, longest, heard):
        return 0
    import subprocess  # noqa: PLC0415 - a third of the memory of a guardian that is never needed

    estate, room, tries = heard.estate(), time.monotonic() + ROOM_S, TRIES
    while tries:
        try:
            code = subprocess.run(command, input=estate, stdout=sys.stderr, check=False).returncode
        except OSError:  # no process may be started just now: the run's own will be gone in a moment
            if time.monotonic() > room:
                raise
            time.sleep(AGAIN_S)
            continue
        if code >= 0:  # below zero is the signal that it died of: what is left is undone by another try
            return code
        tries -= 1
    return 1


def _goodbye(run: int, watch: int | None, longest: float, heard: Heard) -> bool:
    """Wait for the goodbye (True) or the death (False), and end a run that stopped responding."""
    ends, last, listening = time.monotonic() + longest, time.monotonic(), True
    while not heard.goodbye:
        poll = select.poll()
        for number in (watch, 0 if listening else None):
            if number is not None:
                poll.register(number, select.POLLIN | select.POLLHUP)
        left = max(0.0, max(ends, last + SILENT_S) - time.monotonic())
        timeout = min(left, 3600.0) if watch is not None else POLL_S
        due = time.monotonic() + timeout
        readable = [number for number, _ in poll.poll(timeout * 1000)]
        # Whether this process itself stood still meanwhile, as in a container that is paused.
        frozen = time.monotonic() > due + FROZEN_S
        if 0 in readable:
            said = os.read(0, 65536)
            heard.hear(said)
            listening = bool(said)
            last = time.monotonic()
        elif watch in readable or (watch is None and os.getppid() != run):
            # The run is gone, but its goodbye may still be in the pipe; news, too.
            while select.select([0], [], [], 0)[0] and (said := os.read(0, 65536)):
                heard.hear(said)
            return heard.goodbye
        if frozen:  # with its run, most likely, whose next heartbeat is still to come
            last = time.monotonic()
        # One that still beats past its longest duration may be at its undo: only silence says that it hangs.
        if time.monotonic() >= max(ends, last + SILENT_S):
            os.kill(run, signal.SIGKILL)
            ends = float("inf")
    return True


if __name__ == "__main__":
    sys.exit(main())
