"""A real PostgreSQL for the session: the one that comes along, started by the console's own launcher."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtk.console.postgres import Postgres

FOR_TESTS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

OF_THE_TABLES = ("django_migrations", "django_content_type", "auth_permission")  # what migrating puts there
LARGE_BYTES = 2**23
FILLED = """
SELECT relname, pg_relation_size(pg_class.oid) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r' AND pg_relation_size(pg_class.oid) > 0 AND relname <> ALL (%s)
"""
RESTARTED = """
SELECT setval(seqrelid, seqstart, false) FROM pg_sequence JOIN pg_depend ON objid = seqrelid AND deptype IN ('a', 'i')
JOIN pg_class ON pg_class.oid = refobjid WHERE relname <> ALL (%s)
"""


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


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database for a test that commits, or that is looked at by other connections; emptied afterwards.

    Instead of pytest-django's `transactional_db`, which flushes all tables and makes the content types anew.
    """
    with django_db_blocker.unblock():
        yield
        empty()


def empty() -> None:
    """Empty the database as Django's `flush` does, which takes ten times as long: it empties the empty tables, too."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FILLED, [list(OF_THE_TABLES)])
        found = dict(cursor.fetchall())
        cursor.execute("SET LOCAL session_replication_role = replica")  # in whatever order, and without triggers
        for table, size in found.items():
            cursor.execute(f'TRUNCATE "{table}" CASCADE' if size > LARGE_BYTES else f'DELETE FROM "{table}"')
        cursor.execute(RESTARTED, [list(OF_THE_TABLES)])
