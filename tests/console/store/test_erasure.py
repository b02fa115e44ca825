"""A team or an organization is deleted with all that its runs left behind. Others keep theirs, and the log stays."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from rtk.console.people.models import AuditEntry, Organization, Team
from rtk.console.store import partitions, runs
from rtk.console.store.models import Measurement, RecordEntry, Run
from tests.console.live import PLAN, verification
from tests.console.people.world import World, made, signed_in

OUTAGE = "INSERT INTO store_outage (verification_id, place, day, spans) VALUES (%s, '', %s, '{}')"
OUTAGES = "SELECT verification_id FROM store_outage"


@pytest.fixture
def world(committed: None) -> World:
    """Acme and Rival with everybody in them, in the database."""
    return made()


def a_run(world: World, team: Team) -> Run:
    """A run with a row of each kind that belongs to it by its id alone."""
    run = runs.create(team, world.owner, "file", uuid4(), PLAN, verification("file"), {})[0]
    row = {"run_id": run.id, "day": run.day, "t": 0.0}
    partitions.ensure(run.day)
    RecordEntry.objects.create(**row, n=0, kind="run", body={})
    Measurement.objects.create(**row, n=1, phase=0, slot=0, due=0.0, outcome=0)
    with connection.cursor() as cursor:
        cursor.execute(OUTAGE, [run.verification_id, date(2026, 11, 30)])
    return run


def outages() -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(OUTAGES)
        return [row[0] for row in cursor.fetchall()]


def a_team(browser: Client) -> None:
    assert browser.post("/acme/shop/delete", {"name": "Shop"}).status_code == 302


def an_organization(browser: Client) -> None:
    assert browser.post("/acme/delete", {"name": "Acme"}).status_code == 302


@pytest.mark.parametrize("delete", [a_team, an_organization])
def test_what_its_runs_left_behind_goes_with_it(world: World, delete: Callable[[Client], None]) -> None:
    a_run(world, world.shop)
    kept = a_run(world, world.rivals_team)
    delete(signed_in(world.owner))
    assert list(Run.objects.all()) == [kept]
    assert set(RecordEntry.objects.values_list("run_id", flat=True)) == {kept.id}
    assert set(Measurement.objects.values_list("run_id", flat=True)) == {kept.id}
    assert outages() == [kept.verification_id]


def test_the_audit_log_outlives_the_organization(world: World) -> None:
    a_run(world, world.shop)
    an_organization(signed_in(world.owner))
    assert not Organization.objects.filter(pk=world.org.pk).exists()
    assert AuditEntry.objects.filter(org_id=world.org.pk, action="organization.deleted", target="Acme").exists()


def test_another_team_of_the_organization_keeps_its_runs(world: World) -> None:
    a_run(world, world.shop)
    kept = a_run(world, world.bank)
    a_team(signed_in(world.owner))
    assert set(Measurement.objects.values_list("run_id", flat=True)) == {kept.id}
