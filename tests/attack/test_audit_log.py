"""Nobody changes the audit log by the console's connection to its database, whatever SQL they get into it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import connection

from rtk.console import roles, tables
from rtk.console.cluster import WORKER
from rtk.console.postgres import Postgres
from rtk.console.store import partitions

LOG = "people_auditentry"
ENTRY = (
    f"INSERT INTO {LOG} (id, created_at, actor_name, action, target, detail) "
    "VALUES (gen_random_uuid(), now(), 'alice@example.org', 'team.created', 'Shop', '{}')"
)
ATTACKS = [
    f"UPDATE {LOG} SET target = 'x'",
    f"DELETE FROM {LOG}",
    f"TRUNCATE {LOG}",
    f"TRUNCATE people_organization, {LOG} CASCADE",
    f"INSERT INTO {LOG} SELECT * FROM {LOG} ON CONFLICT (id) DO UPDATE SET target = 'x'",
    f"MERGE INTO {LOG} USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    f"WITH gone AS (DELETE FROM {LOG} RETURNING 1) SELECT count(*) FROM gone",
    f"DROP TABLE {LOG}",
    f"ALTER TABLE {LOG} DISABLE TRIGGER ALL",
    f"ALTER TABLE {LOG} DISABLE TRIGGER USER",
    f"ALTER TABLE {LOG} RENAME TO another",
    f"ALTER TABLE {LOG} DROP COLUMN target",
    f"ALTER TABLE {LOG} OWNER TO {{role}}",
    f"ALTER TABLE {LOG} SET SCHEMA pg_temp",
    f"ALTER TABLE {LOG} ENABLE ROW LEVEL SECURITY",
    f"DROP TRIGGER people_audit_append_only ON {LOG}",
    "DROP FUNCTION people_audit_refuse() CASCADE",
    "CREATE OR REPLACE FUNCTION people_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    f"CREATE TRIGGER another BEFORE INSERT ON {LOG} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    f"CREATE RULE another AS ON INSERT TO {LOG} DO INSTEAD NOTHING",
    f"GRANT ALL ON {LOG} TO {{role}}",
    f"REVOKE ALL ON {LOG} FROM {{role}}",
    "SET session_replication_role = 'replica'",
    "SET ROLE rtk",
    "SET SESSION AUTHORIZATION rtk",
    "ALTER ROLE {role} SUPERUSER",
    "GRANT rtk TO {role}",
    "DROP SCHEMA public CASCADE",
    "REASSIGN OWNED BY rtk TO {role}",
    "COPY (SELECT 1) TO PROGRAM 'true'",
]


@pytest.fixture(scope="module")
def cluster(postgres: Postgres, django_db_setup: None, django_db_blocker: Any) -> Iterator[Postgres]:
    """A console's database as it works with it, apart from that of the other tests."""
    with postgres.connect("postgres") as server:
        server.execute("CREATE DATABASE apart")
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = "apart"
        tables.migrate()
        connection.close()
        connection.settings_dict["NAME"] = usual
    roles.separate(postgres, "apart")
    yield postgres
    with postgres.connect("postgres") as server:
        server.execute("DROP DATABASE apart WITH (FORCE)")


@pytest.fixture
def console(cluster: Postgres) -> Iterator["psycopg.Connection[Any]"]:
    """The console's own connection, with an entry in the log."""
    with cluster.connect("apart", WORKER) as connected:
        connected.execute(ENTRY)
        yield connected


def entries(cluster: Postgres) -> list[Any]:
    with cluster.connect("apart") as owner:
        return owner.execute(f"SELECT * FROM {LOG} ORDER BY id").fetchall()


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_statement_changes_an_entry_or_what_guards_it(
    cluster: Postgres, console: "psycopg.Connection[Any]", attack: str
) -> None:
    before = entries(cluster)
    with suppress(psycopg.Error):
        console.execute(attack.format(role=WORKER))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        console.execute(f"UPDATE {LOG} SET target = 'x'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        console.execute(f"DELETE FROM {LOG}")
    assert entries(cluster) == before
    with cluster.connect("apart") as owner, pytest.raises(psycopg.Error, match="can only be added to"):
        owner.execute(f"UPDATE {LOG} SET target = 'x'")


@pytest.mark.parametrize("change", ["UPDATE {} SET target = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_of_the_database_changes_it_by_mistake(cluster: Postgres, change: str) -> None:
    with cluster.connect("apart") as owner, pytest.raises(psycopg.Error, match="can only be added to"):
        owner.execute(change.format(LOG))


def test_the_console_still_adds_and_reads_and_does_all_else(
    cluster: Postgres, console: "psycopg.Connection[Any]"
) -> None:
    assert console.execute(f"SELECT count(*) > 0 FROM {LOG}").fetchone() == (True,)
    owned = console.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND relowner <> current_user::regrole"
    )
    assert owned.fetchall() == [(LOG,)]
    for table in partitions.TABLES:
        console.execute(f"CREATE TABLE {table}_20260101 (LIKE {table} INCLUDING ALL)")
        console.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {table}_20260101 FOR VALUES FROM ('2026-01-01') TO ('2026-01-02')"
        )
        console.execute(f"DROP TABLE {table}_20260101")


def test_to_give_the_tables_away_once_more_changes_nothing(cluster: Postgres) -> None:
    roles.separate(cluster, "apart")
    with cluster.connect("apart", WORKER) as console, pytest.raises(psycopg.errors.InsufficientPrivilege):
        console.execute(f"DELETE FROM {LOG}")


@pytest.fixture
def own(cluster: Postgres) -> Iterator["psycopg.Connection[Any]"]:
    """A database of one's own, whose only role owns it and is no superuser, as the console left it."""
    with cluster.connect("apart") as owner:
        owner.execute("BEGIN")
        owner.execute(ENTRY)
        owner.execute(f"ALTER TABLE {LOG} OWNER TO {WORKER}")
        owner.execute(f"ALTER TABLE {LOG} DISABLE TRIGGER ALL")  # it holds by the permissions alone
        owner.execute(f"SET LOCAL ROLE {WORKER}")
        owner.execute(roles._WITHDRAW)
        yield owner
        owner.execute("ROLLBACK")


@pytest.mark.parametrize("change", ["UPDATE {} SET target = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_in_a_database_of_ones_own_its_owner_has_no_right_to_change_it(
    own: "psycopg.Connection[Any]", change: str
) -> None:
    assert own.execute(f"SELECT count(*) > 0 FROM {LOG}").fetchone() == (True,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute(change.format(LOG))
