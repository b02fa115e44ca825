"""The lab's handle on one instance: run scripts in it, keep its web target up, stop and start it."""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from rtk.errors import ToolkitError
from rtk.lab import belongings, processes, programs, root
from rtk.lab.inside import LARGEST_MESSAGE, PATH, InstanceSpec
from rtk.lab.keeper import keep
from rtk.lab.shepherd import Script

State = Literal["running", "stopped", "terminated"]
READY_S = 10.0


class Unfit(ToolkitError):
    """This machine cannot make an isolated instance; whoever is told by its exit code may do without."""

    exit_code = 3


@dataclass(slots=True)
class ScriptEnd:
    """How a script ended: its exit code, and `exit`, `cancelled`, `timed-out` or `lost`."""

    code: int
    why: str


@dataclass(slots=True)
class Running:
    """A script under way in an instance."""

    over: threading.Event = field(default_factory=threading.Event)
    started: float | None = None
    ended: ScriptEnd | None = None


class Instance:
    """One instance of the lab."""

    def __init__(self, room: InstanceSpec, tags: dict[str, str], restart_after_s: float) -> None:
        self.room, self.tags = room, tags
        self.state: State = "stopped"
        self.registered = time.time()
        self.keeper = 0
        self.changed: Callable[[], object] = lambda: None
        self._restart_after_s = max(restart_after_s, 0.05)  # it may have to be tried again
        self._running: dict[str, Running] = {}
        self._lock = threading.Lock()
        self._halted = threading.Event()
        self._ours: socket.socket | None = None

    @property
    def id(self) -> str:
        return self.room.instance_id

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.room.port}"

    def begin(self) -> None:
        """Fork the instance. Before any thread is made: a user namespace needs a process of one thread."""
        directory = self.room.directory
        (directory / "bin").mkdir(parents=True)
        if self.room.isolated:
            root.prepare(directory)
        (directory / "home").mkdir(exist_ok=True)
        for name, text in programs.own(isolated=self.room.isolated).items():
            (directory / "bin" / name).write_text(text, encoding="ascii")
            (directory / "bin" / name).chmod(0o755)
        # A kind of socket that keeps messages apart and hands on open files.
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.keeper = os.fork()
        if self.keeper == 0:
            self._ours.close()
            keep(self.room, theirs)
        theirs.close()

    def settle(self) -> None:
        """Wait until the instance is ready and listen to it from now on. Raises Unfit."""
        channel = self._channel()
        channel.settimeout(READY_S)
        try:
            message = channel.recv(LARGEST_MESSAGE)
        except TimeoutError:
            message = b""
        event = json.loads(message or b'{"event": "unfit", "why": "it ended at once"}')
        if event["event"] != "ready":
            raise Unfit(event["why"])
        channel.settimeout(None)
        threading.Thread(target=self._listen, name=f"hear {self.id}", daemon=True).start()
        self.start()

    def start(self) -> None:
        """Bring a stopped instance up."""
        if self.state == "stopped":
            # Anew where a document put something else there: it shall not be beyond help.
            belongings.make_usable(self.room.directory, belongings.COMMANDS)
            self.state = "running"
            self._serve()
            self.changed()

    def stop(self, state: State = "stopped") -> None:
        """End everything that runs in the instance; its directory stays."""
        if self.state == "running":
            self.state = state
            self._halted.clear()
            self._send({"do": "halt"})
            # Not for ever: an instance that does not answer must not hold whoever stops it.
            self._halted.wait(5)
            self.changed()
        elif self.state == "stopped":
            self.state = state

    def run(self, script: Script) -> Running:
        """Start a script; `Running.over` is set once it has ended."""
        running = Running()
        with self._lock:
            self._running[script.run] = running
        try:
            if self.state != "running":
                raise BrokenPipeError
            self._send({"do": "run", **script.as_dict()})
        except OSError:
            self._end(script.run, ScriptEnd(-1, "lost"))
        return running

    def cancel(self, command: str) -> None:
        """End every process of this command that is still in the instance."""
        with contextlib.suppress(OSError):
            self._send({"do": "cancel", "command": command})

    def close(self) -> None:
        """Let go of the instance: it ends itself, whole."""
        with contextlib.suppress(OSError):
            self._channel().shutdown(socket.SHUT_RDWR)  # close alone would wait for the listening thread
        self._channel().close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.keeper, 0)
        belongings.remove(self.room.directory)

    def processes(self) -> list[processes.Process]:
        """Every process of the instance, as the machine sees them, without the keeper."""
        return processes.below(self.keeper)

    def environment(self, region: str) -> dict[str, str]:
        """What scripts of this instance find in their environment."""
        inner = self.room.inner_directory
        return {
            "PATH": f"{inner}/bin:{PATH}",
            "HOME": root.HOME if self.room.isolated else str(self.room.directory / "home"),
            "LANG": "C.UTF-8",
            "INSTANCE_DIRECTORY": str(inner),
            "AWS_SSM_INSTANCE_ID": self.id,
            "AWS_SSM_REGION_NAME": region,
            "AWS_SSM_PLATFORM_NAME": "Linux",
        }

    def _channel(self) -> socket.socket:
        assert self._ours is not None, "begin() comes first"
        return self._ours

    def _send(self, order: dict[str, Any], handles: list[int] | None = None) -> None:
        socket.send_fds(self._channel(), [json.dumps(order).encode()], handles or [])

    def _serve(self) -> None:
        """Open the port on the machine's side and hand it in: while the target is dead the port is closed."""
        if self.state != "running":
            return
        with socket.create_server(("127.0.0.1", self.room.port), backlog=128) as listener:
            self._send({"do": "serve"}, [listener.fileno()])

    def _restart_target(self) -> None:
        # A port taken in the meantime, or a lab that is being closed.
        with contextlib.suppress(OSError):
            self._serve()

    def _listen(self) -> None:
        channel = self._channel()
        with contextlib.suppress(OSError):
            while message := channel.recv(LARGEST_MESSAGE):
                event = json.loads(message)
                match event["event"]:
                    case "started":
                        self._running[event["run"]].started = event["at"]
                    case "ended":
                        self._end(event["run"], ScriptEnd(event["code"], event["why"]))
                    case "target-ended":
                        timer = threading.Timer(self._restart_after_s, self._restart_target)
                        timer.daemon = True
                        timer.start()
                    case "halted":
                        self._halted.set()
        self.state = "terminated"
        for run in list(self._running):
            self._end(run, ScriptEnd(-1, "lost"))
        self._halted.set()

    def _end(self, run: str, ended: ScriptEnd) -> None:
        with self._lock:
            # Once only: the end of a script and the loss of its instance may be told at the same time.
            running = self._running.pop(run, None)
        if running:
            running.ended = ended
            running.over.set()
