"""Connections: how many there may be, in all and from one address, and how long each may keep the console waiting.

uvicorn takes any protocol of asyncio as its `http`. This one stands around uvicorn's own and sees what asyncio shows
to every protocol, bytes and buffers; which requests are under way it hears from an application around ours. Time is
counted in ticks of a second that the event loop lived through: when it is late itself, nobody else is blamed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from rtk.console.bodies import KEY, Application, Receive, Scope, Send, neighbourhood, problem, turned_away
from rtk.console.bounds import MOST_HEAD, Cause, ConnectionBounds, answer, most_streams, sentence

STREAM = "/stream"
MOST_UNREAD = 1024 * 1024  # bytes that come while an answer is made: what uvicorn holds back is less
SLICE = 8 * 1024  # bytes handed on at once: whoever sends many requests in one go has the first ones parsed only
STALLED_TICKS = 30  # for which an answer may be taken slower than the least rate
MOST_LEAVING = 64  # connections that are turned away and not yet gone
Waiting: TypeAlias = "dict[Connection, None]"


@dataclass(slots=True)
class AddressConnections:
    """How many connections an address has, which of them wait for a head, and how many follow runs."""

    connections: int = 0
    waiting: Waiting = field(default_factory=dict)
    streams: int = 0


class Connections:
    """The connections of a server."""

    def __init__(self, bounds: ConnectionBounds) -> None:
        self.bounds = bounds
        self._open: dict[tuple[str, int], Connection] = {}
        self._waiting: Waiting = {}  # for a head, the longest first
        self._of: dict[str, AddressConnections] = {}
        self._leaving: set[Connection] = set()
        self._streams = 0

    def protocol(self) -> type[asyncio.Protocol]:
        """What uvicorn is to have as its `http`."""

        class Ours(Connection):
            connections = self

        return Ours

    def attended(self, inner: Application) -> Application:
        """An application around another that tells these connections which requests are under way."""

        async def attend(scope: Scope, receive: Receive, send: Send) -> None:
            connection = self._open.get(tuple(scope.get("client") or ()))
            if connection is None:
                await inner(scope, receive, send)
                return
            visit = scope.get(KEY)
            connection.began(visit)
            receive = connection.reading(receive)
            try:
                if str(scope["path"]).endswith(STREAM):
                    await self._follow(inner, scope, receive, send)
                else:
                    await inner(scope, receive, send)
            finally:
                connection.ended(visit)

        return attend

    async def _follow(self, inner: Application, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one who follows a run, where some connections are left for everything else."""
        of = self._of.get(neighbourhood(scope["client"][0])) or AddressConnections()
        bounds = self.bounds
        if of.streams >= most_streams(bounds.of_address) or self._streams >= most_streams(bounds.connections):
            await turned_away(receive, send, *problem(503, sentence(Cause.STREAMS, bounds)))
            return
        of.streams += 1
        self._streams += 1
        try:
            await inner(scope, receive, send)
        finally:
            of.streams -= 1
            self._streams -= 1

    def admit(self, connection: "Connection") -> Cause | None:
        """Take a connection in, in place of one that has waited longest where need be; else say why not."""
        of = self._of.get(connection.address)
        if of and of.connections >= self.bounds.of_address and not _made_room(of.waiting, Cause.SHARE):
            return Cause.SHARE
        if len(self._open) >= self.bounds.connections and not _made_room(self._waiting, Cause.FULL):
            return Cause.FULL
        of = connection.of = self._of.setdefault(connection.address, AddressConnections())
        of.connections += 1
        of.waiting[connection] = self._waiting[connection] = None
        self._open[connection.peer] = connection
        return None

    def remove(self, connection: "Connection") -> None:
        """Forget a connection that has ended, or is to."""
        self._leaving.discard(connection)
        if (of := connection.of) is None:
            return  # it was never taken in, or is forgotten already
        if self._open.get(connection.peer) is connection:  # else another has come from there already
            del self._open[connection.peer]
        self.waits(connection, False)
        connection.of = None
        of.connections -= 1
        if not of.connections:
            del self._of[connection.address]

    def waits(self, connection: "Connection", waits: bool) -> None:
        """Note whether a connection waits for a head, from now on."""
        if (of := connection.of) is None:
            return
        if waits:
            of.waiting[connection] = self._waiting[connection] = None
        else:
            of.waiting.pop(connection, None)
            self._waiting.pop(connection, None)

    def leave(self, connection: "Connection") -> bool:
        """Whether one that is turned away may stay for as long as it takes to read why."""
        fits = len(self._leaving) < MOST_LEAVING
        if fits:
            self._leaving.add(connection)
        return fits

    def tick(self) -> None:
        """A second has passed: end what has had its time."""
        for leaving in list(self._leaving):
            leaving.close()
        for each in list(self._open.values()):
            each.tick()

    def cut(self) -> None:
        """Cut off who has taken nothing of what was sent since the last call, and who was turned away before it."""
        for each in [*self._open.values(), *self._leaving]:
            each.cut()

    def __len__(self) -> int:
        return len(self._open)


def _made_room(among: Waiting, cause: Cause) -> bool:
    """Whether one that waits for a head made room: the one that has waited longest."""
    longest = next(iter(among), None)
    if longest:
        longest.let_go(cause)
    return longest is not None


