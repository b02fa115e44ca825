"""The processes of a run: every one is born with `RTK_RUN_ID` in its environment, and can be found by it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARKER = "RTK_RUN_ID"
TERM_S = 0.5  # between asking a process to end and ending it

_told: list[Callable[[], None]] = []  # nothing that is registered at a fork can be taken back, so once only
_PROC = Path("/proc")  # where there is none (not Linux), no process is found


def marked(run_id: str) -> set[int]:
    """The processes of a run that are alive, this one never among them."""
    mark = f"{MARKER}={run_id}".encode()
    return {pid for pid in _pids() if mark in _read(pid, "environ").split(b"\0") and _alive(pid)}


def descendants(of: int) -> set[int]:
    """The live descendants of a process."""
    parents = {pid: _parent(pid) for pid in _pids()}
    found = {of}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid for pid in found - {of} if _alive(pid)}


@contextmanager
def marking(run_id: str) -> Iterator[None]:
    """While this lasts, what this process starts belongs to the run, and activities know which run is theirs."""
    before = os.environ.get(MARKER)
    os.environ[MARKER] = run_id
    try:
        yield
    finally:
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
    return len(there)


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


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[1]) if len(fields) > 1 else 0


def _alive(pid: int) -> bool:
    fields = _fields(pid)
    return bool(fields) and fields[0] not in (b"Z", b"X")


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
