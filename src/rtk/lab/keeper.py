"""The keeper of an instance: makes it, waits for its end, and leaves nothing of it.

It stands in the outer ring of namespaces, where nothing of the instance sees it, and dies with the lab. What comes to
the machine's port it carries to the web target, through the instance's own network. The first
process of the instance dies with it, and with that one everything in the instance.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from rtk.lab import gaps, inside, namespaces, network, privileges, processes, root, seccomp, shepherd
from rtk.lab.inside import PATH, InstanceSpec
from rtk.lab.relay import Relay

_LAID = b"network"  # said by the first process once it has one, and by the keeper once the cable leads there


def keep(room: InstanceSpec, channel: socket.socket) -> None:
    """Live the keeper's life. Never returns."""
    # Away from the terminal: a Ctrl-C there is for the lab alone, which ends its instances.
    os.setsid()
    # What the lab had open: a port or another instance's channel held here would outlive the lab.
    for handle in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if handle > 2 and handle != channel.fileno():
            with contextlib.suppress(OSError):  # such as the one by which the list was read
                os.close(handle)
    processes.name_me("rtk-keeper")
    processes.adopt_orphans()
    wire, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with _reported(channel):
        privileges.refuse_new()
        if room.isolated:
            processes.die_with_parent()
            namespaces.enter_outer()
            network.answer_for_others()
            for name, text in gaps.stand_ins(gaps.found(PATH), PATH).items():  # they say what this machine lacks
                program = room.directory / "bin" / name
                program.write_text(text, encoding="ascii")
                program.chmod(0o755)
    first = inside.forked(lambda: _begin(room, channel, theirs))
    # Held here as well, the wire would not end with the first process.
    theirs.close()
    if room.isolated:
        with _reported(channel):
            if wire.recv(inside.LARGEST_MESSAGE):  # it has a network by now
                network.lead_to(first)
                wire.send(_LAID)
        channel.close()
        _relay(first, wire, (room.address, room.port))
    else:
        channel.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(first, 0)
        processes.end_below(os.getpid(), 0)
    os._exit(0)


def _relay(first: int, wire: socket.socket, address: tuple[str, int]) -> None:
    """Carry what comes to the machine's port into the instance, until its first process ends."""
    signal.signal(signal.SIGCHLD, lambda *_: None)
    wake = shepherd.Wake()
    with selectors.DefaultSelector() as selector:
        relay = Relay(selector, address)

        def obey(_: int) -> None:
            message, handles, _, _ = socket.recv_fds(wire, inside.LARGEST_MESSAGE, 1)
            relay.close()
            if message == inside.OPEN_PORT:
                relay.open(socket.socket(fileno=handles[0]))
            elif message:
                wire.send(message)

        selector.register(wake.read_end, selectors.EVENT_READ, lambda _: wake.clear())
        selector.register(wire, selectors.EVENT_READ, obey)
        while os.waitpid(first, os.WNOHANG)[0] == 0:
            for key, events in selector.select():
                key.data(events)


def _begin(room: InstanceSpec, channel: socket.socket, wire: socket.socket) -> None:
    if room.isolated:
        with _reported(channel):
            # Able to do no more than scripts need, in this order: each step takes away what the next one lacks.
            processes.die_with_parent()
            privileges.bound()
            namespaces.allow_one_more()
            root.furnish(room.directory)
            namespaces.enter_inner(room.hostname)
            network.up("lo")
            wire.send(_LAID)
            wire.recv(inside.LARGEST_MESSAGE)
            network.connect(room.address)
            root.show_devices()
            privileges.keep_few()
            privileges.hide()
            calls = seccomp.made()
            if isinstance(calls, seccomp.List):
                calls.load()
        processes.die_with_parent()
    inside.live(room, channel, wire)


@contextlib.contextmanager
def _reported(channel: socket.socket) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        channel.send(json.dumps({"event": "unfit", "why": problem.strerror or str(problem)}).encode())
        os._exit(1)
