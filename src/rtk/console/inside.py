"""What is done with Django once the environment is set: importing this sets it up."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtk.console.settings")
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from rtk.console.cluster import CannotRunDatabase, first_line
from rtk.console.people import first
from rtk.console.people.provision import provision as provisioned
from rtk.console.postgres import Postgres

__all__ = ["close_connections", "first_link", "migrate", "point_at", "provisioned", "public_url"]

_MIGRATING = 0x52544B00  # an advisory lock: consoles that share a database must not change its tables at once

first_link = first.link


def public_url() -> str:
    """Where people reach the console."""
    return str(settings.PUBLIC_URL)


def point_at(postgres: Postgres) -> None:
    """Let Django use a running database of ours."""
    connections.settings["default"].update(postgres.django())


def close_connections() -> None:
    """Close this thread's connection and the pool, for which the database would wait at its end."""
    for each in connections.all(initialized_only=True):
        each.close()
        getattr(each, "close_pool", lambda: None)()


def migrate() -> None:
    """Bring the database's tables to what this release needs. Raises CannotRunDatabase."""
    try:
        _locked("pg_advisory_lock")
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            _locked("pg_advisory_unlock")
            connection.close()
    except DatabaseError as error:
        raise CannotRunDatabase(f"the database's tables cannot be made or changed: {first_line(error)}") from None


def _locked(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_MIGRATING])
