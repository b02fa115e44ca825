"""Django's database settings from a URL."""

import pytest

from rtk.console.database import from_url
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
