"""The tables of a new database: made at once, as replaying every migration would have made them."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from rtk.console import inside, tables
from rtk.console.cluster import CannotRunDatabase
from rtk.console.postgres import Postgres
from rtk.console.store import changes, partitions, revisions
from rtk.console.store.evidence import Revision
from rtk.console.store.models import Experiment, Run, Verification
from tests.console.live import EXPERIMENT
from tests.console.pages.insights.made import a_run
from tests.console.people.world import made

pytestmark = pytest.mark.usefixtures("django_db_setup")
# For the table between groups and permissions, which nothing here uses, Django's own models and migrations differ.
DIFFERENT = {"made": ["id integer NOT NULL"], "replayed": ["id bigint NOT NULL"]}


@contextmanager
def database(name: str, postgres: Postgres, blocker: Any, like: str = "template1") -> Iterator[None]:
    """Django's connection goes to a new database, which is empty unless it is like another one."""
    with postgres.connect("postgres") as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    usual, partitioned = connection.settings_dict["NAME"], set(partitions._known)
    partitions._known.clear()  # those of another database
    with blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            partitions._known.clear()
            partitions._known.update(partitioned)
    with postgres.connect("postgres") as server:
        server.execute(f"DROP DATABASE {name}")


def dumped(name: str, postgres: Postgres) -> list[str]:
    """What a database is made of, line by line; neither the order of columns nor what NOT NULL is called counts."""
    command = [str(postgres.program("pg_dump")), "--schema-only", "--no-owner", "--restrict-key=x"]
    url = postgres.url().replace("@/rtk?", f"@/{name}?")
    done = subprocess.run([*command, f"--dbname={url}"], capture_output=True, text=True, check=True)
    unnamed = re.sub(r" CONSTRAINT \w+(?= NOT NULL)", "", done.stdout)  # PostgreSQL 18 names it by the first column
    return sorted(line.strip().rstrip(",") for line in unnamed.splitlines())


def counted() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names))
        return dict(cursor.fetchall())


@pytest.fixture(scope="module")
def ready(postgres: Postgres, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database with the tables of this release, for others to be like; nothing is connected to it."""
    with database("ready", postgres, django_db_blocker):
        tables.migrate()
        yield "ready"


# All migrations are played once, in two steps, which takes most of the time of this module.
def test_an_older_release_and_a_new_database_come_to_the_same_tables(
    ready: str, postgres: Postgres, django_db_blocker: Any
) -> None:
    made, rows = dumped(ready, postgres), counted()
    connection.close()
    with database("older", postgres, django_db_blocker):
        call_command("migrate", "store", "0002", verbosity=0, interactive=False)
        assert "store_standing" not in counted()
        tables.migrate()
        replayed = dumped("older", postgres)
        assert counted() == rows
    different = {
        "made": list((Counter(made) - Counter(replayed)).elements()),
        "replayed": list((Counter(replayed) - Counter(made)).elements()),
    }
    assert different == DIFFERENT


KEPT = [{"version": 1, "headline": "by earlier rules"}, {"version": 2}, {"headline": "nothing computed"}, None]


@dataclass(frozen=True)
class Upgraded:
    """What an older release, which knew neither revisions nor versions of insights, had kept."""

    runs: list[UUID]  # with the insights of KEPT
    essence: str  # of all verifications named v0, v1 and v2


@pytest.fixture(scope="module")
def upgraded(ready: str, postgres: Postgres, django_db_blocker: Any) -> Iterator[Upgraded]:
    """A database of that release, brought to this one."""
    with database("upgraded", postgres, django_db_blocker, like=ready):
        world = made()
        values = {"frequency": 10.0, "duration": 300.0, "warm_up": 0.0, "cool_down": 0.0, "stop_when": {}}
        objective = {"name": "o", "target": 0.9, "window": 9.0}
        told = {**values, "experiment": EXPERIMENT, "objective": objective}
        for n in range(3):
            changes.new_verification(world.shop, world.member, {**told, "name": f"v{n}"})
        essence = Revision.objects.earliest("pk").essence
        runs = [a_run(world) for _ in KEPT]
        for run, insight in zip(runs, KEPT, strict=True):
            Run.objects.filter(pk=run.pk).update(insight=insight)
        call_command("migrate", "store", "0021", verbosity=0, interactive=False)
        tables.migrate()
        yield Upgraded([run.pk for run in runs], essence)


def test_verifications_of_an_older_release_get_their_first_revision(upgraded: Upgraded) -> None:
    found = list(Verification.objects.select_related("revision").filter(name__in=("v0", "v1", "v2")))
    kept = [each.revision and (each.revision.essence, each.revision.number) for each in found]
    assert kept == [(upgraded.essence, 1)] * 3
    everything = Verification.objects.all()
    assert all(each.revision_id and each.revised_at == each.created_at for each in everything)
    revisions.renew(found[0])
    assert Revision.objects.count() == len(everything)


def test_the_tags_of_an_older_release_are_found(upgraded: Upgraded) -> None:
    assert Experiment.objects.filter(tags__contains=["shop"]).count() == Experiment.objects.count() > 0


def test_runs_of_an_older_release_get_the_version_of_their_insights(upgraded: Upgraded) -> None:
    found = {run.pk: run for run in Run.objects.all()}
    assert [found[pk].insight_version for pk in upgraded.runs] == [1, 2, None, None]
    assert [found[pk].insight for pk in upgraded.runs] == KEPT


def test_tables_are_current_while_each_change_is_made_and_no_other(
    ready: str, postgres: Postgres, django_db_blocker: Any
) -> None:
    add = "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())"
    with database("current", postgres, django_db_blocker, like=ready), postgres.connect("current") as server:
        found = [tables._is_current()]
        server.execute("DELETE FROM django_migrations WHERE app = 'store' AND name = '0023_versions'")
        found.append(tables._is_current())
        server.execute(add, ["store", "0023_versions"])
        server.execute(add, ["account", "9999_of_others"])
        found.append(tables._is_current())
        server.execute(add, ["store", "9999_later"])
        found.append(tables._is_current())
    assert found == [True, False, True, False]


def test_a_database_of_a_newer_release_is_refused_in_one_sentence(
    ready: str, postgres: Postgres, django_db_blocker: Any
) -> None:
    with database("newer", postgres, django_db_blocker, like=ready):
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
