"""An instance from within: the first process of its namespaces. It starts scripts and its web target.

It talks with the lab over one channel of JSON messages. When the channel closes, whatever ended the lab, this
process ends, and with it, being the first of its process namespace, everything in the instance.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rtk.lab import processes, root, shepherd, target

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LARGEST_MESSAGE = 128 * 1024
OPEN_PORT, CLOSE_PORT = b"open", b"close"  # what is asked of the keeper


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """What an instance is made of. `directory` is its own, as the machine sees it.

    `port` is that of its web target, on the machine as in the instance, where it answers at `address`.
    """

    instance_id: str
    hostname: str
    address: str
    port: int
    directory: Path
    cpus: frozenset[int]
    work_s: float
    nice: int
    isolated: bool

    @property
    def inner_directory(self) -> Path:
        """The instance's directory as its own processes see it."""
        return Path(root.INSTANCE_DIRECTORY) if self.isolated else self.directory


def live(room: InstanceSpec, channel: socket.socket, wire: socket.socket) -> None:
    """Be the first process of the instance to its end. `channel` leads to the lab, `wire` to the keeper."""
    processes.adopt_orphans()
    processes.name_me("rtk-instance")
    os.sched_setaffinity(0, room.cpus)
    Inside(room, channel, wire).run()


def forked(life: Callable[[], int | None]) -> int:
    """Fork a process that does `life` and exits with what it returns."""
    # What waits in the buffer would be written by both.
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = life() or 0
        finally:
            # At once: the child must not clean up what is its parent's.
            os._exit(code)
    return pid


class Inside:
    """The event loop of an instance's first process."""

    def __init__(self, room: InstanceSpec, channel: socket.socket, wire: socket.socket) -> None:
        # The keeper holds the machine's port: it is asked to open and to close it.
        self._room, self._channel, self._wire = room, channel, wire
        self._shepherds: dict[int, shepherd.Script] = {}
        self._target: int | None = None
        self._open = True

    def run(self) -> None:
        """Serve the lab until it closes the channel, then end everything."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Without a handler of Python's a signal writes nothing into the pipe that wakes.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._wake = shepherd.Wake()
        self._tell(event="ready")
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.register(self._wake.read_end, select.POLLIN)
        while self._open:
            ready = dict(poll.poll())
            self._wake.clear()
            self._collect()
            if self._channel.fileno() in ready:
                self._hear()
        if not self._room.isolated:
            processes.end_below(os.getpid(), 0)

    def _hear(self) -> None:
        message, handles, _, _ = socket.recv_fds(self._channel, LARGEST_MESSAGE, 1)
        if not message:
            self._open = False
            return
        order = json.loads(message)
        match order.pop("do"):
            case "run":
                script = shepherd.Script(**order)
                self._shepherds[forked(lambda: shepherd.tend(script, self._channel))] = script
            case "cancel":
                for pid, each in self._shepherds.items():
                    if each.command == order["command"]:
                        processes.send(pid, signal.SIGTERM)
            case "serve":
                self._serve(socket.socket(fileno=handles[0]))
            case "halt":  # nothing in the instance runs any more, its directory stays
                self._shut()
                processes.end_below(os.getpid(), 0.2)
                for each in self._shepherds.values():
                    self._lost(each)
                self._shepherds.clear()
                self._tell(event="halted")

    def _serve(self, listener: socket.socket) -> None:
        """Have the target answer on the machine's port: through the instance's network, where it has one."""
        if not self._room.isolated:
            with listener:
                self._answer(listener)
            return
        with listener:  # gone before the target is forked: the keeper alone has the machine's port
            try:
                within = socket.create_server(("", self._room.port), backlog=128)
            except OSError:  # a document has taken the port
                self._tell(event="target-ended")
                return
            socket.send_fds(self._wire, [OPEN_PORT], [listener.fileno()])
        with within:
            self._answer(within)

    def _shut(self) -> None:
        """Close the machine's port, at once: while the target is dead nobody answers there."""
        self._target = None
        if self._room.isolated:
            self._wire.send(CLOSE_PORT)
            # Answered once the port is closed, so that it is when this returns.
            self._wire.recv(LARGEST_MESSAGE)

    def _answer(self, listener: socket.socket) -> None:
        room = self._room
        site = target.TargetSite(room.instance_id, room.inner_directory, room.work_s)

        def life() -> None:
            # The pipe is its parent's as well, which signals of the target must not wake.
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            processes.name_me(target.NAME)
            os.nice(room.nice)
            target.serve(listener, site)

        self._target = forked(life)

    def _collect(self) -> None:
        """Reap what ended. A shepherd that was itself killed loses its run, and its strays are ended here."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid == self._target:
                    self._shut()
                    self._tell(event="target-ended")
                script = self._shepherds.pop(pid, None)
                if script and status != 0:
                    self._lost(script)
        known = {self._target, *self._shepherds}
        for pid in processes.children():
            if pid not in known:
                processes.send(pid, signal.SIGKILL)

    def _lost(self, script: shepherd.Script) -> None:
        self._tell(event="ended", run=script.run, code=-1, why="lost", at=None)

    def _tell(self, **event: object) -> None:
        with contextlib.suppress(OSError):
            self._channel.send(json.dumps(event).encode())
