"""The keeper of an instance: makes it, waits for its end, and leaves nothing of it.

It stands in the outer ring of namespaces, where nothing of the instance sees it, and dies with the lab. The first
process of the instance dies with it, and with that one everything in the instance.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from rtk.lab import inside, namespaces, privileges, processes, root, seccomp
from rtk.lab.inside import Room


def keep(room: Room, channel: socket.socket) -> None:
    """Live the keeper's life. Never returns."""
    os.setsid()
    _close_all_but(channel)
    processes.name_me("rtk-keeper")
    processes.adopt_orphans()
    with _reported(channel):
        privileges.refuse_new()
        if room.isolated:
            processes.die_with_parent()
            namespaces.enter_outer()
    first = inside.forked(lambda: _begin(room, channel))
    channel.close()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(first, 0)
    if not room.isolated:
        processes.end_below(os.getpid(), 0)
    os._exit(0)


def _begin(room: Room, channel: socket.socket) -> None:
    if room.isolated:
        with _reported(channel):
            _enclose(room)
        processes.die_with_parent()
    inside.live(room, channel)


def _enclose(room: Room) -> None:
    """Be inside, and unable to do more than scripts need. In this order: each step takes away what the next lacks."""
    processes.die_with_parent()
    namespaces.allow_one_more()
    root.furnish(room.directory)
    namespaces.enter_inner(room.hostname)
    privileges.keep_few()
    privileges.hide()
    calls = seccomp.made()
    if isinstance(calls, seccomp.List):
        calls.load()


def _close_all_but(channel: socket.socket) -> None:
    """Close what the lab had open: a port or another instance's channel held here would outlive the lab."""
    for handle in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if handle > 2 and handle != channel.fileno():
            with contextlib.suppress(OSError):
                os.close(handle)


@contextlib.contextmanager
def _reported(channel: socket.socket) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        channel.send(json.dumps({"event": "unfit", "why": problem.strerror or str(problem)}).encode())
        os._exit(1)
