"""A console that really serves: uvicorn in a thread, the session's PostgreSQL, a plain HTTP client."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import requests
import uvicorn
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import override_settings

from rtk.console.people import tokens
from rtk.console.people.models import SCOPES, User
from tests.console.people.world import World, made
from tests.databases import empty

EXPERIMENT: dict[str, Any] = {
    "title": "Checkout answers in time",
    "description": "while its host is busy",
    "tags": ["shop"],
    "steady-state-hypothesis": {
        "title": "Checkout answers",
        "probes": [
            {
                "type": "probe",
                "name": "checkout",
                "tolerance": {"type": "range", "range": [0, 6000]},
                "provider": {
                    "type": "python",
                    "module": "chaoscloud.probes.http",
                    "func": "time_http_call",
                    "arguments": {"url": "http://localhost"},
                },
            }
        ],
    },
    "method": [
        {"type": "action", "name": "inject-cpu", "provider": {"type": "process", "path": "true"}},
    ],
    "rollbacks": [],
}
OTHERS_END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
PLAN = {
    "frequency_s": 10.0,
    "duration_s": 300.0,
    "objective": {"target": 0.95, "window_s": 86400.0, "name": "Checkout"},
}


def verification(key: str, every: float = 10, long: float = 300) -> dict[str, Any]:
    """The experiment with a block of its own id."""
    block = {
        "id": key,
        "frequency-of-measurement": every,
        "duration-of-conditions": long,
        "objective": {"name": "Checkout", "target": 0.95, "window": "1d"},
    }
    return {**EXPERIMENT, "extensions": [{"name": "chaosiq", "experiment_id": f"e-{key}", "verification": block}]}


class Machine:
    """A machine with a token, beside a console."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.token = token
        self.calls: list[str] = []
        self._session = requests.Session()
        self._session.trust_env = False
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, **given: Any) -> requests.Response:
        """One call; a path that is none of the root is one of the API."""
        where = path if path.startswith(("/assets", "/api")) or path == "/" else f"/api/v1{path}"
        self.calls.append(f"{method} {where}")
        return self._session.request(method, self.url + where, timeout=30, allow_redirects=False, **given)


@dataclass(frozen=True)
class Live:
    """A console that serves the world."""

    url: str
    world: World

    @property
    def team(self) -> str:
        """The path of Acme's team Shop."""
        return f"/organizations/{self.world.org.id}/teams/{self.world.shop.id}"

    def machine(self, user: User | None = None, *scopes: str) -> Machine:
        """A machine with a token of a user (the member), with all scopes unless some are named."""
        return Machine(self.url, tokens.make(user or self.world.member, "machine", scopes or SCOPES)[1])

    def nobody(self) -> Machine:
        """A machine without a token."""
        return Machine(self.url, None)

    def runs(self, key: str | None = None) -> str:
        """The path of the runs of a verification; of a new one unless it is named."""
        return f"{self.team}/verifications/{key or uuid4()}/runs"


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address at which an application is served."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def pooled() -> Iterator[None]:
    """The server's threads share connections, as they do outside of tests; opening one takes longer than a request."""
    options = connections.settings["default"]["OPTIONS"]
    connections.close_all()
    options["pool"] = {"min_size": 0, "max_size": 20}
    try:
        yield
    finally:
        connections.close_all()
        cast("DatabaseWrapper", connection).close_pool()
        del options["pool"]


@contextmanager
def live_console() -> Iterator[Live]:
    """A console with the world in it; afterwards the database is empty again."""
    with console_of_nobody() as url:
        yield Live(url, made())


@contextmanager
def console_of_nobody() -> Iterator[str]:
    """The address of a console that nobody has come to yet; afterwards the database is empty again."""
    from rtk.console.asgi import console

    cheap = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with cheap, pooled(), serving(console()) as url:
        yield url
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_END)
    empty()
    connections.close_all()


def measurement(
    slot: int, outcome: str = "met", value: float | None = 65.0, phase: str = "conditions"
) -> dict[str, Any]:
    """A measurement's entry."""
    due = slot * 10.0
    return {
        "t": due + 1,
        "kind": "measurement",
        "phase": phase,
        "slot": slot,
        "due": due,
        "started": due,
        "ended": due + 0.1,
        "outcome": outcome,
        "value": value,
        "reason": None if outcome == "met" else "too slow",
        "probes": [{"output": value, "status": "succeeded", "tolerance_met": outcome == "met"}],
    }


def head(run: str, plan: dict[str, Any] | None = None) -> dict[str, Any]:
    """The first entry of a record."""
    return {
        "t": 0.0,
        "kind": "run",
        "version": 1,
        "run": run,
        "at": 1_700_000_000.0,
        "title": EXPERIMENT["title"],
        "plan": plan or PLAN,
        "threshold": {"lower": 0, "upper": 6000, "unit": "ms"},
        "experiment": EXPERIMENT,
    }


def whole_record(run: str, outcomes: list[str], ends_at: float = 341.0) -> list[dict[str, Any]]:
    """The entries of a run with these measurements."""
    return [
        head(run),
        {"t": 0.5, "kind": "phase", "phase": "conditions", "state": "started", "planned": 30},
        {"t": 0.6, "kind": "intent", "role": "condition", "index": 0, "name": "inject-cpu"},
        {
            "t": 1.6,
            "kind": "activity",
            "role": "condition",
            "index": 0,
            "name": "inject-cpu",
            "run": {},
            "failure": None,
        },
        *[measurement(slot, outcome) for slot, outcome in enumerate(outcomes)],
        {"t": 300.0, "kind": "phase", "phase": "conditions", "state": "ended", "planned": 30},
        {"t": ends_at, "kind": "end", "status": "completed", "deviated": False, "stopped": None},
    ]
