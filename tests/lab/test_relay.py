"""Carrying connections: every byte, both ends, whatever either side does. On real sockets of loopback."""

import os
import selectors
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from rtk.lab.relay import Relay
from tests.lab.world import eventually

LARGE = os.urandom(3 * 2**20)


class Ends:
    """A relay at work in a thread, and the two ports between which it carries."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(20)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.selector = selectors.DefaultSelector()
        self.relay = Relay(self.selector, self.server.getsockname())
        self.relay.open(self.listener)
        self._over = False
        self._ours, self._theirs = socket.socketpair()
        self.selector.register(self._ours, selectors.EVENT_READ, lambda _: self._stop())
        self._thread = threading.Thread(target=self._turn)
        self._thread.start()

    def _turn(self) -> None:
        while not self._over:
            for key, events in self.selector.select():
                key.data(events)

    def _stop(self) -> None:
        self.relay.close()
        self._over = True

    def close(self) -> None:
        """End the relay, once every connection that the test is done with has been let go."""
        self.server.close()
        eventually(lambda: len(self.selector.get_map()) <= 2, 20)
        self._theirs.send(b".")
        self._thread.join()
        for one in (self._ours, self._theirs, self.selector):
            one.close()

    @contextmanager
    def pair(self) -> Iterator[tuple[socket.socket, socket.socket]]:
        """A client and what the server has of it."""
        with socket.create_connection(self.address, timeout=20) as client:
            accepted, _ = self.server.accept()
            accepted.settimeout(20)
            with accepted:
                yield client, accepted


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


def everything(source: socket.socket) -> bytes:
    found = b""
    while chunk := source.recv(65536):
        found += chunk
    return found


def told(sink: socket.socket, data: bytes) -> None:
    sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def test_bytes_are_carried_both_ways(ends: Ends) -> None:
    with ends.pair() as (client, server):
        client.sendall(b"asked")
        assert server.recv(100) == b"asked"
        server.sendall(b"answered")
        assert client.recv(100) == b"answered"


def test_an_end_is_passed_on_and_the_other_way_goes_on(ends: Ends) -> None:
    with ends.pair() as (client, server):
        client.sendall(b"asked")
        client.shutdown(socket.SHUT_WR)
        assert everything(server) == b"asked"
        server.sendall(b"answered")
        server.close()
        assert everything(client) == b"answered"


def test_more_than_anybody_holds_arrives_whole_though_it_is_taken_late(ends: Ends) -> None:
    with ends.pair() as (client, server), ThreadPoolExecutor(2) as pool:
        sent = pool.submit(told, client, LARGE)
        echoed = everything(server)
        sent.result()
        answered = pool.submit(told, server, echoed)
        assert everything(client) == LARGE
        answered.result()


def test_a_server_that_refuses_is_felt_as_a_broken_connection(ends: Ends) -> None:
    ends.server.close()
    with (  # while it is made or once it is there
        pytest.raises(ConnectionResetError),
        socket.create_connection(ends.address, timeout=20) as client,
    ):
        client.recv(1)


def test_a_connection_that_breaks_on_one_side_breaks_on_the_other(ends: Ends) -> None:
    with ends.pair() as (client, server):
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        server.close()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_many_at_once_do_not_wait_for_each_other(ends: Ends) -> None:
    with ends.pair(), ends.pair() as (client, server), ends.pair():
        client.sendall(b"x")
        assert server.recv(1) == b"x"


def test_beyond_its_files_connections_wait_until_one_is_over(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends.relay, "_most", 1)
    with ends.pair() as (first, _), socket.create_connection(ends.address, timeout=20) as second:
        second.sendall(b"x")
        ends.server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            ends.server.accept()
        first.close()
    ends.server.settimeout(20)
    accepted, _ = ends.server.accept()
    with accepted:
        assert accepted.recv(1) == b"x"


def test_a_closed_port_refuses_and_what_is_under_way_goes_on(ends: Ends) -> None:
    with ends.pair() as (client, server):
        ends.relay.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(ends.address, timeout=20)
        server.sendall(b"x")
        assert client.recv(1) == b"x"
