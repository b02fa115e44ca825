"""A database of the release before: whose addresses have to be confirmed anew, and who administrates."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from psycopg.types.json import Json

from rtk.console import tables
from rtk.console.postgres import Postgres
from tests.console.test_tables import database

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ORG, GONE = uuid4(), uuid4()


@pytest.fixture(scope="module")
def after(postgres: Postgres, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the release before, with all that these tests are about, brought to this one."""
    with database("confirmed", postgres, django_db_blocker):
        tables.migrate()
        call_command("migrate", "people", "0001", verbosity=0, interactive=False)
        insert("people_organization", id=ORG, created_at=BEGAN, name="Acme", slug="acme")
        only_invited()
        confirmed_later()
        user("first@example.org")
        tables.migrate()
        yield


def insert(table: str, **row: Any) -> None:
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))


def user(email: str, after: timedelta = timedelta(), verified: bool = True) -> UUID:
    """Somebody whose account was made this long after the beginning."""
    pk = uuid4()
    row = {"id": pk, "created_at": BEGAN + after, "email": email, "name": "", "password": "", "is_active": True}
    insert("people_user", **row)
    insert("account_emailaddress", user_id=pk, email=email, verified=verified, primary=True)
    return pk


def invited(email: str, accepted: timedelta | None) -> None:
    at = None if accepted is None else BEGAN + accepted
    row = {"role": "member", "expires_at": BEGAN + timedelta(days=14), "accepted_at": at}
    insert("people_invitation", id=uuid4(), created_at=BEGAN, org_id=ORG, email=email, **row)


def noted(action: str, target: str, actor: UUID | None, at: timedelta) -> None:
    """An entry of the log of an organization that is gone."""
    row = {"actor_name": "", "action": action, "target": target, "detail": Json({})}
    insert("people_auditentry", id=uuid4(), created_at=BEGAN + at, org_id=GONE, actor_id=actor, **row)


def only_invited() -> None:
    """People whose address only an invitation confirmed, and those for whom it looks alike."""
    day, moment = timedelta(days=1), timedelta(seconds=2)
    user("invited@example.org", day)
    invited("invited@example.org", day + moment)
    user("mailed@example.org", day)
    invited("mailed@example.org", 2 * day)  # had an account by then
    user("asked@example.org", day)
    invited("asked@example.org", None)
    gone = user("gone@example.org", day)
    noted("invitation.sent", "gone@example.org", None, timedelta())
    noted("member.joined", "member", gone, day + moment)
    later = user("later@example.org", day)
    noted("invitation.sent", "later@example.org", None, timedelta())
    noted("member.joined", "member", later, 2 * day)
    user("never@example.org", day, verified=False)


def confirmed_later() -> None:
    """Somebody of whom only an invitation confirmed one address, and who confirmed another one."""
    pk = user("two@example.org", timedelta(hours=1))
    invited("two@example.org", timedelta(hours=1, seconds=1))
    insert("account_emailaddress", user_id=pk, email="other@example.org", verified=True, primary=False)


def confirmed() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM account_emailaddress WHERE verified")
        return {email for (email,) in cursor.fetchall()}


@pytest.mark.usefixtures("after")
def test_addresses_that_only_an_invitation_confirmed_are_not_confirmed_any_more() -> None:
    gone = {f"{name}@example.org" for name in ("invited", "gone", "two", "never")}
    assert confirmed() & gone == set()
    assert confirmed() >= {f"{name}@example.org" for name in ("first", "mailed", "asked", "later")}


@pytest.mark.usefixtures("after")
def test_an_address_that_was_added_and_confirmed_later_stays_confirmed() -> None:
    assert "other@example.org" in confirmed()


@pytest.mark.usefixtures("after")
def test_the_oldest_user_administrates() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM people_user WHERE is_administrator")
        assert cursor.fetchall() == [("first@example.org",)]
