"""Connections are bounded: who waits makes way, who is being answered does not, and a head has its time."""

import math
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler

import pytest

from rtk.lab.connections import HEAD_S, BoundedServer
from tests.lab.world import eventually

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Clock:
    """Stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Handler(BaseHTTPRequestHandler):
    """Answers once it may."""

    server: "Small"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert self.server.took(self.connection)
        self.server.asked.release()
        assert self.server.may_answer.wait(20)
        self.send_response(204)
        self.end_headers()
        self.server.waits(self.connection)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Small(BoundedServer):
    """Has room for two."""

    most = 2

    def __init__(self, clock: Clock) -> None:
        super().__init__(("127.0.0.1", 0), Handler, clock=clock)
        self.asked = threading.Semaphore(0)
        self.may_answer = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A connection that was reset."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small(clock: Clock) -> Iterator[Small]:
    with Small(clock) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        serving.join()


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connection(small: Small, opened: ExitStack, said: bytes = b"") -> socket.socket:
    one = opened.enter_context(socket.create_connection(small.server_address[:2], timeout=20))  # type: ignore[arg-type]
    one.sendall(said)
    return one


def ends(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except ConnectionError:
        return True


def test_the_one_that_waits_longest_makes_way(small: Small, opened: ExitStack) -> None:
    small.may_answer.set()
    first, second = connection(small, opened), connection(small, opened)
    third = connection(small, opened, HEAD)
    assert ends(first)
    assert third.recv(1024).startswith(b"HTTP/1.1 204")
    second.sendall(HEAD)
    assert second.recv(1024).startswith(b"HTTP/1.1 204")


def test_who_is_being_answered_makes_way_for_nobody(small: Small, opened: ExitStack) -> None:
    answered = [connection(small, opened, HEAD) for _ in range(2)]
    for _ in answered:
        assert small.asked.acquire(timeout=20)
    assert ends(connection(small, opened))
    small.may_answer.set()
    assert all(one.recv(1024).startswith(b"HTTP/1.1 204") for one in answered)


def test_a_connection_that_was_answered_waits_for_as_long_as_there_is_room(
    small: Small, opened: ExitStack, clock: Clock
) -> None:
    small.may_answer.set()
    one = connection(small, opened, HEAD)
    assert one.recv(1024).startswith(b"HTTP/1.1 204")
    clock.now = 100 * HEAD_S
    one.sendall(HEAD)
    assert one.recv(1024).startswith(b"HTTP/1.1 204")
    eventually(lambda: list(small._waiting.values()) == [math.inf])  # it read the answer before
    connection(small, opened)
    connection(small, opened)
    assert ends(one)


def test_a_head_has_its_time_and_then_a_reset_which_a_relay_can_hand_on(
    small: Small, opened: ExitStack, clock: Clock
) -> None:
    late = connection(small, opened)
    eventually(lambda: len(small._waiting) == 1, 20)
    clock.now = HEAD_S - 0.1
    late.settimeout(0.2)
    with pytest.raises(TimeoutError):
        late.recv(1)
    clock.now = HEAD_S + 1
    late.settimeout(20)
    with pytest.raises(ConnectionResetError):
        late.recv(1)
