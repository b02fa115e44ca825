"""The processes of a run: every one is born with two marks and can be found by either.

One is `RTK_RUN_ID` in its environment. A process that drops its environment (`env -i`, `sudo`) keeps the other: a
limit that limits nothing, its number told from the run's id. The kernel hands limits on to every child, through every
command, session and change of user, and shows them to everybody. A fork without a command has only this one to show.
"""

import os
import re
import resource
import signal
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARKER = "RTK_RUN_ID"
TERM_S = 0.5  # between asking a process to end and ending it

# CPU time in microseconds of a process with a real-time policy: the marks are thousands of years of it.
_LIMIT = getattr(resource, "RLIMIT_RTTIME", None)
_LIMIT_LINE = b"Max realtime timeout"
_LEAST_MARK = 1 << 60

_told: list[Callable[[], None]] = []  # nothing that is registered at a fork can be taken back, so once only
_PROC = Path("/proc")  # where there is none (not Linux), no process is found


class Own:
    """The process in which something was made. A fork of it that comes back to our code is ended there.

    Otherwise it would go on as the run: measure, write to the record, apply the next condition.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()

    def check(self) -> None:
        """End this process, without a word and without cleaning up what is the other's, unless it is that one."""
        if os.getpid() != self._pid:
            os._exit(0)


def marked(run_id: str) -> set[int]:
    """The processes of a run that are alive, this one never among them."""
    mark = f"{MARKER}={run_id}".encode()
    limit = re.compile(rb"^%s\s+%d\b" % (_LIMIT_LINE, _number(run_id)), re.MULTILINE)  # the soft one stands first
    return {
        pid
        for pid in _pids()
        if (mark in _read(pid, "environ").split(b"\0") or limit.search(_read(pid, "limits"))) and _alive(pid)
    }


def descendants(of: int) -> set[int]:
    """The live descendants of a process."""
    fields = {pid: _fields(pid) for pid in _pids()}
    parents = {pid: int(each[1]) if len(each) > 1 else 0 for pid, each in fields.items()}
    found = {of}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid for pid in found - {of} if _alive(pid)}


@contextmanager
def marking(run_id: str) -> Iterator[None]:
    """While this lasts, what this process starts belongs to the run, and activities know which run is theirs."""
    before = os.environ.get(MARKER)
    limits = None if _LIMIT is None else resource.getrlimit(_LIMIT)
    os.environ[MARKER] = run_id
    if limits == (resource.RLIM_INFINITY, resource.RLIM_INFINITY):  # else it limits something: leave it alone
        _limit((_number(run_id), resource.RLIM_INFINITY))
    try:
        yield
    finally:
        _limit(limits)
        if before is None:
            os.environ.pop(MARKER, None)
        else:
            os.environ[MARKER] = before


@contextmanager
def forks_told(tell: Callable[[], None]) -> Iterator[None]:
    """While this lasts, every process that Python code forks from this one without a command calls `tell` at birth.

    Such a process has the environment of its parent's own birth, so that the marker does not show in it.
    """
    if not _told:
        os.register_at_fork(after_in_child=lambda: [each() for each in _told[1:]] and None)
        _told.append(lambda: None)
    _told.append(tell)
    try:
        yield
    finally:
        _told.remove(tell)


def command_of(pid: int) -> str:
    """A process' command line; empty when it is gone."""
    return _read(pid, "cmdline").replace(b"\0", b" ").decode("utf-8", "replace")


def boot_id() -> str:
    """Which start of this machine this is: the monotonic clock begins anew with each. Empty where unknown."""
    with suppress(OSError):
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return ""


def end(pids: set[int]) -> int:
    """Ask the processes to end, then end them; how many there were."""
    there = {pid for pid in pids if pid != os.getpid() and _alive(pid)}
    for pid in there:
        _signal(pid, signal.SIGTERM)
    patience = time.monotonic() + TERM_S
    while any(map(_alive, there)) and time.monotonic() < patience:
        time.sleep(0.02)
    for pid in filter(_alive, there):
        _signal(pid, signal.SIGKILL)
    patience = time.monotonic() + TERM_S
    # Those of other users cannot be ended, and would be waited for in vain.
    while any(map(_alive, there - of_others(there))) and time.monotonic() < patience:
        time.sleep(0.02)
    return len(there)


def of_others(pids: set[int]) -> set[int]:
    """Those of the processes that are alive and that this one may not end."""
    found = set()
    for pid in filter(_alive, pids):
        try:
            os.kill(pid, 0)
        except PermissionError:
            found.add(pid)
        except ProcessLookupError:
            continue
    return found


def _number(run_id: str) -> int:
    text = run_id.encode()
    return _LEAST_MARK | zlib.crc32(text) << 24 | zlib.adler32(text) & 0xFFFFFF


def _limit(limits: tuple[int, int] | None) -> None:
    if _LIMIT is not None and limits is not None:
        with suppress(OSError, ValueError):
            resource.setrlimit(_LIMIT, limits)


def _pids() -> list[int]:
    if not _PROC.is_dir():
        return []
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit() and int(entry.name) != os.getpid()]


def _read(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return (_PROC / str(pid) / name).read_bytes()
    return b""


def _fields(pid: int) -> list[bytes]:
    return _read(pid, "stat").rpartition(b")")[2].split()


def _alive(pid: int) -> bool:
    fields = _fields(pid)
    return bool(fields) and fields[0] not in (b"Z", b"X")


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
