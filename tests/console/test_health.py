"""Whether the console answers, and says when its database does not."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import RequestFactory
from django.urls import get_resolver

import rtk
from rtk.console.database import BoundedAsyncConnection
from rtk.console.health import REMEMBERED_S, WITHIN_S, Connect, Health, WriteCheck
from rtk.console.postgres import Postgres
from rtk.console.store.database import connect
from rtk.console.store.models import Readiness as Written
from rtk.console.upkeep import failures
from tests.console.silent import passage


async def _away() -> psycopg.AsyncConnection[Any]:
    raise psycopg.OperationalError("down")


async def asked(readiness: WriteCheck, path: str, method: str = "GET") -> tuple[int, Any, dict[bytes, bytes]]:
    heard: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing of a request is read")

    async def send(message: MutableMapping[str, Any]) -> None:
        heard.append(message)

    await Health(readiness)({"type": "http", "method": method, "path": path}, receive, send)
    return heard[0]["status"], json.loads(heard[1]["body"]), dict(heard[0]["headers"])


def told(connect: Connect, path: str, method: str = "GET") -> tuple[int, Any, dict[bytes, bytes]]:
    async def play() -> tuple[int, Any, dict[bytes, bytes]]:
        readiness = WriteCheck(connect)
        try:
            return await asked(readiness, path, method)
        finally:
            await readiness.end()

    return asyncio.run(play())


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_it_is_ready_once_a_write_is_in_the_database(path: str) -> None:
    failures.clear()
    status, body, _ = told(connect, path)
    expected = {"status": "ok", "live": True, "ready": True, "version": rtk.__version__, "failures": {}}
    assert (status, body) == (200, expected)
    assert Written.objects.count() == 1


@pytest.mark.usefixtures("committed")
def test_a_database_that_takes_no_writes_is_not_ready() -> None:
    async def read_only() -> psycopg.AsyncConnection[Any]:
        made = await connect()
        await made.execute("SET default_transaction_read_only = on")
        return made

    assert told(read_only, "/health/ready")[0] == 503


@pytest.mark.usefixtures("committed")
def test_one_whose_tables_a_newer_release_changed_meanwhile_is_not_ready(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', now())")
        try:
            status, body, _ = told(connect, "/health/ready")
        finally:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    assert (status, body["status"], body["live"]) == (503, "newer tables", True)
    assert "this console is not ready any more" in caplog.text
    assert told(connect, "/health/ready")[0] == 200


@pytest.mark.usefixtures("committed")
def test_one_whose_writes_take_longer_than_a_second_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE store_readiness")
        status, body, _ = told(connect, "/health/ready")
        cursor.execute("ROLLBACK")
    assert (status, body["ready"], body["live"]) == (503, False, True)


def test_without_a_database_it_lives_but_is_not_ready() -> None:
    status, body, headers = told(_away, "/health/ready")
    assert (status, body["status"], body["ready"]) == (503, "no database", False)
    assert headers[b"retry-after"] == b"1"
    assert told(_away, "/health/live")[:2] == (200, {"status": "ok", "version": rtk.__version__})


def test_only_getting_it_is_answered() -> None:
    status, _, headers = told(_away, "/health/live", "POST")
    assert (status, headers[b"allow"]) == (405, b"GET, HEAD")


@pytest.mark.usefixtures("committed")
def test_a_silent_database_is_found_out_within_a_second_and_again_when_it_speaks(postgres: Postgres) -> None:
    async def play() -> list[bool]:
        now = [0.0]
        parameters = {**way.parameters(), "dbname": connection.settings_dict["NAME"]}
        readiness = WriteCheck(lambda: BoundedAsyncConnection.limited(1, parameters), lambda: now[0])
        found = []
        loop = asyncio.get_running_loop()
        for silent in (False, True, False):
            way.silent.set() if silent else way.silent.clear()
            now[0] += 2 * REMEMBERED_S
            began = loop.time()
            found.append(await readiness.ready())
            assert loop.time() - began < WITHIN_S + 0.8
        await readiness.end()
        return found

    with passage(postgres) as way:
        assert asyncio.run(play()) == [True, False, True]


def test_many_who_ask_at_once_cost_one_write() -> None:
    asks: list[int] = []

    async def counted() -> psycopg.AsyncConnection[Any]:
        asks.append(1)
        await asyncio.sleep(0.01)
        return await _away()

    async def play() -> None:
        readiness = WriteCheck(counted, lambda: 0.0)
        await asyncio.gather(*(readiness.ready() for _ in range(50)))
        await readiness.ready()

    asyncio.run(play())
    assert len(asks) == 1


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (InterfaceError, 503), (ValueError, 500)])
def test_a_page_that_fails_says_whether_it_is_for_the_database(error: type[Exception], status: int) -> None:
    handler = get_resolver().resolve_error_handler(500)
    try:
        raise error("down")
    except error:
        answer = handler(RequestFactory().get("/"))
    assert (answer.status_code, "down" in answer.content.decode()) == (status, False)
    assert ("does not reach its database" in answer.content.decode()) == (status == 503)
