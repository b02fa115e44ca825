"""What the processes of an instance may do: what a server's scripts need, and never more than they began with."""

import contextlib

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


def refuse_new() -> None:
    """Let no program that this process or a child of it executes give it rights: no sudo, no setuid."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


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
