"""Connections are taken in some at a time; of an address that opens too many, the others hear why."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator

import pytest

from rtk.console.acceptor import AT_ONCE, Acceptor
from tests.console.test_connections import Console, played, rest

LIMIT_S = 10.0


class Greeting(asyncio.Protocol):
    """Greets who comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"welcome")
        transport.close()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as found:
        yield found


def answers(listening: socket.socket, refusal: Callable[[str], bytes], many: int = 1) -> list[bytes]:
    """Return what so many that come at once are answered."""

    async def play() -> list[bytes]:
        acceptor = Acceptor(listening, Greeting, refusal)
        acceptor.begin()
        loop = asyncio.get_running_loop()
        comers = [socket.socket() for _ in range(many)]
        for each in comers:
            each.setblocking(False)
        await asyncio.gather(*(loop.sock_connect(each, listening.getsockname()) for each in comers))
        heard = await asyncio.wait_for(asyncio.gather(*(loop.sock_recv(each, 100) for each in comers)), LIMIT_S)
        acceptor.close()
        await acceptor.wait_closed()
        for each in comers:
            each.close()
        return list(heard)

    return asyncio.run(play())


def test_who_comes_is_taken_in_however_many_come_at_once(listening: socket.socket) -> None:
    assert answers(listening, lambda _: b"", 3 * AT_ONCE) == [b"welcome"] * 3 * AT_ONCE


def test_who_is_turned_away_hears_why_and_the_address_is_known(listening: socket.socket) -> None:
    hosts: list[str] = []

    def refusal(host: str) -> bytes:
        hosts.append(host)
        return b"" if len(hosts) < 3 else b"too many"

    assert sorted(answers(listening, refusal, 4)) == [b"too many"] * 2 + [b"welcome"] * 2
    assert hosts == ["127.0.0.1"] * 4


class Flood(socket.socket):
    """A listening socket at which another connection waits whenever one was taken."""

    accepted = 0
    fails: OSError | None = None

    def accept(self) -> "tuple[socket.socket, object]":
        if self.fails:
            error, self.fails = self.fails, None
            raise error
        self.accepted += 1
        ours, theirs = socket.socketpair()
        theirs.close()
        return ours, ("192.0.2.1", self.accepted)


def flooded(work: Callable[[Flood, Acceptor], Awaitable[None]]) -> None:
    async def play() -> None:
        with Flood() as flood:
            flood.bind(("127.0.0.1", 0))
            flood.listen()
            with socket.create_connection(flood.getsockname()):  # which is never taken: it is readable all the time
                acceptor = Acceptor(flood, Greeting, lambda _: b"no")
                acceptor.begin()
                await work(flood, acceptor)
                acceptor.close()

    asyncio.run(asyncio.wait_for(play(), LIMIT_S))


def test_a_flood_of_connections_leaves_everybody_else_a_turn() -> None:
    async def work(flood: Flood, _: Acceptor) -> None:
        for _turn in range(10):
            before = flood.accepted
            await asyncio.sleep(0)
            assert flood.accepted - before <= AT_ONCE

    flooded(work)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_where_no_file_is_left_it_goes_on_in_a_moment(number: int) -> None:
    async def work(flood: Flood, _: Acceptor) -> None:
        while not flood.accepted:
            await asyncio.sleep(0)
        flood.fails = OSError(number, "none left")
        while flood.fails:
            await asyncio.sleep(0)
        before = flood.accepted
        for _turn in range(20):
            await asyncio.sleep(0)
        assert flood.accepted == before
        while flood.accepted == before:
            await asyncio.sleep(0.01)

    flooded(work)


def test_an_address_opens_so_many_in_a_second_and_others_as_many() -> None:
    async def play(console: Console) -> None:
        connections = console.connections
        said = [connections.refusal("192.0.2.1") for _ in range(4)]
        assert said[:3] == [b""] * 3
        assert said[3].startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in said[3]
        assert b"one address may open 3 connections a second" in said[3]
        assert connections.refusal("192.0.2.2") == b""
        console.ticks(1)
        await rest()
        assert connections.refusal("192.0.2.1") == b""

    played(play)
