"""One thread answers a request, for as long as its turn lasts; what streams ends when nobody listens."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextvars import ContextVar
from inspect import iscoroutinefunction
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import Resolver404, get_resolver

from rtk.console.bodies import Limited, limits
from rtk.console.connections import STREAM
from rtk.console.handler import LONGEST_REMEMBERED, Handler
from rtk.console.senders import Senders
from rtk.console.sharing import Sharing, SharingBounds, threads
from rtk.console.streaming import KeptThreads
from rtk.console.turns import TurnShare

GET = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/", "query_string": b"", "headers": []}
THREAD, BESIDE = threads(1, "request"), threads(1, "beside")


def sharing(waiting: int = 10) -> Sharing:
    """One thread for usual requests, and none for large ones."""
    share = TurnShare(1, 1, waiting, 5)
    return Sharing(SharingBounds(10_000, share, share._replace(waiting=0)), Senders("session"), THREAD, ())


class Answering(Handler):
    """Answers everything by `view`; `seen` is what happened, and in which thread."""

    def __init__(self, view: Callable[[], Any]) -> None:
        super().__init__(sharing(), KeptThreads(BESIDE))
        self.view = view
        self.seen: list[tuple[str, str]] = []

    def note(self, what: str, **_: Any) -> None:
        self.seen.append((what, threading.current_thread().name))

    def get_response(self, request: HttpRequest) -> Any:
        self.note(f"body {request.read().decode()}")
        answer = self.view()
        self.note("answered")
        return answer


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

    def __init__(self, *parts: bytes) -> None:
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.got: list[dict[str, Any]] = []
        for part in parts or (b"",):
            self.inbox.put_nowait(
                {"type": "http.request", "body": part, "more_body": part is not (parts or (b"",))[-1]}
            )

    async def send(self, message: Any) -> None:
        self.got.append(message)

    def go(self) -> None:
        self.inbox.put_nowait({"type": "http.disconnect"})

    def text(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)


async def served(handler: Any, client: Client, path: str = "/", chunked: bool = False) -> None:
    headers = [(b"transfer-encoding", b"chunked")] if chunked else []
    scope = {**GET, "path": path, "headers": headers}
    most = limits(100_000, 100_000, 100_000, 1, 0)
    await Limited(handler, most)(scope, client.inbox.get, client.send)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.001)


@pytest.mark.django_db
def test_a_request_is_answered_by_the_thread_of_its_turn(signalled: Any) -> None:
    handler = Answering(lambda: HttpResponse("fine", headers={"X-A": "b"}))
    signalled(handler)

    async def play() -> Client:
        client = Client(b"ab", b"c")
        await served(handler, client)
        return client

    client = asyncio.run(play())
    assert handler.seen == [
        ("began", "request-0_0"),
        ("body abc", "request-0_0"),
        ("answered", "request-0_0"),
        ("ended", "request-0_0"),
    ]
    assert (client.got[0]["status"], (b"X-A", b"b") in client.got[0]["headers"], client.text()) == (200, True, b"fine")


def test_who_goes_before_the_body_is_there_is_not_answered() -> None:
    handler = Answering(lambda: HttpResponse("fine"))

    async def play() -> Client:
        client = Client()
        client.inbox.get_nowait()
        client.go()
        await served(handler, client)
        return client

    assert (asyncio.run(play()).got, handler.seen) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind"), [("/", "text/plain"), ("/api/v1/events", "application/problem+json")])
def test_who_gets_no_turn_is_answered_with_a_sentence(path: str, kind: str) -> None:
    handler = Answering(lambda: HttpResponse("fine"))

    async def play() -> Client:
        client = Client(b"x" * 9_999, b"x")  # a large one, though nothing said so beforehand
        await served(handler, client, path, chunked=True)
        return client

    client = asyncio.run(play())
    told = dict(client.got[0]["headers"])
    assert (client.got[0]["status"], told[b"Retry-After"], handler.seen) == (429, b"1", [])
    assert told[b"Content-Type"].startswith(kind.encode())
    assert b"0 large requests of yours wait for their turn already: send fewer at once" in client.text()


@pytest.mark.django_db
def test_a_turn_lasts_as_long_as_the_view_also_when_its_caller_has_gone() -> None:
    going_on = threading.Event()
    first = Answering(lambda: HttpResponse(str(going_on.wait(60))))
    second = Answering(lambda: HttpResponse("second"))
    second._sharing = first._sharing

    async def play() -> bytes:
        leaving, waiting = Client(), Client()
        one = asyncio.create_task(served(first, leaving))
        await until(lambda: first.seen)
        two = asyncio.create_task(served(second, waiting))
        leaving.go()
        await asyncio.sleep(0.05)
        assert second.seen == []
        going_on.set()
        await asyncio.gather(one, two)
        return waiting.text()

    assert asyncio.run(play()) == b"second"
    assert first.seen[-1][0] == "answered"


@pytest.mark.django_db
def test_who_goes_while_waiting_for_a_turn_gets_none() -> None:
    going_on = threading.Event()
    first, second = Answering(lambda: HttpResponse(str(going_on.wait(60)))), Answering(lambda: HttpResponse("second"))
    second._sharing = first._sharing

    async def play() -> None:
        leaving = Client()
        one = asyncio.create_task(served(first, Client()))
        await until(lambda: first.seen)
        two = asyncio.create_task(served(second, leaving))
        leaving.go()
        await two
        going_on.set()
        await one

    asyncio.run(play())
    assert second.seen == []


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
        handler = Answering(lambda: StreamingHttpResponse(numbers(last)))
        signalled(handler)
        client = Client()
        serving = asyncio.create_task(served(handler, client))
        await until(lambda: client.text().count(b" ") == last)
        if last == 3:
            client.go()
        await serving
        assert [what for what, _ in handler.seen][-1] == "ended"
        return client

    assert asyncio.run(play(2)).text() == b"0 1 "
    assert asyncio.run(play(3)).text() == b"0 1 2 "
    assert ended == ["numbers", "numbers"]


@pytest.mark.usefixtures("committed")
def test_a_stream_keeps_neither_the_turn_nor_the_connection_of_its_view() -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield b"begun"
        await asyncio.Event().wait()

    def view() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return StreamingHttpResponse(silent())

    handler = Answering(view)

    async def play() -> None:
        following, another = Client(), Client()
        one = asyncio.create_task(served(handler, following))
        await until(following.text)
        assert THREAD[0].submit(lambda: connection.connection).result() is None
        two = asyncio.create_task(served(handler, another))
        await until(another.text)
        following.go()
        another.go()
        await asyncio.gather(one, two)

    asyncio.run(play())


@pytest.mark.django_db
def test_what_an_iterator_yields_streams_part_by_part() -> None:
    handler = Answering(lambda: StreamingHttpResponse(iter([b"a", b"b"])))

    async def play() -> Client:
        client = Client()
        await served(handler, client)
        return client

    client = asyncio.run(play())
    assert [each["body"] for each in client.got[1:] if each.get("body")] == [b"a", b"b"]


def test_where_an_address_leads_is_looked_up_once_and_not_kept_for_a_long_or_an_unknown_one() -> None:
    handler = Answering(lambda: HttpResponse("fine"))

    def led(path: str) -> Any:
        request = HttpRequest()
        request.path_info = path
        match = handler.resolve_request(request)
        assert request.resolver_match is match
        return match

    for path, kept in (("/acme/shop/verifications", True), (f"/acme/{'s' * LONGEST_REMEMBERED}/verifications", False)):
        first, again = led(path), led(path)
        assert (first is again) is kept
        assert (first.func, first.kwargs) == (again.func, again.kwargs)
    for _ in range(2):
        with pytest.raises(Resolver404):
            led("/api/v1/nothing/of/this")


@pytest.mark.django_db
def test_what_a_view_notes_of_its_request_is_there_for_whoever_answers_it() -> None:
    noted: ContextVar[list[str]] = ContextVar("noted")

    def view() -> HttpResponse:
        noted.get().append(threading.current_thread().name)
        return HttpResponse("fine")

    async def play() -> list[str]:
        noted.set([])
        await served(Answering(view), Client())
        return noted.get()

    assert asyncio.run(play()) == ["request-0_0"]


def test_every_view_that_is_asynchronous_has_an_address_for_streams() -> None:
    def led(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, Any]]:
        for each in patterns:
            route = before + str(each.pattern)
            yield from led(each.url_patterns, route) if hasattr(each, "url_patterns") else [(route, each.callback)]

    found = [route for route, view in led(get_resolver().url_patterns) if iscoroutinefunction(view)]
    assert found
    assert [route for route in found if not route.endswith(STREAM)] == []
