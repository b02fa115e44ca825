"""The transport to the issuer: one limit for a whole answer, in time and in size."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import requests

from rtk.console.people import oidc_transport
from rtk.console.people.oidc_transport import MOST_READ, OidcTransport, TooLarge

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Act = Callable[[socket.socket], None]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Act], requests.Response]]:
    """Asks what acts so once it was asked, and is given a third of a second."""
    monkeypatch.setattr(oidc_transport, "LIMIT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as door, requests.Session() as session:
        session.mount("http://", OidcTransport())

        def one(act: Act) -> requests.Response:
            def answer() -> None:
                with suppress(OSError):
                    there, _ = door.accept()
                    with there:
                        there.recv(65_536)
                        act(there)

            threading.Thread(target=answer, daemon=True).start()
            return session.post(f"http://127.0.0.1:{door.getsockname()[1]}/token", {"code": "x"})

        yield one


def drips(there: socket.socket, head: bytes) -> None:
    there.sendall(head)
    for _ in range(100):
        there.sendall(b"a")
        time.sleep(0.02)


def test_an_answer_is_passed_on(ask: Callable[[Act], requests.Response]) -> None:
    answer = ask(lambda there: there.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}"))
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, "application/json", {})


@pytest.mark.parametrize(
    "act",
    [
        lambda _: time.sleep(1),
        lambda there: drips(there, HEAD + b"\r\n"),
        lambda there: drips(there, HEAD + b"X: "),
        lambda there: drips(there, b""),
    ],
    ids=["silent", "a body byte by byte", "a head byte by byte", "no head at all"],
)
def test_one_that_is_silent_or_slow_is_waited_for_no_longer(ask: Callable[[Act], requests.Response], act: Act) -> None:
    begun = time.monotonic()
    with pytest.raises(requests.RequestException):
        ask(act)
    assert time.monotonic() - begun < 1


def test_no_more_is_read_than_an_issuer_has_to_say(ask: Callable[[Act], requests.Response]) -> None:
    with pytest.raises(TooLarge):
        ask(lambda there: there.sendall(HEAD + b"\r\n" + b" " * (MOST_READ + 1)))


def test_one_that_ends_the_connection_is_no_answer(ask: Callable[[Act], requests.Response]) -> None:
    with pytest.raises(requests.ConnectionError):
        ask(lambda _: None)


def test_a_redirect_is_not_followed(ask: Callable[[Act], requests.Response]) -> None:
    def act(there: socket.socket) -> None:
        there.sendall(b"HTTP/1.1 200 OK\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    assert ask(act).headers["Location"] == "http://127.0.0.1:1/"
