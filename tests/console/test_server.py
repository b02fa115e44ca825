"""The port, and what keeps one from having it."""

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import pytest

from rtk.console.client_connection import Connection
from rtk.console.server import GRACE, CannotListen, Server, listen


def test_port_0_is_any_that_is_free() -> None:
    with listen("127.0.0.1", 0) as first, listen("127.0.0.1", 0) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with (
        listen("127.0.0.1", 0) as first,
        pytest.raises(CannotListen, match=r"port \d+ of 127.0.0.1 is in use .*--port"),
    ):
        listen("127.0.0.1", first.getsockname()[1])


def test_a_port_is_had_again_at_once_after_it_was_used() -> None:
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), bound.accept()[0]:
            pass
    listen("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a..b"])
def test_an_address_that_is_not_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotListen, match="cannot listen on"):
        listen(host, 8000)


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(CannotListen, match="there is no port 70000; expected one from 0 to 65535"):
        listen("127.0.0.1", 70000)


def test_the_first_signal_ends_it_in_order_and_the_second_at_once() -> None:
    server = Server(None, lambda: None)
    server.handle_exit(15, None)
    assert (server.should_exit, server.force_exit) == (True, False)
    server.handle_exit(15, None)
    assert server.force_exit


def test_a_signal_that_came_before_it_served_ends_it() -> None:
    def told() -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), Server(None, lambda: None, told).capture_signals():
        raise AssertionError("it served")
    assert signal.getsignal(signal.SIGTERM) == before


class Streaming:
    """An application whose answers go on until it lets go of who reads them."""

    def __init__(self, part: bytes) -> None:
        self.part = part
        self.readers = 0
        self.over = False

    def leave(self) -> None:
        self.over = True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for state in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{state}.complete"})
            return
        self.readers += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not self.over:
            await send({"type": "http.response.body", "body": self.part, "more_body": True})
            await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(app: Streaming, readers: int) -> Iterator[tuple[Server, threading.Thread, list[socket.socket]]]:
    """A server in a thread, and connections whose answers have begun."""
    with listen("127.0.0.1", 0) as bound, ExitStack() as stack:
        server = Server(app, lambda: None, leave=app.leave)
        server.capture_signals = nullcontext  # type: ignore[assignment, method-assign] # signals come to main threads only
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])))
        thread.start()
        opened = []
        for _ in range(readers):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(bound.getsockname())
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            opened.append(one)
        while app.readers < readers:
            thread.join(0.01)
        yield server, thread, opened
        thread.join(20)


def open_connections(server: Server) -> list[Connection]:
    return list(server.connections._open.values())


def ended_within(server: Server, thread: threading.Thread, seconds: float) -> bool:
    server.handle_exit(15, None)
    thread.join(seconds)
    return not thread.is_alive()


def test_who_would_stay_for_ever_is_let_go() -> None:
    with served(Streaming(b": here\n\n"), 5) as (server, thread, readers):
        assert ended_within(server, thread, GRACE - 1)
        assert readers[0].recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("unsent", ["much", "little"])
def test_nobody_waits_for_who_does_not_read(unsent: str) -> None:
    app = Streaming(b"x" * (65536 if unsent == "much" else 8192))
    with served(app, 3) as (server, thread, _):
        while not all(each.unsent > (65536 if unsent == "much" else 0) for each in open_connections(server)):
            thread.join(0.01)
        assert ended_within(server, thread, GRACE - 1)
