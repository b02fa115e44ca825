"""What a request's body may be: how large, how slow, and how much room all of them may take at once.

A body is bounded before anything is done with it: what is too large, too slow or has no room never reaches the
application, which is told that the caller has gone. The caller hears why, in one sentence.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, cast

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB = 2**20
SMALL = 32 * 1024  # bytes of each body that need no room: nobody can keep others from signing in by filling it
GRACE_TICKS = 10  # seconds for which a body may be late, however slow it is
DRAINED, DRAINED_S, SILENT_S = 64 * MIB, 5.0, 1.0  # what is taken in of a body that nobody wants
RETRY_AFTER_S = 5
MOST_REMEMBERED, LONGEST_REMEMBERED = 4_096, 64  # addresses, and characters of one, whose neighbourhood is known
API = "/api/v1/"
BODY = "rtk.body"  # the key of a scope under which the application finds the body as it came
KEY = "rtk.request"  # and the one under which it finds the request as the access log sees it
_FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data")
_DISCONNECT = {"type": "http.disconnect"}


class BodyRefusal(StrEnum):
    """Why a body is not taken."""

    LARGE = "large"
    SLOW = "slow"
    ROOM = "room"
    SHARE = "share"


_STATUS = {BodyRefusal.LARGE: 413, BodyRefusal.SLOW: 408, BodyRefusal.ROOM: 503, BodyRefusal.SHARE: 503}


class Most(NamedTuple):
    """How large one body may be, how much room all of them have, and how much of it one address; in bytes."""

    body: int
    room: int
    share: int


class Limits(NamedTuple):
    """The limits of bodies. `rate` is the least bytes a second, `proxies` how many stand in front of the console."""

    form: Most
    api: Most
    rate: int
    proxies: int = 0

    def most(self, scope: Scope) -> Most:
        """What holds for a request: forms are small, wherever they are sent."""
        if not scope["path"].startswith(API):
            return self.form
        kind = header(scope, b"content-type")
        return self.form if kind and kind.partition(b";")[0].strip().lower() in _FORMS else self.api


def limits(form: int, largest: int, room: int, rate: int, proxies: int) -> Limits:
    """The limits by what is set: the largest bodies of forms and of the API, and the room of all, in bytes."""
    forms = max(room // 4, form)
    room = max(room, largest)
    return Limits(Most(form, forms, max(forms // 2, form)), Most(largest, room, max(room // 2, largest)), rate, proxies)


def header(scope: Scope, name: bytes) -> bytes:
    """A header's value, empty where there is none."""
    for key, value in scope.get("headers", ()):
        if key == name:
            return cast("bytes", value)
    return b""


def origin(scope: Scope, proxies: int) -> str:
    """The address that a request comes from, as the proxies that are trusted say."""
    if proxies > 0:
        told = [each.strip() for each in header(scope, b"x-forwarded-for").decode("latin-1").split(",")]
        if proxies <= len(told) and told[-proxies]:
            return neighbourhood(told[-proxies])
    return neighbourhood(str((scope.get("client") or ("",))[0]))


def neighbourhood(address: str) -> str:
    """What is one caller to us: an address, of IPv6 the 64 bits that one network has."""
    return (_remembered if len(address) <= LONGEST_REMEMBERED else _neighbourhood)(address)


