"""What the processes of an instance may do: what a server's scripts need, and never more than they began with."""

import contextlib
import resource
from pathlib import Path

from rtk.lab import kernel

# By their numbers in capabilities(7). Not among them are CAP_SYS_ADMIN, without which nobody mounts or enters a
# namespace, and CAP_SYS_PTRACE, without which nobody takes over a process that hides.
KEPT = {
    "chown": 0,
    "dac_override": 1,
    "fowner": 3,
    "fsetid": 4,
    "kill": 5,
    "setgid": 6,
    "setuid": 7,
    "setpcap": 8,
    "net_bind_service": 10,
    "net_admin": 12,
    "net_raw": 13,
    "ipc_lock": 14,
    "sys_chroot": 18,
    "sys_nice": 23,
    "setfcap": 31,
}
# For fork bombs: far more than what a server's scripts start.
MOST_PROCESSES = 4096  # and threads
_OUT_OF_MEMORY = Path("/proc/self/oom_score_adj")


def refuse_new() -> None:
    """Let no program that this process or a child of it executes give it rights: no sudo, no setuid."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def bound() -> None:
    """Bound the processes of this instance, and be the first that a machine without memory ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    most = MOST_PROCESSES if most == resource.RLIM_INFINITY else min(most, MOST_PROCESSES)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    with contextlib.suppress(OSError):  # where /proc cannot be written
        _OUT_OF_MEMORY.write_text("1000", encoding="ascii")


def keep_few() -> None:
    """Drop every capability that is not kept, for this process and all below it, for good."""
    for number in range(kernel.LAST_CAPABILITY + 1):
        if number not in KEPT.values():
            with contextlib.suppress(OSError):  # beyond the last that this kernel knows
                kernel.prctl(kernel.PR_CAPBSET_DROP, number)
    kernel.set_capabilities(sum(1 << number for number in KEPT.values()))


def hide() -> None:
    """Let no other process read or change the memory, the environment and the open files of this one.

    Children that execute a program of their own are visible again.
    """
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
