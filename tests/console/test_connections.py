"""Connections: who is let in, who makes room, and who has had its time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from rtk.console.access import AccessLog
from rtk.console.bodies import Receive, Scope, Send
from rtk.console.bounds import MOST_HEAD, Cause, ConnectionBounds
from rtk.console.client_connection import SLICE, STALLED_TICKS, Connection
from rtk.console.connections import MOST_LEAVING, Connections

WIDE = ConnectionBounds(connections=100, of_address=100, head_s=10, rate=100, new_of_address=3)
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = HEAD + b"\r\n"


class Wire:
    """A transport without a network."""

    def __init__(self, peer: tuple[str, int]) -> None:
        self.peer = peer
        self.protocol: asyncio.Protocol
        self.sent = b""
        self.ended = self.closing = self.aborted = self.paused = False
        self.buffered = 0

    def get_extra_info(self, name: str) -> Any:
        return self.peer if name == "peername" else None

    def write(self, data: bytes) -> None:
        self.sent += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.closing

    def is_reading(self) -> bool:
        return not self.paused and not self.closing

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()


class Console:
    """Connections around an application that answers once it is let."""

    def __init__(self, bounds: ConnectionBounds = WIDE) -> None:
        self.connections = Connections(bounds)
        self.served: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self.read = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.served.append(str(scope["path"]))
        while self.read and (await receive()).get("more_body"):
            pass
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def connect(self, host: str = "192.0.2.1", port: int = 1) -> tuple[Connection, Wire]:
        config = uvicorn.Config(self.connections.attended(self), log_config=None, access_log=False, ws="none")
        given = {"config": config, "server_state": ServerState(), "app_state": {}, "_loop": None}
        made = cast("Callable[..., Connection]", self.connections.protocol())(**given)
        wire = Wire((host, port))
        wire.protocol = made
        made.connection_made(cast("asyncio.BaseTransport", wire))
        return made, wire

    def ticks(self, number: int) -> None:
        for _ in range(number):
            self.connections.tick()


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def played(play: Callable[[Console], Coroutine[Any, Any, None]], of: ConnectionBounds = WIDE) -> None:
    async def begin() -> None:
        await play(Console(of))

    asyncio.run(begin())


def test_a_request_is_served_and_the_connection_waits_for_the_next() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect()
        one.data_received(WHOLE)
        await rest()
        assert console.served == ["/"]
        assert wire.sent.startswith(b"HTTP/1.1 200 OK")
        assert one.idle

    played(play)


def test_who_sends_no_head_is_let_go_without_a_word_and_who_sends_half_of_one_hears_why() -> None:
    async def play(console: Console) -> None:
        silent, trickling = console.connect(port=1), console.connect(port=2)
        console.ticks(5)
        trickling[0].data_received(HEAD)
        console.ticks(4)
        assert not silent[1].closing
        trickling[0].data_received(b"X: y\r\n")
        console.ticks(1)
        assert (silent[1].closing, silent[1].sent) == (True, b"")
        assert trickling[1].sent.startswith(b"HTTP/1.1 408 ")
        assert b"was not there within 10 seconds\n" in trickling[1].sent
        assert trickling[1].ended

    played(play)


def test_the_time_for_a_head_begins_anew_with_each_request_and_not_while_one_is_answered() -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        one, wire = console.connect()
        console.ticks(9)
        one.data_received(WHOLE)
        await rest()
        console.ticks(60)
        console.go.set()
        await rest()
        console.ticks(9)
        assert not wire.closing
        console.ticks(1)
        assert wire.closing

    played(play)


def test_a_head_that_never_ends_is_not_kept() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect()
        one.data_received(HEAD + b"X: " + b"a" * (3 * MOST_HEAD))
        await rest()
        assert wire.sent.startswith(b"HTTP/1.1 431 ")
        assert b"larger than 64 KiB" in wire.sent
        one.data_received(b"a" * 1000)
        assert (console.served, len(one._held)) == ([], 2 * MOST_HEAD + len(HEAD) + 3)
        one.connection_lost(None)
        assert len(one._held) == 0

    played(play)


def test_a_head_and_a_large_body_may_come_in_one_go() -> None:
    async def play(console: Console) -> None:
        console.read = True
        one, wire = console.connect()
        size = 2 * MOST_HEAD
        one.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
        await rest()
        assert wire.sent.startswith(b"HTTP/1.1 200 OK")

    played(play)


def test_a_body_that_comes_in_one_go_while_it_is_waited_for_is_read_to_its_end() -> None:
    async def play(console: Console) -> None:
        console.read = True
        for number, size in enumerate((1_000, MOST_HEAD, 100_000, 200_000, 6_000_000)):
            one, wire = console.connect(port=number)
            one.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
            await rest()
            one.data_received(b"x" * size)
            for _ in range(1 + size // SLICE):
                await rest()
            assert wire.sent.startswith(b"HTTP/1.1 200 OK"), size

    played(play)


def test_a_newcomer_has_the_place_of_who_has_waited_longest() -> None:
    async def play(console: Console) -> None:
        longest, other, newcomer = (console.connect(port=port) for port in (1, 2, 3))
        assert (longest[1].closing, other[1].closing, newcomer[1].closing) == (True, False, False)
        assert len(console.connections) == 2

    played(play, WIDE._replace(of_address=2))
    played(play, WIDE._replace(connections=2))


def test_who_is_being_served_makes_room_for_nobody() -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        one, _ = console.connect(port=1)
        one.data_received(WHOLE)
        await rest()
        late, wire = console.connect(port=2)
        assert wire.sent.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in wire.sent
        assert b"1 connections" in wire.sent
        late.data_received(WHOLE)
        await rest()
        assert console.served == ["/"]
        console.ticks(1)
        assert wire.closing

    played(play, WIDE._replace(of_address=1))
    played(play, WIDE._replace(connections=1))


def test_one_address_cannot_have_all_connections() -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        for port in range(5):
            one, _ = console.connect(port=port)
            one.data_received(WHOLE)
            await rest()
        _, visitor = console.connect("198.51.100.1", 1)
        assert (len(console.connections), visitor.sent) == (4, b"")

    played(play, WIDE._replace(of_address=3))


def test_those_who_are_turned_away_are_few_at_any_time() -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        one, _ = console.connect(port=0)
        one.data_received(WHOLE)
        await rest()
        wires = [console.connect(port=1 + number)[1] for number in range(MOST_LEAVING + 5)]
        assert [wire.closing for wire in wires].count(True) == 5

    played(play, WIDE._replace(of_address=1))


def test_followers_leave_connections_to_others() -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        wires = []
        for port in range(4):
            one, wire = console.connect(port=port)
            one.data_received(b"GET /api/v1/r/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wires.append(wire)
            await rest()
        assert len(console.served) == 3
        assert wires[3].sent.startswith(b"HTTP/1.1 503 ")
        assert b"3 runs at once are followed from one address" in wires[3].sent
        console.go.set()
        await rest()
        one, wire = console.connect(port=9)
        one.data_received(b"GET /api/v1/r/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await rest()
        assert wire.sent.startswith(b"HTTP/1.1 200 ")

    played(play, WIDE._replace(of_address=4))


@pytest.mark.parametrize("unsent", [60_000, 10_000_000])  # asyncio pauses the writing of the second only
def test_who_does_not_take_its_answer_is_let_go_and_who_takes_it_slowly_is_not(unsent: int) -> None:
    async def play(console: Console) -> None:
        (_, silent), (_, slow) = pairs = [console.connect(port=port) for port in (1, 2)]
        for one, wire in pairs:
            one.data_received(WHOLE)
            await rest()
            wire.buffered = unsent
            one.stuck = unsent > 65_536
        for _ in range(STALLED_TICKS + 1):
            slow.buffered = max(slow.buffered - 2 * WIDE.rate, 1)
            console.ticks(1)
        assert (silent.aborted, slow.closing) == (True, False)

    played(play)


def test_who_takes_a_long_answer_part_by_part_is_not_let_go_however_full_the_buffer_is_at_each_tick() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect()
        wire.buffered = 100_000
        for _ in range(2 * STALLED_TICKS):
            one.pause_writing()
            console.ticks(1)
            one.resume_writing()
        assert not wire.closing

    played(play)


def test_who_leaves_an_answer_makes_way_at_once_and_holds_no_file() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect(port=1)
        one.data_received(WHOLE)
        await rest()
        wire.buffered = 60_000
        console.connect(port=2)
        assert wire.aborted

    played(play, WIDE._replace(connections=1))


def test_who_made_way_with_half_a_head_holds_no_file() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect(port=1)
        one.data_received(HEAD)
        console.connect(port=2)
        assert not wire.closing  # it may read why
        console.ticks(1)
        assert wire.closing

    played(play, WIDE._replace(connections=1))


def test_at_the_end_nobody_waits_for_who_does_not_read_or_is_leaving() -> None:
    async def play(console: Console) -> None:
        silent, slow, leaving, reading = [console.connect(port=port) for port in range(4)]
        console.connections.cut()
        silent[1].buffered, slow[1].buffered = 10, 200_000
        leaving[0].data_received(HEAD)
        leaving[0].let_go(Cause.LATE)
        console.connections.cut()
        slow[1].buffered -= 1
        assert not any(wire.closing for _, wire in (silent, slow, leaving, reading))
        console.connections.cut()
        assert [wire.aborted for _, wire in (silent, slow, leaving, reading)] == [True, False, True, False]

    played(play)


def test_nothing_is_kept_of_connections_that_are_gone() -> None:
    async def play(console: Console) -> None:
        for port in range(3):
            one, _ = console.connect(port=port)
            one.data_received(WHOLE)
            await rest()
            one.connection_lost(None)
        assert len(console.connections) == 0
        assert (console.connections._of, console.connections._waiting) == ({}, {})

    played(play)


def test_nothing_is_sent_to_who_has_gone() -> None:
    async def play(console: Console) -> None:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message["type"])

        one, wire = console.connect()
        console.go.clear()
        scope = {"type": "http", "path": "/", "client": wire.peer}
        served = AccessLog(console.connections.attended(console))  # as the server has them
        serving = asyncio.ensure_future(served(scope, _nothing, send))
        await rest()
        one.connection_lost(None)
        console.go.set()
        await serving
        assert (console.served, sent) == (["/"], [])

    played(play)


async def _nothing() -> Any:
    return {"type": "http.disconnect"}