def _neighbourhood(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return address


_remembered = lru_cache(MOST_REMEMBERED)(_neighbourhood)


def has_body(scope: Scope) -> bool:
    """Whether a request says that it brings a body."""
    for name, value in scope.get("headers", ()):
        if (name == b"content-length" and value not in (b"", b"0")) or (name == b"transfer-encoding" and value):
            return True
    return False


def size_of(scope: Scope) -> int:
    """Return how many bytes of a request's body have arrived, also where it announced no length."""
    body = scope.get(BODY)
    return body.taken if isinstance(body, Body) else 0


class BodyRoom:
    """How many bytes of bodies there are, in all and of each address."""

    def __init__(self) -> None:
        self.taken = 0
        self.of: Counter[str] = Counter()

    def take(self, address: str, size: int, most: Most) -> BodyRefusal | None:
        """Take room for so many bytes, or say why there is none."""
        if self.of[address] + size > most.share:
            return BodyRefusal.SHARE
        if self.taken + size > most.room:
            return BodyRefusal.ROOM
        self.taken += size
        self.of[address] += size
        return None

    def give(self, address: str, size: int) -> None:
        """Give it back."""
        self.taken -= size
        self.of[address] -= size
        if self.of[address] <= 0:
            del self.of[address]


class Body:
    """The body of one request, on its way in, and the way of its answer out.

    Calls of one small entry come by the thousand a second: each costs one object here and no function of its own.
    """

    __slots__ = (
        "_address",
        "_held",
        "_most",
        "_rate",
        "_receive",
        "_room",
        "_send",
        "_ticks",
        "_waiting",
        "refusal",
        "taken",
        "unwanted",
        "whole",
    )

    def __init__(self, receive: Receive, send: Send, most: Most, rate: int, room: BodyRoom, address: str) -> None:
        self._receive = receive
        self._send = send
        self._most = most
        self._rate = rate
        self._room = room
        self._address = address
        self._waiting: asyncio.Task[Any] | None = None
        self._ticks = 0  # for which it was waited for
        self._held = 0  # of the room
        self.taken = 0
        self.whole = False
        self.unwanted = False  # it is answered already, and nothing of it is kept
        self.refusal: BodyRefusal | None = None

    async def receive(self) -> MutableMapping[str, Any]:
        """The next part. To the application it looks as if the caller had gone once the body is refused."""
        if self.whole or self.unwanted:
            return await self._receive()
        if self.refusal:
            return dict(_DISCONNECT)
        self._waiting = task = cast("asyncio.Task[Any]", asyncio.current_task())
        others = task.cancelling()
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            # As in asyncio's own time limits: it was us, and nobody else.
            if self.refusal is None or task.uncancel() > others:
                raise
            return dict(_DISCONNECT)
        finally:
            self._waiting = None
        if message["type"] != "http.request":
            self.whole = True  # nothing comes any more
            return message
        self.whole = not message.get("more_body", False)
        self._count(len(message.get("body", b"")))
        return message if self.refusal is None else dict(_DISCONNECT)

    async def answer(self, message: MutableMapping[str, Any]) -> None:
        """Send a part of the application's answer, unless the caller hears of the refusal instead."""
        if self.refusal and not self.unwanted:
            return
        if not self.whole:
            self.unwanted = True
            self.release()
        await self._send(message)

    def _count(self, size: int) -> None:
        if self.refusal:
            return
        self.taken += size
        more = max(self.taken - SMALL, 0) - self._held
        if self.taken > self._most.body:
            self.refusal = BodyRefusal.LARGE
        elif more:
            self.refusal = self._room.take(self._address, more, self._most)
            self._held += 0 if self.refusal else more

    def tick(self) -> None:
        """A second has passed: what is waited for is to come at the least rate."""
        if self._waiting is None or self.refusal or self.unwanted:
            return
        self._ticks += 1
        if self._ticks > GRACE_TICKS + self.taken / self._rate:
            self.refusal = BodyRefusal.SLOW
            self._waiting.cancel()

    def release(self) -> None:
        """Give back its room."""
        if self._held:
            self._room.give(self._address, self._held)
        self._held = 0


class Limited:
    """An application around another that gets bodies within limits only."""

    def __init__(self, inner: Application, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self._forms, self._others = BodyRoom(), BodyRoom()
        self._bodies: set[Body] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not has_body(scope):
            await self._inner(scope, receive, send)
            return
        most = self._limits.most(scope)
        room = self._forms if most is self._limits.form else self._others
        body = Body(receive, send, most, self._limits.rate, room, origin(scope, self._limits.proxies))
        declared = header(scope, b"content-length")
        if declared.isdigit() and int(declared) > most.body:
            body.refusal = BodyRefusal.LARGE
        else:
            self._bodies.add(body)
            scope[BODY] = body
            try:
                await self._inner(scope, body.receive, body.answer)
            finally:
                del scope[BODY]  # which would hold itself by way of the body
                self._bodies.discard(body)
                body.release()
        if body.refusal and not body.unwanted:
            detail = sentence(body.refusal, most, self._limits.rate)
            await turned_away(receive, send, *problem(_STATUS[body.refusal], detail))

    def tick(self) -> None:
        """A second has passed."""
        for each in list(self._bodies):
            each.tick()


Headers = list[tuple[bytes, bytes]]


async def turned_away(receive: Receive, send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Answer a request whose body is not there yet, and take in a while what still comes.

    Who is cut off while sending would not hear why. The connection ends: what is left would be taken for a request.
    """
    length = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, length, (b"connection", b"close")]}
    )
    await send({"type": "http.response.body", "body": body, "more_body": True})
    left = DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_S):
            while left > 0:
                async with asyncio.timeout(SILENT_S):
                    message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    await send({"type": "http.response.body", "body": b""})


def problem(status: int, detail: str) -> tuple[int, bytes, Headers]:
    """A refusal as `turned_away` takes it."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    return status, msgspec.json.encode(told), headers


def sentence(refusal: BodyRefusal, most: Most, rate: int) -> str:
    """What a caller reads."""
    return {
        BodyRefusal.LARGE: f"the body is larger than {most.body / MIB:g} MiB",
        BodyRefusal.SLOW: f"the body did not come at {rate} bytes a second, the least that is waited for",
        BodyRefusal.ROOM: f"the console holds {most.room / MIB:g} MiB of bodies, as much as it takes: "
        "send it again later",
        BodyRefusal.SHARE: f"the console holds {most.share / MIB:g} MiB of bodies from your address: "
        "send it again later",
    }[refusal]
