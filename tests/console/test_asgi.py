"""The application: who gets which request, and with which threads."""

import asyncio
import subprocess
import sys
from collections.abc import MutableMapping
from typing import Any

from rtk.console.asgi import ConsoleApplication
from rtk.console.bodies import Receive, Scope, Send, limits

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


class Service:
    """Something beside, whose end waits for that of others."""

    def __init__(self, together: asyncio.Barrier) -> None:
        self._together = together

    def begin(self) -> None:
        """Nothing begins."""

    async def end(self) -> None:
        async with asyncio.timeout(5):
            await self._together.wait()


def test_what_goes_on_beside_ends_at_once_and_not_one_after_another() -> None:
    async def played() -> None:
        services = [Service(together) for together in [asyncio.Barrier(2)] * 2]
        console = ConsoleApplication(Named("", []), Named("", []), Named("", []), LIMITS, services)
        await console({"type": "lifespan"}, _nothing, _nowhere)

    asyncio.run(played())


def test_a_console_that_starts_imports_nothing_that_plays_a_run_checks_an_experiment_or_makes_a_report() -> None:
    looked = """
import sys
import rtk.console.inside, rtk.console.asgi, rtk.console.people.adapters
from django.urls import get_resolver
assert get_resolver().url_patterns
plays = ("verify.rollback_player", "verify.method", "verify.calls", "verify.provider")
ours = {f"rtk.{each}" for each in (*plays, "experiment.check", "report.html")}
late = {*ours, "chaoslib.experiment", "jsonpath2", "jwt"}
print(*(late & sys.modules.keys()))
"""
    told = subprocess.run([sys.executable, "-c", looked], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""
