"""How the console is, for load balancers, `rtk status` and people it fails; beside Django, whose threads may be busy.

GET /health/live     200: the process answers
GET /health/ready    200: a write to the database was durable within a second, and its tables are of this release;
                     else 503
GET /health          the same as ready
"""

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import msgspec
import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

import rtk
from rtk.console import access, tables
from rtk.console.bodies import Receive, Scope, Send
from rtk.console.upkeep import failures

logger = logging.getLogger(__name__)
LIVE, READY, HEALTH = PATHS = ("/health/live", "/health/ready", "/health")
WITHIN_S = 1.0
REMEMBERED_S = 0.5  # whoever asks meanwhile has the same answer: asking often costs no more than asking sometimes
WRITE = """
INSERT INTO store_readiness (id, at) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET at = excluded.at
"""
NEWER = """
SELECT EXISTS (SELECT FROM django_migrations WHERE app = ANY(%s) AND NOT concat(app, '.', name) = ANY(%s))
"""
_HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class HealthStatus(StrEnum):
    """How a console is."""

    OK = "ok"
    NO_DATABASE = "no database"
    NEWER_TABLES = "newer tables"


class WriteCheck:
    """Whether the database takes a write within a second, for this release. One for each event loop."""

    def __init__(self, connect: Connect, clock: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._asking: asyncio.Task[bool] | None = None
        self._asked = float("-inf")
        self._newer = False

    @property
    def why_not(self) -> HealthStatus:
        """Why it did not, when it was asked last."""
        return HealthStatus.NEWER_TABLES if self._newer else HealthStatus.NO_DATABASE

    async def ready(self) -> bool:
        """Whether it does, or did a moment ago."""
        if self._asking is None or (self._asking.done() and self._clock() - self._asked > REMEMBERED_S):
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    def begin(self) -> None:
        """Begin with the server: nothing is done before somebody asks."""

    async def end(self) -> None:
        """Let go of the connection."""
        if self._connection:
            await self._connection.close()
        self._connection = None

    async def _ask(self) -> bool:
        writing = asyncio.create_task(self._write())
        await asyncio.wait([writing], timeout=WITHIN_S)
        done = writing.done() and writing.exception() is None
        if not done:
            # Not waited for: to cancel a statement takes a while where the database does not answer.
            writing.cancel()
            # asyncio logs an exception that nobody took.
            writing.add_done_callback(lambda gone: gone.cancelled() or gone.exception())
            self._connection = None
            self._newer = False
        self._asked = self._clock()
        return done and not self._newer

    async def _write(self) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = await self._connect()
        connection = self._connection
        try:
            await connection.execute(WRITE)
            found = await (await connection.execute(NEWER, tables.known())).fetchone()
        except BaseException:
            await connection.close()
            raise
        newer = bool(found and found[0])
        if newer and not self._newer:
            logger.warning("a newer release changed the tables; this console is not ready any more: end it")
        self._newer = newer


class Health:
    """The application."""

    def __init__(self, readiness: WriteCheck) -> None:
        self._readiness = readiness

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        if visit := access.current():
            visit.leads_to(scope["path"])
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, {"status": "expected GET"})
        elif scope["path"] == LIVE:
            await _answer(send, 200, {"status": HealthStatus.OK, "version": rtk.__version__})
        else:
            ready = await self._readiness.ready()
            status = HealthStatus.OK if ready else self._readiness.why_not
            told = {"status": status, "live": True, "ready": ready, "version": rtk.__version__, "failures": failures}
            await _answer(send, 200 if ready else 503, told)


async def _answer(send: Send, status: int, told: dict[str, Any]) -> None:
    body = msgspec.json.encode(told)
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def failed(_request: HttpRequest) -> HttpResponse:
    """A page instead of one that failed: 503 while the database cannot be reached, else 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "5"})
    return HttpResponse(render_to_string("500.html"), status=500)
