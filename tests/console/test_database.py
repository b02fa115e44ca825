"""Django's database settings from a URL."""

from typing import Any

import pytest
from psycopg_pool import ConnectionPool

from rtk.console.database import Watched, from_url
from rtk.console.postgres import Postgres
from rtk.errors import BadInput


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
    with ConnectionPool(connection_class=Watched, min_size=1, max_size=1, **asked) as pool, postgres.connect() as other:
        with pool.connection() as first:
            pid = first.info.backend_pid
        with pool.connection() as again:
            assert again.info.backend_pid == pid
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        with pool.connection() as another:
            assert another.execute("SELECT 1").fetchone() == (1,)
            assert another.info.backend_pid != pid


def _where(postgres: Postgres) -> dict[str, Any]:
    told = postgres.django()
    return {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "dbname": told["NAME"]}
