"""A console that serves, one for each module of tests, and a machine that calls it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.api.rows import things
from tests.console.live import Live, Machine, live_console

T = "/api/v1/organizations/{org}/teams/{team}"


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, without a transaction around each test: what the server stores is seen."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def live(db: None) -> Iterator[Live]:
    """A console that serves the world."""
    with live_console() as console:
        yield console


@pytest.fixture(scope="module")
def ids(live: Live) -> dict[str, str]:
    """One thing of each kind in the team Shop."""
    return things(live, live.machine(live.world.owner))


@pytest.fixture
def machine(live: Live, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine of the member. A test that is about a row of part A must have made its call."""
    machine = live.machine()
    yield machine
    for mark in request.node.iter_markers("contract"):
        assert any(called(mark.args[0], call) for call in machine.calls), f"{mark.args[0]} was not called"


def called(row: str, call: str) -> bool:
    """Whether a call is one of a row, such as `POST T/experiments/{id}/executions`."""
    method, path = row.replace("{console}", "").split(" ")
    whole = path.replace("T", T, 1) if path.startswith("T") else path
    if not whole.startswith(("/api", "/assets")) and whole != "/":
        whole = f"/api/v1{whole}"
    pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", whole))
    return re.fullmatch(f"{method} {pattern}", call) is not None
