"""Connections: how many there may be, in all and from one address, and how much of the console's time each may take.

Which requests are under way they hear from an application around ours. Time is counted in ticks of a second that the
event loop lived through: when it is late itself, nobody else is blamed.
"""

import asyncio
from typing import TypeAlias

from msgspec import Struct, field

from rtk.console.bodies import KEY, Application, Receive, Scope, Send, neighbourhood, problem, turned_away
from rtk.console.bounds import MOST_FIELDS, Cause, ConnectionBounds, answer, most_streams, sentence
from rtk.console.client_connection import Connection

STREAM = "/stream"
MOST_LEAVING = 64  # connections that are turned away and not yet gone
Waiting: TypeAlias = dict[Connection, None]


class AddressConnections(Struct):
    """How many connections an address has, which of them wait for a head, and how many follow runs.

    `parsing_s` is how long reading what they sent took since the last tick; `resting` are those that have had their
    share of it and go on at the next one.
    """

    connections: int = 0
    waiting: Waiting = field(default_factory=dict)
    streams: int = 0
    parsing_s: float = 0.0
    resting: Waiting = field(default_factory=dict)


class Connections:
    """The connections of a server."""

    def __init__(self, bounds: ConnectionBounds) -> None:
        self.bounds = bounds
        self._open: dict[tuple[str, int], Connection] = {}
        self._waiting: Waiting = {}  # for a head, the longest first
        self._of: dict[str, AddressConnections] = {}
        self._new: dict[str, int] = {}  # connections of each address since the last tick
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
                if len(scope.get("headers", ())) > MOST_FIELDS:
                    await turned_away(receive, send, *problem(431, sentence(Cause.FIELDS, self.bounds)))
                elif str(scope["path"]).endswith(STREAM):
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

    def refusal(self, host: str) -> bytes:
        """Count a connection from an address; what it is answered where more come within a second than may."""
        address = neighbourhood(host)
        new = self._new[address] = self._new.get(address, 0) + 1
        return answer(Cause.NEW, self.bounds) if new > self.bounds.new_of_address else b""

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
        of.resting.pop(connection, None)
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
        self._new.clear()
        for leaving in list(self._leaving):
            leaving.close()
        for of in list(self._of.values()):
            of.parsing_s, rested = 0.0, list(of.resting)
            of.resting.clear()
            for connection in rested:
                connection.feed()
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
