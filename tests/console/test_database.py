"""Django's database settings from a URL."""

import asyncio
import time
from typing import Any

import pytest
from psycopg import OperationalError
from psycopg.errors import QueryCanceled
from psycopg_pool import ConnectionPool

from rtk.console.database import SILENT_S, BoundedAsyncConnection, BoundedConnection, from_url, unhurried
from rtk.console.postgres import Postgres
from rtk.errors import BadInput
from tests.console.silent import passage


def test_every_part_of_a_url_reaches_django() -> None:
    made = from_url("postgresql://me:p%40ss@db.example.org:6543/name?sslmode=verify-full", 7)
    names = ("HOST", "PORT", "NAME", "USER", "PASSWORD")
    assert [made[name] for name in names] == ["db.example.org", "6543", "name", "me", "p@ss"]
    assert made["OPTIONS"]["sslmode"] == "verify-full"
    assert made["OPTIONS"]["pool"]["max_size"] == 7


def test_a_socket_is_named_by_its_directory() -> None:
    assert from_url("postgresql://rtk@/rtk?host=%2Frun%2Fpg", 1)["HOST"] == "/run/pg"


def test_connections_that_died_are_replaced() -> None:
    assert from_url("", 1)["CONN_HEALTH_CHECKS"] is True


def test_without_a_url_there_are_settings_but_no_server() -> None:
    assert "HOST" not in from_url("", 1)


@pytest.mark.parametrize("url", ["mysql://x/y", "db.example.org", "postgresql://[half", "postgresql://h/d?nonsense=1"])
def test_what_is_no_url_of_a_postgresql_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="DATABASE_URL is not understood"):
        from_url(url, 1)


def test_a_connection_that_its_server_closed_is_noticed_before_it_is_handed_out(postgres: Postgres) -> None:
    asked: Any = {"kwargs": {**_where(postgres), "autocommit": True}, "check": ConnectionPool.check_connection}
    with (
        ConnectionPool(connection_class=BoundedConnection, min_size=1, max_size=1, **asked) as pool,
        postgres.connect() as other,
    ):
        with pool.connection() as first:
            pid = first.info.backend_pid
        with pool.connection() as again:
            assert again.info.backend_pid == pid
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        with pool.connection() as another:
            assert another.execute("SELECT 1").fetchone() == (1,)
            assert another.info.backend_pid != pid


def test_a_connection_that_lives_is_handed_out_without_a_word_to_its_server(postgres: Postgres) -> None:
    with passage(postgres) as way, BoundedConnection.connect(**way.parameters(), autocommit=True) as connection:
        way.silent.set()
        began = time.monotonic()
        ConnectionPool.check_connection(connection)
        assert time.monotonic() - began < 1
        connection.close()


def _where(postgres: Postgres) -> dict[str, Any]:
    told = postgres.django()
    return {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "dbname": told["NAME"]}


def test_the_network_has_time_limits_unless_the_url_has_others() -> None:
    made = from_url("postgresql://h/d?connect_timeout=9", 1)["OPTIONS"]
    limits = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert [int(made[name]) for name in limits] == [9, 1, 10, 5, 3]
    assert made["tcp_user_timeout"] == 30_000


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_DATABASE_SECONDS", "1")


@pytest.mark.usefixtures("hurried")
def test_a_statement_that_takes_too_long_is_ended_by_the_server(postgres: Postgres) -> None:
    with BoundedConnection.connect(**_where(postgres), autocommit=True) as connection:
        with pytest.raises(QueryCanceled):
            connection.execute("SELECT pg_sleep(5)")
        assert connection.execute("SELECT 1").fetchone() == (1,)
        with unhurried(connection):
            connection.execute("SELECT pg_sleep(1.2)")
        assert connection.execute("SHOW statement_timeout").fetchone() == ("1s",)


@pytest.mark.usefixtures("hurried")
def test_nobody_waits_for_a_database_that_is_silent(postgres: Postgres) -> None:
    with passage(postgres) as way:
        connection = BoundedConnection.connect(**way.parameters(), autocommit=True)
        assert connection.execute("SELECT 1").fetchone() == (1,)
        way.silent.set()
        began = time.monotonic()
        with pytest.raises(OperationalError, match="the database has not answered for 3 s"):
            connection.execute("SELECT 1")
        assert time.monotonic() - began < 1 + SILENT_S + 20
        assert connection.closed


def test_the_same_holds_for_what_waits_in_the_event_loop(postgres: Postgres) -> None:
    async def play() -> float:
        connection = await BoundedAsyncConnection.limited(0.5, way.parameters())
        await connection.execute("SELECT 1")
        way.silent.set()
        began = time.monotonic()
        with pytest.raises(OperationalError, match="has not answered"):
            await connection.execute("SELECT 1")
        assert connection.closed
        return time.monotonic() - began

    with passage(postgres) as way:
        assert asyncio.run(play()) < 0.5 + SILENT_S + 20


def test_who_listens_hears_of_nothing_for_longer_than_a_statement_may_take(postgres: Postgres) -> None:
    async def play() -> list[str]:
        connection = await BoundedAsyncConnection.limited(1.0, _where(postgres))
        connection.patience = 1.0
        await connection.execute("LISTEN rtk_test")
        assert [told async for told in connection.notifies(timeout=1.5)] == []
        await connection.execute("NOTIFY rtk_test, 'news'")
        heard = [told.payload async for told in connection.notifies(timeout=60, stop_after=1)]
        await connection.close()
        return heard

    assert asyncio.run(play()) == ["news"]
