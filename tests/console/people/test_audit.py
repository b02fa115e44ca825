"""The audit log only grows."""

import re
from pathlib import Path

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from rtk.console.people import audit, memberships
from rtk.console.people.models import AuditEntry
from tests.console.people.world import World

SOURCE = Path(audit.__file__).parent
NOTIFY = SOURCE.parent / "notify"
PAGES = SOURCE.parent / "pages"
STORE = SOURCE.parent / "store"


def test_an_entry_says_who_did_what_to_what(world: World) -> None:
    entry = audit.record(world.org, world.admin, "team.created", "Shop", {"why": "because"})
    entry.refresh_from_db()
    assert (entry.org, entry.actor, entry.actor_name) == (world.org, world.admin, "adam@example.org")
    assert (entry.action, entry.target, entry.detail) == ("team.created", "Shop", {"why": "because"})


@pytest.mark.parametrize("change", ["UPDATE people_auditentry SET target = 'x'", "DELETE FROM people_auditentry"])
def test_the_database_refuses_to_change_or_remove_an_entry(world: World, change: str) -> None:
    audit.record(world.org, world.owner, "team.created", "Shop")
    before = list(AuditEntry.objects.values())
    with (
        pytest.raises((InternalError, ProgrammingError), match="can only be added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert list(AuditEntry.objects.values()) == before


def test_what_was_done_in_an_organization_outlives_it_and_who_did_it(world: World) -> None:
    org, owner = world.org.pk, world.owner.pk
    memberships.delete(world.owner, world.org)
    world.owner.delete()
    last = AuditEntry.objects.filter(org_id=org).latest("created_at")
    assert (last.action, last.target, last.actor_id, last.actor_name) == (
        "organization.deleted",
        "Acme",
        owner,
        "alice@example.org",
    )


def test_every_action_recorded_here_has_words() -> None:
    folders = (SOURCE, NOTIFY, PAGES, STORE)
    paths = [path for folder in folders for path in folder.rglob("*.py") if path.name != "audit.py"]
    written = "\n".join(path.read_text() for path in paths)
    kinds = "organization|team|member|invitation|token|user|notification"
    recorded = set(
        re.findall(rf'"((?:{kinds})\.[a-z-]+|run\.(?:acknowledged|stopped)|hold\.released|badge\.[a-z]+)"', written)
    )
    recorded |= {
        f"{kind}.{done}" for kind in ("organization", "team") for done in re.findall(r'{kind}\.([a-z]+)"', written)
    }
    assert recorded == set(audit.ACTIONS)
