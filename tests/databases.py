"""A real PostgreSQL for the session: the one that comes along, started by the console's own launcher."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtk.console.postgres import Postgres

FOR_TESTS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def place() -> tempfile.TemporaryDirectory[str]:
    """A directory that the database's user can pass through, which pytest's own are not when root runs the tests."""
    directory = tempfile.TemporaryDirectory(prefix="rtk-test-")
    Path(directory.name).chmod(0o711)
    return directory


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running database cluster of its own; what a test makes in it by hand, it removes."""
    with place() as directory:
        server = Postgres(Path(directory) / "data", settings=FOR_TESTS)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def django_db_setup(postgres: Postgres, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The database that tests use, with its tables as `rtk up` makes them."""
    from django.db import connection, connections

    from rtk.console import tables

    chosen: dict[str, Any] = connection.settings_dict
    chosen.update(postgres.django())
    chosen["OPTIONS"].pop("pool", None)  # a pool's own threads would outlive the database
    connections.settings["default"] = chosen
    with django_db_blocker.unblock():
        tables.migrate()
        with connection.cursor() as cursor:  # Django empties the tables between tests that commit
            cursor.execute("ALTER TABLE people_auditentry DISABLE TRIGGER people_audit_never_empty")
    yield
    with django_db_blocker.unblock():
        connections.close_all()
