"""Bodies: bounded before they are anywhere, in size, in time, and in the room that all of them take."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from rtk.console.bodies import (
    GRACE_TICKS,
    MIB,
    SMALL,
    BodyRefusal,
    BodyRoom,
    Limited,
    Limits,
    Most,
    Receive,
    Scope,
    Send,
    limits,
    neighbourhood,
    origin,
    sentence,
    turned_away,
)

FORM = 5 * MIB // 2
Message = MutableMapping[str, Any]
FORM_TYPE = (b"content-type", b"application/x-www-form-urlencoded")
TEN = Limits(Most(10, MIB, MIB), Most(20, MIB, MIB), rate=100)


class Caller:
    """Sends a body in parts, then is silent unless the body is whole."""

    def __init__(self, *parts: bytes, whole: bool = True, path: str = "/", **headers: str) -> None:
        self.left = [{"type": "http.request", "body": each, "more_body": True} for each in parts]
        if whole:
            self.left.append({"type": "http.request", "body": b"", "more_body": False})
        named = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
        self.scope: Scope = {"type": "http", "path": path, "headers": named, "client": ("192.0.2.1", 1)}
        self.heard: list[Message] = []

    async def receive(self) -> Message:
        if not self.left:
            await asyncio.Event().wait()
        return self.left.pop(0)

    async def send(self, message: Message) -> None:
        self.heard.append(message)

    @property
    def status(self) -> int:
        return int(self.heard[0]["status"])

    @property
    def detail(self) -> str:
        return str(json.loads(b"".join(each.get("body", b"") for each in self.heard))["detail"])


class Application:
    """Reads a body and answers 200; `seen` is what it was given."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.seen.append(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def served(caller: Caller, of: Limits = TEN) -> Application:
    inner = Application()
    asyncio.run(Limited(inner, of)(caller.scope, caller.receive, caller.send))
    return inner


def test_a_body_up_to_the_limit_goes_through() -> None:
    caller = Caller(b"12345", b"67890", transfer_encoding="chunked")
    assert b"".join(served(caller).seen) == b"1234567890"
    assert caller.status == 200


def test_one_that_says_it_is_larger_is_refused_before_any_of_it_is_read_by_the_application() -> None:
    caller = Caller(b"12345678901", content_length="11")
    assert served(caller).seen == []
    assert (caller.status, caller.detail) == (413, "the body is larger than 9.53674e-06 MiB")
    assert (b"connection", b"close") in caller.heard[0]["headers"]


def test_one_that_says_nothing_is_refused_when_it_has_become_too_large() -> None:
    caller = Caller(b"12345", b"67890", b"1", transfer_encoding="chunked")
    assert served(caller).seen == [b"12345", b"67890"]
    assert caller.status == 413


@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [
        ("/api/v1/x", "application/json", 20),
        ("/api/v1/x", "application/x-www-form-urlencoded; charset=utf-8", 10),
        ("/api/v1/x", "MULTIPART/form-data; boundary=x", 10),
        ("/accounts/login/", "application/json", 10),
        ("/api/v1", "application/json", 10),
    ],
)
def test_only_calls_of_the_api_may_be_larger_than_forms(path: str, kind: str, most: int) -> None:
    assert TEN.most(Caller(path=path, content_type=kind).scope).body == most


def test_all_forms_have_a_quarter_of_the_room_and_one_address_half_of_that() -> None:
    made = limits(FORM, 64 * MIB, 256 * MIB, 1024, 0)
    assert made.form == Most(FORM, 64 * MIB, 32 * MIB)
    assert made.api == Most(64 * MIB, 256 * MIB, 128 * MIB)


def test_the_largest_body_always_has_room() -> None:
    made = limits(FORM, 64 * MIB, MIB, 1024, 0)
    assert (made.form.share, made.api.share) == (FORM, 64 * MIB)


def test_a_body_that_stops_coming_is_given_up_with_a_sentence() -> None:
    async def play() -> tuple[Caller, int]:
        caller, inner = Caller(b"12345", whole=False, content_length="9"), Application()
        limited = Limited(inner, TEN)
        serving = asyncio.create_task(limited(caller.scope, caller.receive, caller.send))
        ticks = 0
        while not caller.heard:
            await asyncio.sleep(0)
            limited.tick()
            ticks += 1
        serving.cancel()
        return caller, ticks

    caller, ticks = asyncio.run(play())
    assert caller.status == 408
    assert GRACE_TICKS < ticks <= GRACE_TICKS + 4
    assert caller.detail == "the body did not come at 100 bytes a second, the least that is waited for"


