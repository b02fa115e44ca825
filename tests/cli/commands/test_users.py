"""`rtk users`, as whoever runs the console types it: with a database of its own, without a console that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rtk.console.postgres import Postgres
from tests import clusters
from tests.console.commands import Rtk, refused
from tests.databases import place

OPS = "ops@example.org"


@pytest.fixture
def rtk() -> Iterator[Rtk]:
    with place() as directory:
        data = Path(directory) / "data"
        clusters.give(data)
        yield Rtk(data)


def test_accounts_are_listed_disabled_enabled_handed_over_and_made_administrators(rtk: Rtk, tmp_path: Path) -> None:
    where = ("--organization", "Acme", "--team", "Shop", "--token-file", tmp_path / "token")
    assert rtk.run("provision", "--email", OPS, *where).returncode == 0
    [row] = rtk.run("users", "list").stdout.splitlines()
    assert row.split()[1:] == [OPS, "never", "administrator"]
    assert rtk.run("users", "disable", OPS).stdout == f"{OPS} is disabled; ended: 1 token\n"
    with started(rtk):  # by each command until here: that takes longer than what it is started for
        told_to_a_database_that_runs(rtk, row)


@contextmanager
def started(rtk: Rtk) -> Iterator[None]:
    """Its database, which goes on between the commands."""
    server = Postgres(rtk.data)
    assert server.start(), "a command left it running"
    try:
        yield
    finally:
        server.stop()


def told_to_a_database_that_runs(rtk: Rtk, row: str) -> None:
    assert rtk.run("users", "disable", OPS).stdout == f"{OPS} is disabled; there was nothing to end\n"
    assert rtk.run("users", "list").stdout.split()[3:] == ["disabled,", "administrator"]
    assert rtk.run("users", "enable", row.split(maxsplit=1)[0]).stdout == f"{OPS} is enabled\n"
    dismissed = rtk.run("users", "administrator", "--dismiss", OPS).stdout
    assert dismissed == f"{OPS} is no administrator of the console\n"
    handed = rtk.run("users", "hand-over", OPS, "next@example.org").stdout
    assert handed.startswith(f"{OPS} is next@example.org from now on; there was nothing to end; 'rtk sign-in-link ")
    assert rtk.run("users", "administrator", "next@example.org").stdout.endswith("is an administrator of the console\n")
    assert refused(rtk.run("users", "disable", OPS)) == f"there is no user {OPS}; 'rtk users list' names them all"
