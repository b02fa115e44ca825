"""A control group of the bench's own, in which the kernel counts the CPU time of all that it starts.

A daemon is counted whoever its parent is, and so is what is over by now, in whatever namespace it ran. Making a group
takes root and cgroups; without, there is none, and CPU time is added up over the descendants that can be found.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "rtk-bench-"
MOUNTS = Path("/sys/fs/cgroup")
_NS, _US = 1e9, 1e6


@contextmanager
def joined(mounts: Path = MOUNTS) -> Iterator[Path | None]:
    """Be in a group of one's own, with whatever is started meanwhile; None where none can be made."""
    above = next((each for each in places(mounts) if (each / "cgroup.procs").exists()), None)
    group = above / f"{NAME}{os.getpid()}" if above else None
    try:
        if group is None or above is None:
            raise OSError("there are no control groups")
        group.mkdir()
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        (above / "cgroup.procs").write_text(str(os.getpid()))
        with suppress(OSError):  # a process that was left is still in it
            group.rmdir()


def places(mounts: Path = MOUNTS, told: str | None = None) -> list[Path]:
    """The groups this process is in that count CPU time: of version 1, and of version 2."""
    lines = (told if told is not None else Path("/proc/self/cgroup").read_text()).splitlines()
    controllers = {line.split(":", 2)[1]: line.split(":", 2)[2].lstrip("/") for line in lines}
    first = [mounts / "cpuacct" / path for key, path in controllers.items() if "cpuacct" in key.split(",")]
    second = [mounts / path for key, path in controllers.items() if not key]
    return first + second


def used_s(mounts: Path = MOUNTS) -> float | None:
    """Seconds of CPU time of this process's group, where it is in one of ours."""
    ours = next((each for each in places(mounts) if each.name.startswith(NAME)), None)
    return None if ours is None else seconds_in(ours)


def seconds_in(group: Path) -> float:
    """Seconds of CPU time of all that ever ran in a group."""
    first = group / "cpuacct.usage"
    if first.exists():
        return int(first.read_text()) / _NS
    told = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(told["usage_usec"]) / _US
