"""The calls of Linux that Python has no name for: namespaces, mounts and what a process may do."""

import ctypes
import errno
import os
import re
from pathlib import Path

NEW_MOUNTS = 0x00020000
NEW_HOSTNAME = 0x04000000
NEW_IPC = 0x08000000
NEW_USERS = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_NODIRATIME, MS_BIND, MS_REC, MS_PRIVATE, MS_RELATIME = (
    1024,
    2048,
    4096,
    16384,
    1 << 18,
    1 << 21,
)
MNT_DETACH = 2
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
LAST_CAPABILITY = 63  # a kernel knows about forty
_CAPABILITIES_V3 = 0x20080522
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_KEPT = {
    "nosuid": MS_NOSUID,
    "nodev": MS_NODEV,
    "noexec": MS_NOEXEC,
    "noatime": MS_NOATIME,
    "nodiratime": MS_NODIRATIME,
    "relatime": MS_RELATIME,
}

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """Return what a function of the C library returns. Raises OSError."""
    found: int = getattr(_libc, name)(*arguments)
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return found


def prctl(operation: int, value: int) -> None:
    """Change what this process may do or be. Raises OSError."""
    none = ctypes.c_ulong(0)
    call("prctl", operation, ctypes.c_ulong(value), none, none, none)


def set_capabilities(kept: int) -> None:
    """Have these capabilities (a bit each) as permitted and effective, and hand none of them on by other means."""
    low, high = kept & 0xFFFFFFFF, kept >> 32
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0))


def own_users(uid: int, gid: int) -> None:
    """Be user 0 and group 0 in a user namespace just made, standing for `uid` and `gid` outside, and nobody else."""
    # Before the map of groups: of who has no rights the kernel takes one only once no group can be dropped.
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1", encoding="ascii")


def mount(source: object, target: object, flags: int, kind: str | None = None, data: str | None = None) -> None:
    """Mount. Raises OSError, which says where."""
    encoded = [None if text is None else os.fsencode(str(text)) for text in (source, target, kind, data)]
    try:
        call("mount", encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    except OSError as problem:
        raise OSError(problem.errno, f"mounting {target}: {os.strerror(problem.errno or 0)}") from None


def bind(source: Path, target: Path, *, recursive: bool = False) -> None:
    """Show a file or directory in a second place."""
    mount(source, target, MS_BIND | (MS_REC if recursive else 0))


def move_into(root: Path) -> None:
    """Make a mount the root of this mount namespace, and let go of what was the root."""
    os.chdir(root)
    # To the same place: so the old root needs no directory in the new one.
    call("pivot_root", b".", b".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def make_read_only(writable: set[str]) -> None:
    """Remount everything but these places, keeping the flags that a user namespace may not drop."""
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    # The kernel writes a space in a path as \040.
    mounts = [re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), line.split()[4]) for line in lines]
    for place, (target, line) in enumerate(zip(mounts, lines, strict=True)):
        hidden = any(f"{target}/".startswith(later.rstrip("/") + "/") for later in mounts[place + 1 :])
        if target in writable or hidden:  # under a mount made later, so that no path leads to it any more
            continue
        # Of this mount alone: what is mounted belongs to the machine, and a user namespace may not change it.
        flags = MS_REMOUNT | MS_BIND | MS_RDONLY
        for option in line.split()[5].split(","):
            flags |= _KEPT.get(option, 0)
        mount(None, target, flags)


def filters_calls() -> bool:
    """Return whether the kernel takes lists of system calls (seccomp mode 2)."""
    none = ctypes.c_ulong(0)
    _libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), none, none, none)  # of nothing, at address 0
    return ctypes.get_errno() == errno.EFAULT
