"""The application: the record's way in beside Django, and Django with threads that are kept.

Django makes and joins a thread for each request, which took about half of a request's time when it was measured, and
two hundred readers of a run would take two hundred threads. Views have threads of ours by turns (see `handler`), and
what is to be done while they stream has some beside them (see `streaming`).
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Protocol, cast

import django
from django.conf import settings

from rtk.console.bodies import API, KEY, Application, Limited, Limits, Receive, Scope, Send, limits
from rtk.console.cookies import harmless
from rtk.console.handler import Handler
from rtk.console.hosts import NamedHost
from rtk.console.safety import chosen, refuse_unsafe
from rtk.console.senders import Senders
from rtk.console.sharing import BESIDE, ISSUER, LARGE, USUAL, Sharing, bounds, threads
from rtk.console.streaming import KeptThreads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtk.console.settings")
django.setup()

from rtk.console.access import AccessLog
from rtk.console.entrance import Entrance  # all of these need models, which are there only once Django is set up
from rtk.console.health import PATHS, Health, WriteCheck
from rtk.console.jobs.engine import Engine
from rtk.console.store import ingest, stream
from rtk.console.store.background import Keeping
from rtk.console.store.database import connect
from rtk.console.upkeep import Ticking


class BackgroundService(Protocol):
    """What goes on beside answering, from the server's start to its end."""

    def begin(self) -> None:
        """Begin."""

    async def end(self) -> None:
        """End."""


class ConsoleApplication:
    """The outermost application: bodies within limits; the record's calls go to the store, all else to Django.

    Whoever asks for its health is answered beside both.
    """

    def __init__(
        self,
        record: Application,
        pages: Application,
        health: Application,
        limits: Limits,
        beside: Sequence[BackgroundService] = (),
        engine: Engine | None = None,
    ) -> None:
        self._record = record
        self._pages = pages
        self._health = health
        self._limited = Limited(self._to_whom, limits)
        self._logged = AccessLog(self)  # where nothing around logs already
        self._engine = engine
        self._beside = (*beside, *([engine] if engine else []), Ticking("bodies", self._limited.tick))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await receive()
            for each in self._beside:
                each.begin()
            await send({"type": "lifespan.startup.complete"})
            await receive()  # which comes when the server ends
            await asyncio.gather(*(each.end() for each in self._beside))  # each waits for something else
            await send({"type": "lifespan.shutdown.complete"})
        elif KEY in scope:
            await self._limited(harmless(scope), receive, send)
        else:
            await self._logged(scope, receive, send)

    async def _to_whom(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in PATHS:
            await self._health(scope, receive, send)
        elif ingest.path_of(scope):
            await self._record(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    def logged(self, inner: Application) -> Application:
        """Return an application that logs the requests to another around this one, also those that it turns away."""
        return AccessLog(inner)

    def leave(self) -> None:
        """Let go of those who follow runs, and of jobs: the server ends. Called in the event loop."""
        stream.listener().end()
        if self._engine:
            self._engine.leave()


def console() -> ConsoleApplication:
    """The application of this process. Raises BadInput where it would be unsafe, however it was started."""
    refuse_unsafe(chosen())
    # The types of both name a dict where any mapping comes.
    usual, large = threads(USUAL, "request"), threads(LARGE, "large")
    senders = Senders(settings.SESSION_COOKIE_NAME, settings.ALLAUTH_TRUSTED_PROXY_COUNT)
    sharing = Sharing(bounds(), senders, usual, large, threads(ISSUER, "issuer"))
    record = ingest.application(sharing)
    entrance = Entrance(cast("Application", Handler(sharing, KeptThreads(threads(BESIDE, "beside")))))
    pages = NamedHost(entrance, only=API)  # pages are answered by Django, which looks by itself
    readiness = WriteCheck(connect)
    bodies = limits(
        settings.FORM_LIMIT,
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        settings.BODIES_AT_ONCE,
        settings.LEAST_RATE,
        settings.ALLAUTH_TRUSTED_PROXY_COUNT,
    )
    beside = (Keeping(record), readiness)
    engine = Engine() if settings.WORKER else None
    return ConsoleApplication(NamedHost(cast("Application", record)), pages, Health(readiness), bodies, beside, engine)


application = console()
