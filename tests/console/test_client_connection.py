"""A connection hands on what comes piece by piece: nobody's bytes take memory or time from everybody else."""

import asyncio
from typing import Any

import pytest

from rtk.console.bounds import MOST_FIELDS
from rtk.console.client_connection import PARSING_S, SLICE, Connection
from tests.console.test_connections import HEAD, WHOLE, Console, Wire, played, rest

TINY = b"GET / HTTP/1.1\r\nHost:a\r\n\r\n"
READ = 256 * 1024  # bytes that come at once, at most
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def sends(one: Connection, wire: Wire, data: bytes) -> int:
    """Send as a network does: nothing comes while the console does not read; how many bytes went through."""
    sent = 0
    while wire.is_reading() and sent < len(data):
        one.data_received(data[sent : sent + READ])
        sent += READ
    return sent


@pytest.mark.parametrize("size", [SLICE // 2, READ])
def test_of_requests_sent_in_one_go_one_is_under_way_and_one_waits(size: int) -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        one, wire = console.connect()
        data = (TINY * (size // len(TINY) + 1))[:size]
        sends(one, wire, data)
        await rest()
        parsed = len(data) - len(one._held)
        assert (parsed, wire.paused) == (2 * len(TINY), True)

    played(play)


def test_what_is_held_of_requests_does_not_grow_with_each_answer() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect()
        data = TINY * (READ // len(TINY))
        most = 0
        for _ in range(100):
            sends(one, wire, data)
            await rest()
            most = max(most, len(one._held))
        assert most <= 2 * READ
        assert len(console.served) > 100

    played(play)


def test_all_of_many_requests_are_answered_in_their_order() -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect()
        data = b"".join(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number for number in range(300))
        for at in range(0, len(data), 5_000):
            one.data_received(data[at : at + 5_000])
        for _ in range(100):
            await rest()
        assert console.served == [f"/{number}" for number in range(300)]
        assert wire.sent.count(b"HTTP/1.1 200 OK") == 300
        assert wire.is_reading()

    played(play)


@pytest.mark.parametrize("part", [b"1\r\na\r\n" * 5_000, b"1;" + b"x" * 100 + b"\r\na\r\n" * 500])
def test_an_address_that_has_had_its_share_of_the_time_goes_on_in_the_next_second(part: bytes) -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        one, wire = console.connect()
        other, theirs = console.connect("192.0.2.2", 2)
        one.data_received(CHUNKED)
        await rest()
        assert one.of is not None
        one.of.parsing_s = PARSING_S  # as after much of it
        one.data_received(part)
        await rest()
        assert (len(one._held), wire.paused) == (len(part), True)
        console.go.set()
        other.data_received(WHOLE)
        await rest()
        assert theirs.sent.startswith(b"HTTP/1.1 200 OK")
        console.ticks(1)
        await rest()
        assert len(one._held) < len(part)

    played(play)


def test_reading_what_comes_is_counted_for_its_address() -> None:
    async def play(console: Console) -> None:
        console.read = True
        one, _ = console.connect()
        one.data_received(CHUNKED)
        for _ in range(20):
            one.data_received(b"1\r\na\r\n" * 2_000)
            await rest()
        assert one.of is not None
        assert one.of.parsing_s > 0
        console.ticks(1)
        assert one.of.parsing_s < PARSING_S

    played(play)


def test_a_large_body_gives_everybody_else_a_turn_after_each_slice() -> None:
    async def play(console: Console) -> None:
        console.read = True
        one, wire = console.connect()
        body = b"x" * (10 * SLICE)
        one.data_received(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        left = []
        while one._held:
            left.append(len(one._held))
            await asyncio.sleep(0)
        await rest()
        assert len(left) >= 9
        assert wire.sent.startswith(b"HTTP/1.1 200 OK")

    played(play)


@pytest.mark.parametrize(("fields", "status"), [(MOST_FIELDS - 2, b"200"), (MOST_FIELDS + 1, b"431"), (6_500, b"431")])
def test_a_head_has_a_bounded_number_of_fields(fields: int, status: bytes) -> None:
    async def play(console: Console) -> None:
        one, wire = console.connect()
        one.data_received(HEAD + b"".join(b"x%d:\r\n" % number for number in range(fields)) + b"\r\n")
        for _ in range(5):
            await rest()
        assert wire.sent.startswith(b"HTTP/1.1 " + status)
        assert len(console.served) == (status == b"200")

    played(play)


def test_nothing_is_read_for_who_has_gone() -> None:
    async def play(console: Console) -> None:
        console.go.clear()
        one, wire = console.connect()
        one.data_received(TINY * 1_000)
        await rest()
        wire.close()
        wire.resume_reading = closed  # type: ignore[method-assign]
        console.go.set()
        for _ in range(5):
            await rest()
        assert not one._held

    def closed() -> Any:
        raise RuntimeError("the handler is closed")

    played(play)
