"""The database's tables, brought to what this release needs; Django must be set up.

In an empty database they are made from the models at once, then what only SQL in a migration tells. Replaying the
histories of all packages one change at a time gives the same, and took longer than all else of a first start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, router
from django.db.migrations import RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from psycopg.errors import LockNotAvailable

from rtk.console.cluster import CannotRunDatabase, first_line
from rtk.console.database import NETWORK, unhurried
from rtk.figures import chosen_duration

_MIGRATING = 0x52544B00  # an advisory lock: consoles that share a database must not change its tables at once
_KEPT_ALIVE = {name: value for name, value in NETWORK.items() if name != "keepalives"}
WAIT_S = 120.0  # for another console that changes them: it may take long, or stand still


def migrate() -> None:
    """Make or change what is not as it must be. Raises CannotRunDatabase, also when a newer release made them."""
    try:
        with _alone():
            if _is_current():
                return
            executor = MigrationExecutor(connection)
            ours, names = known()
            done = {key for key in executor.loader.applied_migrations if key[0] in ours}
            if newer := sorted(key for key in done if ".".join(key) not in names):
                raise CannotRunDatabase(
                    f"the database is of a newer release, which made the change {'.'.join(newer[0])}: "
                    "start that release, or restore a backup of this one"
                )
            if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return
            if not connection.introspection.table_names():
                _make_all(executor)
            call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise CannotRunDatabase(f"the database's tables cannot be made or changed: {first_line(error)}") from None


def _is_current() -> bool:
    """Whether every migration in our files was applied, and no other one of ours.

    No file is loaded. To load them all and to put them in order took 0.07 s of a start of 1.85 s that changed nothing.
    """
    done = set(MigrationRecorder(connection).applied_migrations())
    files, ours = set[tuple[str, str]](), set[str]()
    for app in apps.get_app_configs():
        module, _ = MigrationLoader.migrations_module(app.label)
        found = find_spec(module) if module else None
        places = found.submodule_search_locations if found else None
        files |= {(app.label, each.name) for each in iter_modules(places or []) if each.name[0] not in "_~"}
        ours |= {app.label} if app.name.startswith("rtk.") else set()
    return files <= done and all(key in files for key in done if key[0] in ours)


@cache
def known() -> tuple[list[str], list[str]]:
    """Return the names of our apps, and of all changes of tables that this release knows of them, as `app.name`."""
    ours = [app.label for app in apps.get_app_configs() if app.name.startswith("rtk.")]
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return ours, [".".join(key) for key in loader.disk_migrations or {} if key[0] in ours]


def _make_all(executor: MigrationExecutor) -> None:
    """All tables, and that all migrations are done; or nothing, when this is interrupted."""
    graph = executor.loader.graph
    history = [migration for migration, _ in executor.migration_plan(graph.leaf_nodes(), clean_start=True)]
    recorder = executor.recorder
    with connection.schema_editor(atomic=True) as editor:
        for app in apps.get_app_configs():
            for model in router.get_migratable_models(app, connection.alias):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        for migration in history:
            for each in migration.operations:
                if isinstance(each, RunSQL) and not each.elidable:  # what no model says, and not what fills old rows
                    # RunSQL looks at neither state.
                    each.database_forwards(migration.app_label, editor, ProjectState(), ProjectState())
        recorder.ensure_schema()
        recorder.migration_qs.bulk_create(recorder.Migration(app=one.app_label, name=one.name) for one in history)


@contextmanager
def _alone() -> Iterator[None]:
    connection.ensure_connection()
    try:
        with unhurried(connection.connection):
            _lock()
            try:
                yield
            finally:
                _locked("pg_advisory_unlock")
    finally:
        connection.close()


def _lock() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(1000 * WAIT_S)}")
            # The server, too, notices soon that a console's machine is gone, and lets go of its lock.
            cursor.execute("; ".join(f"SET tcp_{name} = {value}" for name, value in _KEPT_ALIVE.items()))
            _locked("pg_advisory_lock")
            cursor.execute("SET lock_timeout = 0")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise CannotRunDatabase(
            f"another console has been changing the database's tables for {chosen_duration(WAIT_S)}: "
            "wait until it is done, or end it where it stands still"
        ) from None


def _locked(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_MIGRATING])
