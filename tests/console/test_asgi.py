"""The application: who gets which request, and with which threads."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import MutableMapping
from typing import Any

from asgiref.sync import sync_to_async

from rtk.console.asgi import ConsoleApplication, KeptThreads
from rtk.console.bodies import Receive, Scope, Send, limits
from rtk.console.sharing import threads

LIMITS = limits(1000, 1000, 1000, 10, 0)
RECORD = "/api/v1/organizations/o/teams/t/verifications/v/runs/r/record"


async def _nothing() -> MutableMapping[str, Any]:
    return {"type": "http.request"}


async def _nowhere(_message: MutableMapping[str, Any]) -> None:
    return None


class Named:
    """An application that tells who was called."""

    def __init__(self, name: str, calls: list[str]) -> None:
        self.name, self.calls = name, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls.append(self.name)


def test_a_record_goes_beside_django_and_the_rest_to_it() -> None:
    calls: list[str] = []
    console = ConsoleApplication(Named("record", calls), Named("pages", calls), Named("health", calls), LIMITS)
    for path in (RECORD, "/", RECORD + "/more", "/health/ready"):
        asyncio.run(console({"type": "http", "path": path}, _nothing, _nowhere))
    assert calls == ["record", "pages", "pages", "health"]


def test_the_server_is_told_that_all_is_ready_and_that_all_is_over() -> None:
    told: list[str] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message["type"])

    console = ConsoleApplication(Named("", []), Named("", []), Named("", []), LIMITS)
    asyncio.run(console({"type": "lifespan"}, _nothing, send))
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_requests_at_once_have_a_thread_each_and_threads_are_used_again() -> None:
    used: list[str] = []
    together = threading.Barrier(3, timeout=60)

    def work() -> None:
        together.wait()
        used.append(threading.current_thread().name)

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await sync_to_async(work)()

    async def thrice(kept: KeptThreads) -> None:
        await asyncio.gather(*(kept({"type": "http"}, _nothing, _nowhere) for _ in range(3)))

    kept = KeptThreads(inner, threads(3, "request"))
    asyncio.run(thrice(kept))
    asyncio.run(thrice(kept))
    assert sorted(used) == ["request-0_0", "request-0_0", "request-1_0", "request-1_0", "request-2_0", "request-2_0"]


def test_a_request_that_fails_leaves_its_thread_to_the_next() -> None:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError

    kept = KeptThreads(inner, threads(1, "request"))
    for _ in range(2):
        failed = asyncio.run(_caught(kept))
        assert isinstance(failed, LookupError)
    assert set(kept._busy.values()) == {0}


async def _caught(kept: KeptThreads) -> BaseException | None:
    try:
        await kept({"type": "http"}, _nothing, _nowhere)
    except LookupError as error:
        return error
    return None


def test_a_console_that_starts_imports_nothing_that_plays_a_run() -> None:
    looked = """
import sys
import rtk.console.inside, rtk.console.asgi
from django.urls import get_resolver
assert get_resolver().url_patterns
print(*(each for each in ("rollback_player", "method", "calls", "provider") if f"rtk.verify.{each}" in sys.modules))
"""
    told = subprocess.run([sys.executable, "-c", looked], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""
