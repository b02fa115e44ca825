"""One thread answers a request from its beginning to its end; what streams ends when nobody listens."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from rtk.console.asgi import KeptThreads
from rtk.console.handler import Handler
from rtk.console.senders import Senders
from rtk.console.sharing import Bounds, Sharing, threads
from rtk.console.turns import Share

GET = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/", "query_string": b"", "headers": []}


THREAD = threads(1, "request")


def sharing(waiting: int = 10) -> Sharing:
    """One thread for usual requests, and none for large ones."""
    share = Share(1, 1, waiting, 5)
    return Sharing(Bounds(10_000, share, share._replace(waiting=0)), Senders("session"), THREAD, ())


class Answering(Handler):
    """Answers everything with one answer; `seen` is what happened, and in which thread."""

    def __init__(self, answer: Any) -> None:
        super().__init__(sharing())
        self.answer = answer
        self.seen: list[tuple[str, str]] = []

    def note(self, what: str, **_: Any) -> None:
        self.seen.append((what, threading.current_thread().name))

    def get_response(self, request: HttpRequest) -> Any:
        self.note(f"body {request.read().decode()}")
        return self.answer


@pytest.fixture
def signalled() -> Iterator[Any]:
    """Let a handler note when requests begin and end."""
    kept: list[Any] = []

    def listen(handler: Answering) -> None:
        def began(sender: Any, **_: Any) -> None:
            handler.note("began")

        def ended(sender: Any, **_: Any) -> None:
            handler.note("ended")

        kept.extend([began, ended])
        request_started.connect(began)
        request_finished.connect(ended)

    yield listen
    for each in kept:
        request_started.disconnect(each)
        request_finished.disconnect(each)


class Client:
    """Sends a request's messages; goes when it is told to."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.got: list[dict[str, Any]] = []
        for message in messages or ({"type": "http.request", "body": b"", "more_body": False},):
            self.inbox.put_nowait(message)

    async def send(self, message: Any) -> None:
        self.got.append(message)

    def text(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)


async def served(handler: Any, client: Client, path: str = "/") -> None:
    await KeptThreads(handler, THREAD)({**GET, "path": path}, client.inbox.get, client.send)


@pytest.mark.django_db
def test_a_request_is_answered_by_one_thread(signalled: Any) -> None:
    handler = Answering(HttpResponse("fine", headers={"X-A": "b"}))
    signalled(handler)

    async def play() -> Client:
        parts = [{"type": "http.request", "body": part, "more_body": part != b"c"} for part in (b"ab", b"c")]
        client = Client(*parts)
        await served(handler, client)
        return client

    client = asyncio.run(play())
    assert [what for what, _ in handler.seen] == ["began", "body abc", "ended"]
    assert {thread for _, thread in handler.seen} == {"request-0_0"}
    assert (client.got[0]["status"], (b"X-A", b"b") in client.got[0]["headers"], client.text()) == (200, True, b"fine")


def test_who_goes_before_the_body_is_there_is_not_answered() -> None:
    handler = Answering(HttpResponse("fine"))

    async def play() -> Client:
        client = Client({"type": "http.disconnect"})
        await served(handler, client)
        return client

    assert (asyncio.run(play()).got, handler.seen) == ([], [])


@pytest.mark.parametrize(("path", "kind"), [("/", "text/plain"), ("/api/v1/events", "application/problem+json")])
def test_who_gets_no_turn_is_answered_with_a_sentence(path: str, kind: str) -> None:
    handler = Answering(HttpResponse("fine"))

    async def play() -> Client:
        client = Client({"type": "http.request", "body": b"x" * 10_000, "more_body": False})
        await served(handler, client, path)
        return client

    client = asyncio.run(play())
    told = dict(client.got[0]["headers"])
    assert (client.got[0]["status"], told[b"Retry-After"], handler.seen) == (429, b"1", [])
    assert told[b"Content-Type"].startswith(kind.encode())
    assert b"0 large requests of yours wait for their turn already: send fewer at once" in client.text()


@pytest.mark.django_db
def test_a_stream_ends_when_it_has_no_more_or_nobody_listens(signalled: Any) -> None:
    ended: list[str] = []

    async def numbers(last: int) -> AsyncIterator[bytes]:
        try:
            for number in range(last):
                yield b"%d " % number
            await asyncio.Event().wait() if last == 3 else None
        finally:
            ended.append("numbers")

    async def play(last: int) -> Client:
        handler = Answering(StreamingHttpResponse(numbers(last)))
        signalled(handler)
        client = Client()
        serving = asyncio.create_task(served(handler, client))
        while client.text().count(b" ") < last:
            await asyncio.sleep(0)
        if last == 3:
            client.inbox.put_nowait({"type": "http.disconnect"})
        await serving
        assert [what for what, _ in handler.seen][-1] == "ended"
        return client

    assert asyncio.run(play(2)).text() == b"0 1 "
    assert asyncio.run(play(3)).text() == b"0 1 2 "
    assert ended == ["numbers", "numbers"]
