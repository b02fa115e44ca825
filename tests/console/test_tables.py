"""The tables of a new database: made at once, as replaying every migration would have made them."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from rtk.console import inside, tables
from rtk.console.cluster import CannotRunDatabase
from rtk.console.postgres import Postgres
from rtk.console.store import changes, revisions
from rtk.console.store.evidence import Revision
from rtk.console.store.models import Run, Verification
from tests.console.live import EXPERIMENT
from tests.console.pages.insights.made import a_run
from tests.console.people.world import made

pytestmark = pytest.mark.usefixtures("django_db_setup")
# For the table between groups and permissions, which nothing here uses, Django's own models and migrations differ.
DIFFERENT = {"made": ["id integer NOT NULL"], "replayed": ["id bigint NOT NULL"]}


@contextmanager
def database(name: str, postgres: Postgres, blocker: Any) -> Iterator[None]:
    """Django's connection goes to a new, empty database."""
    with postgres.connect("postgres") as server:
        server.execute(f"CREATE DATABASE {name}")
    usual = connection.settings_dict["NAME"]
    with blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
    with postgres.connect("postgres") as server:
        server.execute(f"DROP DATABASE {name}")


def dumped(name: str, postgres: Postgres) -> list[str]:
    """What a database is made of, line by line; the order of columns is of no account."""
    command = [str(postgres.program("pg_dump")), "--schema-only", "--no-owner", "--restrict-key=x"]
    url = postgres.url().replace("@/rtk?", f"@/{name}?")
    done = subprocess.run([*command, f"--dbname={url}"], capture_output=True, text=True, check=True)
    return sorted(line.strip().rstrip(",") for line in done.stdout.splitlines())


def counted() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names))
        return dict(cursor.fetchall())


def test_tables_made_at_once_are_those_that_the_migrations_make(postgres: Postgres, django_db_blocker: Any) -> None:
    with database("made", postgres, django_db_blocker):
        tables.migrate()
        made, rows = dumped("made", postgres), counted()
    with database("replayed", postgres, django_db_blocker):
        call_command("migrate", verbosity=0, interactive=False)
        replayed = dumped("replayed", postgres)
        assert counted() == rows
    different = {
        "made": list((Counter(made) - Counter(replayed)).elements()),
        "replayed": list((Counter(replayed) - Counter(made)).elements()),
    }
    assert different == DIFFERENT


def test_a_database_of_an_older_release_is_brought_to_this_one(postgres: Postgres, django_db_blocker: Any) -> None:
    with database("older", postgres, django_db_blocker):
        tables.migrate()
        made = dumped("older", postgres)
        call_command("migrate", "store", "0002", verbosity=0, interactive=False)
        assert dumped("older", postgres) != made
        tables.migrate()
        assert dumped("older", postgres) == made


def test_verifications_of_an_older_release_get_their_first_revision(postgres: Postgres, django_db_blocker: Any) -> None:
    with database("unrevised", postgres, django_db_blocker):
        tables.migrate()
        world = made()
        values = {"frequency": 10.0, "duration": 300.0, "warm_up": 0.0, "cool_down": 0.0, "stop_when": {}}
        told = {
            **values,
            "name": "v",
            "experiment": EXPERIMENT,
            "objective": {"name": "o", "target": 0.9, "window": 9.0},
        }
        for n in range(3):
            changes.new_verification(world.shop, world.member, {**told, "name": f"v{n}"})
        essence = Revision.objects.earliest("pk").essence
        call_command("migrate", "store", "0021", verbosity=0, interactive=False)
        tables.migrate()
        found = list(Verification.objects.select_related("revision"))
        assert [each.revision and (each.revision.essence, each.revision.number) for each in found] == [(essence, 1)] * 3
        assert all(each.revised_at == each.created_at for each in found)
        revisions.renew(found[0])
        assert Revision.objects.count() == 3


def test_runs_of_an_older_release_get_the_version_of_their_insights(postgres: Postgres, django_db_blocker: Any) -> None:
    with database("unversioned", postgres, django_db_blocker):
        tables.migrate()
        world = made()
        kept = [{"version": 1, "headline": "by earlier rules"}, {"version": 2}, {"headline": "nothing computed"}, None]
        runs = [a_run(world) for _ in kept]
        for run, insight in zip(runs, kept, strict=True):
            Run.objects.filter(pk=run.pk).update(insight=insight)
        call_command("migrate", "store", "0021", verbosity=0, interactive=False)
        tables.migrate()
        found = {run.pk: run for run in Run.objects.all()}
        assert [found[run.pk].insight_version for run in runs] == [1, 2, None, None]
        assert [found[run.pk].insight for run in runs] == kept


def test_a_database_of_a_newer_release_is_refused_in_one_sentence(postgres: Postgres, django_db_blocker: Any) -> None:
    with database("newer", postgres, django_db_blocker):
        tables.migrate()
        with postgres.connect("newer") as server:
            server.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', now())")
            server.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('account', '9999_x', now())")
        with pytest.raises(CannotRunDatabase, match=r"is of a newer release, .* store\.9999_later: start that release"):
            tables.migrate()


def test_a_database_that_may_not_be_changed_is_said_in_one_sentence(postgres: Postgres, django_db_blocker: Any) -> None:
    with database("fixed", postgres, django_db_blocker):
        with postgres.connect("postgres") as server:
            server.execute("ALTER DATABASE fixed SET default_transaction_read_only = on")
        with pytest.raises(CannotRunDatabase, match=r"tables cannot be made or changed: .*read-only") as told:
            tables.migrate()
        with pytest.raises(CannotRunDatabase, match=r"^the database did not take it: ") as refused:
            inside.provisioned("a@example.org", "Acme", "Web", "")
    assert "\n" not in f"{told.value}{refused.value}"