class Connection(asyncio.Protocol):
    """One connection, around uvicorn's own protocol."""

    connections: Connections

    def __init__(self, **given: Any) -> None:
        self._inner = cast("Callable[..., asyncio.Protocol]", AutoHTTPProtocol)(**given)
        self._transport: asyncio.Transport
        self.peer: tuple[str, int] = ("", 0)
        self.address = ""
        self.of: AddressConnections | None = None  # while it is taken in
        self._visit: Any = None  # as the access log sees what is under way
        self._known = False  # to uvicorn
        self._refused = False
        self._under_way = 0  # requests
        self._held = bytearray()  # what uvicorn is not ready for yet
        self._ticks = 0  # for which it waits for a head
        self._read = 0  # bytes handed on since the application last took any
        self.stuck = False
        self._left: list[int] = []  # bytes of an answer not taken, tick for tick
        self._outstanding = 0  # at the last call of `cut`

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._under_way == 0

    @property
    def unsent(self) -> int:
        """Bytes that wait to be taken. asyncio calls a connection stuck only once they are many."""
        return self._transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take it in, or turn it away."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.peer = (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) else ("", id(self))
        self.address = neighbourhood(self.peer[0])
        cause = self.connections.admit(self)
        if cause is None:
            self._known = True
            self._inner.connection_made(transport)
        else:
            self._turn_away(cause)

    def data_received(self, data: bytes) -> None:
        """Hand on what comes."""
        if self._refused:
            return
        if self._held or len(data) > SLICE or self._read + len(data) > MOST_HEAD:
            self._held += data
            self._feed()
        else:
            self._read += len(data)
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on that no more comes."""
        return None if self._refused else self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let it go."""
        self.connections.remove(self)
        if self._visit:
            self._visit.gone = True
        self._held.clear()
        if not self._refused:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """What was sent is not taken."""
        self.stuck = True
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """What was sent is taken."""
        self.stuck = False
        self._left.clear()
        self._inner.resume_writing()

    def began(self, visit: Any = None) -> None:
        """A request's head is there."""
        self._under_way += 1
        self._read = self._ticks = 0
        self._visit = visit
        self.connections.waits(self, False)

    def ended(self, visit: Any = None) -> None:
        """A request is answered."""
        self._under_way -= 1
        if self._visit is visit:  # else the next one has begun already
            self._visit = None
        if self._under_way == 0:
            self._read = 0
            self.connections.waits(self, True)
        if self._held:
            self._feed()

    def reading(self, receive: Receive) -> Receive:
        """The same, by which it is seen that the application takes what comes."""

        async def read() -> Any:
            if self._held:
                # uvicorn takes more only from within `receive`, where it may wait for what is held here.
                asyncio.get_running_loop().call_soon(self._feed)
            message = await receive()
            self._read = 0
            return message

        return read

    def tick(self) -> None:
        """A second has passed."""
        if self.stuck or (self.idle and self.unsent):  # the last of an answer counts, however small it is
            if self._stalled():
                self.abort()
            return
        self._left.clear()
        if self.idle:
            self._ticks += 1
            if self._ticks >= self.connections.bounds.head_s:
                self.let_go(Cause.LATE)

    def let_go(self, cause: Cause) -> None:
        """End it while it waits for a head, and count it no longer."""
        if self._read or self.unsent:
            self._turn_away(cause)
        else:
            self.connections.remove(self)
            self.close()  # nothing was asked: there is nothing to answer

    def abort(self) -> None:
        """Let go of it at once."""
        self.connections.remove(self)
        self._transport.abort()

    def cut(self) -> None:
        """Let go of it where it took nothing since the last call."""
        outstanding = self.unsent + self._refused
        if outstanding and outstanding >= self._outstanding > 0:
            self.abort()
        self._outstanding = outstanding

    def close(self) -> None:
        """Let go of it once what was written is sent."""
        self._transport.close()

    def _feed(self) -> None:
        """Hand on what is held, piece by piece, for as long as uvicorn takes any."""
        while self._held and not self._refused and self._transport.is_reading() and not self._transport.is_closing():
            if self._read >= (MOST_HEAD if self.idle else MOST_UNREAD):
                asyncio.get_running_loop().call_soon(self._overflow)  # a request that has begun is heard of until then
                return
            piece = bytes(self._held[:SLICE])
            del self._held[:SLICE]
            self._read += len(piece)
            self._inner.data_received(piece)

    def _overflow(self) -> None:
        """Go on, or end it where what has come is still no whole head."""
        if self._read < (MOST_HEAD if self.idle else MOST_UNREAD):
            self._feed()
        elif self.idle:
            self._turn_away(Cause.HEAD)
        else:
            self.abort()  # an answer is under way already

    def _stalled(self) -> bool:
        """Whether less of an answer was taken in the last while than the least rate makes of it."""
        self._left.append(self.unsent)
        if len(self._left) <= STALLED_TICKS:
            return False
        return self._left.pop(0) - self._left[-1] < STALLED_TICKS * self.connections.bounds.rate

    def _turn_away(self, cause: Cause) -> None:
        """Say why, and go."""
        if self.unsent and not self._refused:
            self.abort()  # it does not take what was answered: closed in order, it would hold its file for ever
        if self._refused or self._transport.is_closing():
            return
        self._refused = True
        self.connections.remove(self)
        self._transport.write(answer(cause, self.connections.bounds))
        if self.connections.leave(self) and self._transport.can_write_eof():
            self._transport.write_eof()  # what it still sends is taken in meanwhile: else it would not hear why
        else:
            self._transport.close()
        if self._known:
            self._inner.connection_lost(ConnectionAbortedError(str(cause)))
