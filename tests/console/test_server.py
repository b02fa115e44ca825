"""The port, and what keeps one from having it."""

import signal
import socket

import pytest

from rtk.console.server import CannotListen, Server, listen


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
