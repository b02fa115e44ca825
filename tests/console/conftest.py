"""Django, and a real PostgreSQL for the session: the one that comes along, started by the console's own launcher."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from rtk.console import tables
from rtk.console.postgres import Postgres

_running: list[Postgres] = []
FOR_TESTS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def place() -> tempfile.TemporaryDirectory[str]:
    """A directory that the database's user can pass through, which pytest's own are not when root runs the tests."""
    directory = tempfile.TemporaryDirectory(prefix="rtk-test-")
    Path(directory.name).chmod(0o711)
    return directory


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running database cluster of its own; what a test makes in it by hand, it removes."""
    if _running:  # tests/attack has the same one
        yield _running[0]
        return
    with place() as directory:
        server = Postgres(Path(directory) / "data", settings=FOR_TESTS)
        server.start()
        _running.append(server)
        yield server
        _running.clear()
        server.stop()


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """The place of a cluster that does not run between tests, made once and with a space in its name."""
    with place() as directory:
        path = Path(directory) / "a place"
        server = Postgres(path, FOR_TESTS)
        server.start()
        server.stop()
        yield path


@pytest.fixture(scope="session")
def django_db_setup(postgres: Postgres, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The database that tests use, with its tables as `rtk up` makes them."""
    chosen: dict[str, Any] = connection.settings_dict
    chosen.update(postgres.django())
    chosen["OPTIONS"].pop("pool", None)  # a pool's own threads would outlive the database
    connections.settings["default"] = chosen
    with django_db_blocker.unblock():
        tables.migrate()
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that is not there yet."""
    with place() as directory:
        yield Path(directory) / "data"
