"""An instance's two rings of namespaces, by unshare: works without being root.

The outer ring is where its files are put together, and where the process that ends it lives. The inner ring is where
everything else runs: a second user namespace, to which the mounts of the first are locked, so that nobody in it can
make them writable or take them away. The processes of the outer ring cannot be seen from the inner one.
"""

import contextlib
import os
import socket
from pathlib import Path

from rtk.lab import kernel

_MOST_USERS = Path("/proc/sys/user/max_user_namespaces")


def enter_outer() -> None:
    """Leave the machine's namespaces: processes forked after this are inside, this one but for its pid."""
    uid, gid = os.getuid(), os.getgid()
    kernel.call("unshare", kernel.NEW_USERS | kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_NETWORK)
    kernel.own_users(uid, gid)


def allow_one_more() -> None:
    """Let there be one user namespace below this one, the inner ring, and none below that."""
    with contextlib.suppress(OSError):  # where /proc/sys cannot be written
        _MOST_USERS.write_text("1", encoding="ascii")


def enter_inner(hostname: str) -> None:
    """Called by the first process inside once its files are furnished: lock them, and have a network and a name."""
    others = kernel.NEW_MOUNTS | kernel.NEW_NETWORK | kernel.NEW_HOSTNAME | kernel.NEW_IPC
    kernel.call("unshare", kernel.NEW_USERS | others)
    kernel.own_users(0, 0)
    socket.sethostname(hostname)
