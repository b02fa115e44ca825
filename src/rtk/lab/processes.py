"""Processes as the kernel accounts for them (/proc), and the one way the lab ends them.

Standard library only: the instances' own processes live on this module.
"""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

_libc = ctypes.CDLL(None, use_errno=True)


def name_me(name: str) -> None:
    """Set this process's name as `ps`, `killall` and `pkill` see it (15 bytes are kept)."""
    _libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent's creating thread ends, however it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, also of those in another session."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Process:
    """A /proc/*/stat. CPU is seconds used so far, resident is bytes, started is in clock ticks."""

    pid: int
    parent: int
    name: str
    state: str
    cpu_s: float
    resident: int
    started: int


def read(pid: int) -> Process | None:
    """The process with this id, or None when it is gone."""
    try:
        raw = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None
    # A process may have named itself anything, brackets and blanks included: the last bracket ends its name.
    name = raw[raw.index("(") + 1 : raw.rindex(")")]
    rest = raw[raw.rindex(")") + 2 :].split()
    return Process(
        pid=pid,
        parent=int(rest[1]),
        name=name,
        state=rest[0],
        cpu_s=(int(rest[11]) + int(rest[12])) / TICKS,
        resident=int(rest[21]) * PAGE,
        started=int(rest[19]),
    )


def everything() -> list[Process]:
    """Every process this /proc shows."""
    found = (read(int(entry)) for entry in os.listdir("/proc") if entry.isdigit())  # noqa: PTH208  half the time of pathlib
    return [process for process in found if process is not None]


def below(root: int, processes: Iterable[Process] | None = None) -> list[Process]:
    """Every living descendant of `root`, without `root` itself; zombies are not living."""
    children: dict[int, list[Process]] = {}
    for process in everything() if processes is None else processes:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [root]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            waiting.append(child.pid)
            found.append(child)
    return [process for process in found if process.state not in "ZX"]


def alive(pid: int, started: int | None = None) -> bool:
    """Whether this very process lives: with `started`, a reused id does not count."""
    process = read(pid)
    return process is not None and process.state not in "ZX" and started in {None, process.started}


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def reap() -> bool:
    """Collect every dead child there is; whether there is a living one."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def children() -> list[int]:
    """This process's own children; of a process with one thread."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]
    except OSError:  # a kernel without that file
        return [process.pid for process in everything() if process.parent == os.getpid()]


def end_below(root: int, grace_s: float, spare: Callable[[Process], bool] = lambda _: False) -> None:
    """End every descendant of `root`: ask with SIGTERM, and after the grace kill until none is left.

    Called by a process that adopts orphans, so that nothing can slip away by changing its session or
    by forking once more while the list is read.
    """

    def living() -> list[Process]:
        reap()
        return [process for process in below(root) if not spare(process)]

    for process in living():
        send(process.pid, signal.SIGTERM)
        send(process.pid, signal.SIGCONT)  # one that is stopped would not hear it
    deadline = time.monotonic() + grace_s
    while living() and time.monotonic() < deadline:
        time.sleep(0.02)
    while left := living():
        for process in left:
            send(process.pid, signal.SIGKILL)
        time.sleep(0.005)
