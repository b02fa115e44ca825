"""uvicorn in this process: the port taken before anything else is begun, and an end in order and within bounds."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, cast

import uvicorn

import rtk
from rtk.console.acceptor import Acceptor
from rtk.console.bodies import Application
from rtk.console.bounds import ConnectionBounds
from rtk.console.bounds import bounds as as_set
from rtk.console.connections import Connections
from rtk.console.upkeep import Ticking
from rtk.errors import ToolkitError

GRACE = 3  # seconds that requests under way have at the end
STUCK_S = 0.15  # in which, at the end, each takes some of its answer, or is cut off
BACKLOG = 2048  # as many as uvicorn would have
LAST_PORT = 65535
VERSION = "RTK-Version"  # the header that says to clients of another version what they talk to
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CannotListen(ToolkitError):
    """The address or the port cannot be had."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes any that is free. Raises CannotListen."""
    if port > LAST_PORT:
        raise CannotListen(f"there is no port {port}; expected one from 0 to {LAST_PORT}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise CannotListen(f"cannot listen on {host!r}; expected an address of this machine, like 127.0.0.1") from None
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)  # at once: else another could still bind and listen first
    except OSError as error:
        bound.close()
        known = {
            errno.EADDRINUSE: f"port {port} of {host} is in use by another program; choose another with --port",
            errno.EACCES: f"port {port} may not be used by this user; choose one above 1023 with --port",
        }
        other = f"cannot listen on {host}, port {port}: {error.strerror}"
        raise CannotListen(known.get(error.errno or 0, other)) from None
    return bound


class Server(uvicorn.Server):
    """uvicorn that says when it is ready, and ends well when it is told to: exit status 0, not that of a signal.

    `check` is called once signals come here; it raises when one came before. `leave` is called when the end begins:
    it lets go of whoever would stay for ever, such as those who follow a run. `bounds` are those of its connections;
    `around` makes the outermost application of one.
    """

    def __init__(
        self,
        application: Any,
        ready: Callable[[], None],
        check: Callable[[], None] = lambda: None,
        leave: Callable[[], None] = lambda: None,
        bounds: ConnectionBounds | None = None,
        around: Callable[[Application], Application] = lambda inner: inner,
    ) -> None:
        self.connections = Connections(bounds or as_set())
        super().__init__(
            uvicorn.Config(
                around(self.connections.attended(application)),
                http=self.connections.protocol(),
                lifespan="on",
                ws="none",  # nothing here speaks WebSocket
                log_config=None,  # handlers are set up already
                access_log=False,  # `AccessLog` has a line of its own
                proxy_headers=False,  # Django judges them, by RTK_TRUSTED_PROXIES
                server_header=False,
                headers=[(VERSION, rtk.__version__)],
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._ready = ready
        self._check = check
        self._leave = leave
        self._ticking = Ticking("connections", self.connections.tick)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then say so."""
        await super().startup([])
        # What speaks with one connection, made as uvicorn itself does.
        protocol = partial(
            cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class),
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        for listening in sockets or []:
            acceptor = Acceptor(listening, protocol, self.connections.refusal)
            acceptor.begin()
            self.servers.append(cast("asyncio.Server", acceptor))
        self._ticking.begin()
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: what goes on for ever at once, what is under way within `GRACE`."""
        self._leave()
        self.connections.cut()  # which sees what waits to be taken; nobody waits for who takes nothing of it
        cutting = Ticking("cutting off", self.connections.cut, STUCK_S)
        cutting.begin()
        try:
            await super().shutdown(sockets)
        finally:
            await cutting.end()
            await self._ticking.end()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at the first signal, at once at the second."""
        before = {each: signal.signal(each, self.handle_exit) for each in SIGNALS}
        try:
            self._check()
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signals call it
        """What a signal does."""
        self.force_exit = self.should_exit
        self.should_exit = True
