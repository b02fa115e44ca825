"""One connection: around uvicorn's own protocol, which is handed what comes in pieces, and no more than it takes.

uvicorn takes any protocol of asyncio as its `http`. This one sees what asyncio shows to every protocol, bytes and
buffers. What came and is not handed on is held here, and nothing more is read meanwhile.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from rtk.console.bodies import Receive, neighbourhood
from rtk.console.bounds import MOST_HEAD, Cause, answer

if TYPE_CHECKING:
    from rtk.console.connections import AddressConnections, Connections

MOST_UNREAD = 1024 * 1024  # bytes that come while an answer is made: what uvicorn holds back is less
SLICE = 8 * 1024  # bytes handed on before everybody else has a turn
MOST_PIECES = 64  # of them, where each is the head of a request
HEAD_END = b"\r\n\r\n"
PARSING_S = 0.3  # of CPU in each second, for what one address sends: 9,000 usual heads or 380 MiB, when it was measured
STALLED_TICKS = 30  # for which an answer may be taken slower than the least rate


class PacedTransport:
    """A transport as uvicorn has it: uvicorn says when it takes more, and the connection reads accordingly."""

    def __init__(self, transport: asyncio.Transport, pace: Callable[[bool], None]) -> None:
        self._transport = transport
        self._pace = pace

    def pause_reading(self) -> None:
        """Say that nothing more is taken for now."""
        self._pace(False)

    def resume_reading(self) -> None:
        """Say that more is taken."""
        self._pace(True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(asyncio.Protocol):
    """One connection, around uvicorn's own protocol."""

    connections: "Connections"

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
        self._takes = self._reads = True  # uvicorn takes more; the network is read
        self._to_feed = False  # in a moment
        self._ticks = 0  # for which it waits for a head
        self._read = 0  # bytes handed on since the application last took any
        self.stuck = False
        self._left: list[int] = []  # bytes of an answer not taken, tick for tick
        self._outstanding = 0  # at the last call of `cut`

    @property
    def idle(self) -> bool:
        """Return whether no request is under way."""
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
            paced = PacedTransport(self._transport, self._pace)
            self._inner.connection_made(cast("asyncio.Transport", paced))
        else:
            self._turn_away(cause)

    def data_received(self, data: bytes) -> None:
        """Hand on what comes."""
        if self._refused:
            return
        several = len(data) > SLICE or self._read + len(data) > MOST_HEAD or data.count(HEAD_END) > 1
        if several or self._held or self._has_had_its_share():
            self._held += data
            self.feed()
        else:
            self._hand_on(data)

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
        """Note that the other side does not take what was sent."""
        self.stuck = True
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Note that the other side takes what was sent."""
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
        self._feed_soon()

    def reading(self, receive: Receive) -> Receive:
        """The same, by which it is seen that the application takes what comes."""

        async def read() -> Any:
            self._feed_soon()  # uvicorn takes more only from within `receive`, where it may wait for what is held here
            message = await receive()
            self._read = 0
            return message

        return read

    def tick(self) -> None:
        """A second has passed."""
        if self.stuck or (self.idle and self.unsent):  # the last of an answer counts, however small it is
            self._left.append(self.unsent)
            if len(self._left) > STALLED_TICKS:
                taken = self._left.pop(0) - self._left[-1]
                if taken < STALLED_TICKS * self.connections.bounds.rate:  # for a while more slowly than the least rate
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

    def feed(self) -> None:
        """Hand on some of what is held, if uvicorn takes any: the rest after everybody else has had a turn."""
        handed = 0
        for _ in range(MOST_PIECES):
            gone = self._refused or self._transport.is_closing()
            if gone or not self._held or not self._takes or self._has_had_its_share() or handed >= SLICE:
                break
            if self._read >= (MOST_HEAD if self.idle else MOST_UNREAD):
                asyncio.get_running_loop().call_soon(self._overflow)  # a request that has begun is heard of until then
                break
            # Of requests sent in one go one head, so that one waits at most.
            end = self._held.find(HEAD_END, 0, SLICE)
            size = SLICE if end < 0 else min(end + len(HEAD_END), SLICE)
            piece = bytes(self._held[:size])
            del self._held[:size]
            handed += len(piece)
            self._hand_on(piece)
        else:
            handed = SLICE
        if handed >= SLICE:
            self._feed_soon()
        self._read_or_rest()

    def _has_had_its_share(self) -> bool:
        """Return whether its address has had its share of this second; then the connection goes on in the next."""
        if self.of is None or self.of.parsing_s < PARSING_S:
            return False
        self.of.resting[self] = None
        return True

    def _hand_on(self, piece: bytes) -> None:
        self._read += len(piece)
        began = time.thread_time()  # and not on the wall, where waiting for threads that answer others would count
        self._inner.data_received(piece)
        if self.of is not None:
            self.of.parsing_s += time.thread_time() - began

    def _pace(self, takes: bool) -> None:
        """Note whether uvicorn takes more."""
        self._takes = takes
        self._feed_soon()
        self._read_or_rest()

    def _feed_soon(self) -> None:
        if self._held and not self._to_feed:
            self._to_feed = True
            asyncio.get_running_loop().call_soon(self._feed_now)

    def _feed_now(self) -> None:
        self._to_feed = False
        self.feed()

    def _read_or_rest(self) -> None:
        """Read on from the network only where nothing is held: else it would grow with each answer."""
        reads = self._takes and not self._held
        if reads != self._reads and not self._transport.is_closing():
            self._reads = reads
            (self._transport.resume_reading if reads else self._transport.pause_reading)()

    def _overflow(self) -> None:
        """Go on, or end it where what has come is still no whole head."""
        if self._read < (MOST_HEAD if self.idle else MOST_UNREAD):
            self.feed()
        elif self.idle:
            self._turn_away(Cause.HEAD)
        else:
            self.abort()  # an answer is under way already

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