def test_an_application_that_does_not_read_is_nobodys_fault() -> None:
    async def play() -> Caller:
        caller, busy = Caller(b"12345", content_length="5"), asyncio.Event()

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            await busy.wait()
            await Application()(scope, receive, send)

        limited = Limited(inner, TEN)
        serving = asyncio.create_task(limited(caller.scope, caller.receive, caller.send))
        for _ in range(5 * GRACE_TICKS):
            await asyncio.sleep(0)
            limited.tick()
        busy.set()
        await serving
        return caller

    assert asyncio.run(play()).status == 200


def test_who_ends_the_server_ends_a_request_that_waits_for_its_body() -> None:
    async def play() -> None:
        caller = Caller(whole=False, content_length="5")
        serving = asyncio.create_task(Limited(Application(), TEN)(caller.scope, caller.receive, caller.send))
        await asyncio.sleep(0)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(play())


def test_bodies_have_room_until_it_is_full_and_again_when_they_are_gone() -> None:
    room, most = BodyRoom(), Most(100, 10, 6)
    assert room.take("a", 6, most) is None
    assert room.take("a", 1, most) is BodyRefusal.SHARE
    assert room.take("b", 5, most) is BodyRefusal.ROOM
    room.give("a", 6)
    assert (room.take("b", 5, most), room.taken, dict(room.of)) == (None, 5, {"b": 5})


def test_a_body_without_room_is_told_when_to_come_again() -> None:
    of = Limits(Most(10 * SMALL, SMALL, SMALL), TEN.api, 100)
    caller = Caller(b"x" * SMALL, b"x" * SMALL, b"x", transfer_encoding="chunked")
    served(caller, of)
    assert (caller.status, caller.detail) == (
        503,
        "the console holds 0.03125 MiB of bodies from your address: send it again later",
    )
    assert (b"retry-after", b"5") in caller.heard[0]["headers"]


def test_small_bodies_need_no_room_so_that_nobody_can_keep_others_from_signing_in() -> None:
    caller = Caller(b"x" * SMALL, content_length=str(SMALL))
    served(caller, Limits(Most(SMALL, 0, 0), TEN.api, 100))
    assert caller.status == 200


def test_all_room_is_given_back_whatever_became_of_the_bodies() -> None:
    of = Limits(Most(4 * SMALL, 8 * SMALL, 8 * SMALL), TEN.api, 100)
    limited = Limited(Application(), of)
    for parts in ((b"x" * SMALL,) * 3, (b"x" * SMALL,) * 6):
        caller = Caller(*parts, transfer_encoding="chunked")
        asyncio.run(limited(caller.scope, caller.receive, caller.send))
    assert (limited._forms.taken, limited._forms.of) == (0, {})


def test_who_is_turned_away_hears_why_before_all_is_sent_and_is_then_taken_in_for_a_while() -> None:
    caller = Caller(*[b"x"] * 5, content_length="9")
    asyncio.run(turned_away(caller.receive, caller.send, 401, b"no", [(b"x-a", b"b")]))
    assert [each.get("more_body") for each in caller.heard] == [None, True, None]
    assert caller.left == []


def test_an_answer_before_the_body_is_whole_is_the_only_one() -> None:
    async def inner(_scope: Scope, receive: Receive, send: Send) -> None:
        await turned_away(receive, send, 401, b"{}", [])

    async def play() -> Caller:
        caller = Caller(*[b"12345"] * 9, transfer_encoding="chunked")
        await Limited(inner, TEN)(caller.scope, caller.receive, caller.send)
        return caller

    caller = asyncio.run(play())
    assert [each.get("status") for each in caller.heard] == [401, None, None]


@pytest.mark.parametrize(
    ("told", "proxies", "expected"),
    [
        ("", 0, "192.0.2.1"),
        ("198.51.100.7", 0, "192.0.2.1"),
        ("9.9.9.9, 198.51.100.7", 1, "198.51.100.7"),
        ("", 1, "192.0.2.1"),
    ],
)
def test_only_proxies_that_are_trusted_say_where_a_request_comes_from(told: str, proxies: int, expected: str) -> None:
    assert origin(Caller(x_forwarded_for=told).scope, proxies) == expected


def test_a_network_of_ipv6_is_one_caller() -> None:
    assert neighbourhood("2001:db8:1:2:3::1") == neighbourhood("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert neighbourhood("::ffff:192.0.2.1") == "192.0.2.1"
    assert neighbourhood("testclient") == "testclient"
    scoped = f"2001:db8:1:2::1%{'x' * 100}"
    assert neighbourhood(scoped) == "2001:db8:1:2::/64", "also where it is too long to be remembered"


@pytest.mark.parametrize("refusal", list(BodyRefusal))
def test_every_refusal_is_one_sentence_with_its_figure(refusal: BodyRefusal) -> None:
    said = sentence(refusal, Most(FORM, 64 * MIB, 32 * MIB), 1024)
    assert any(figure in said for figure in ("2.5 MiB", "64 MiB", "32 MiB", "1024 bytes"))
    assert "\n" not in said
