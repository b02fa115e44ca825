"""A database of the release before: tokens that were to last for ever, and mails to whom they belong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from rtk.console import mail, tables
from rtk.console.notify import token_mail
from rtk.console.people import tokens
from rtk.console.people.models import Token, TokenNotice, User
from rtk.console.postgres import Postgres
from tests.console.mails import MEMORY
from tests.console.people.test_confirmed_addresses import insert
from tests.console.test_tables import database

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def unbounded(postgres: Postgres, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database with the tables of the release before, for others to be like; nothing is connected to it."""
    with database("unbounded", postgres, django_db_blocker):
        tables.migrate()
        call_command("migrate", "people", "0003", verbosity=0, interactive=False)
        connection.close()
        yield "unbounded"


@pytest.fixture
def before(unbounded: str, postgres: Postgres, django_db_blocker: Any) -> Iterator[None]:
    """A database with the tables of the release before."""
    with database("bounded", postgres, django_db_blocker, like=unbounded):
        yield


def user(email: str) -> UUID:
    pk = uuid4()
    row = {"id": pk, "created_at": timezone.now(), "email": email, "name": "", "password": "", "is_active": True}
    insert("people_user", **row, is_administrator=False)
    insert("account_emailaddress", user_id=pk, email=email, verified=True, primary=True)
    return pk


def token(owner: UUID, name: str, lasts: timedelta, secret: str = "") -> None:
    now = timezone.now()
    row = {"created_at": now, "scopes": ["read"], "prefix": "rtk_abcdef", "expires_at": now + lasts}
    kept = tokens.digest(secret or name)
    insert("people_token", id=uuid4(), user_id=owner, name=name, digest=kept, **row)


def mailed(**replicas: int) -> list[EmailMessage]:
    post: list[EmailMessage] = []
    with override_settings(**mail.through(MEMORY)):
        for _ in range(replicas.get("turns", 1)):
            token_mail.turn(post.append)
    return post


@pytest.mark.usefixtures("before")
def test_what_lasts_too_long_ends_and_its_owner_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_TOKEN_DAYS", "90")
    mary, max_ = user("mary@example.org"), user("max@example.org")
    token(mary, "for ever", 9000 * DAY, "secret")
    token(mary, "a year\nSubject: spam", 365 * DAY)
    token(mary, "a month", 30 * DAY)
    token(max_, "a week", 60 * DAY)
    token(max_, "expired", -DAY)
    tables.migrate()
    ends = {each.name: round((each.expires_at - timezone.now()) / DAY) for each in Token.objects.all()}
    assert ends == {"for ever": 90, "a year\nSubject: spam": 90, "a month": 30, "a week": 60, "expired": -1}
    assert tokens.find("secret") is not None
    [letter] = mailed(turns=3)
    assert letter.to == ["mary@example.org"]
    assert letter.subject == "[Reliability Toolkit] Tokens of yours end earlier"
    assert [line for line in letter.body.splitlines() if line.startswith("- ")] == [
        f"- {timezone.now() + 90 * DAY:%Y-%m-%d} (UTC): {name}, rtk_abcdef…"
        for name in ("a year Subject: spam", "for ever")
    ]
    assert TokenNotice.objects.exclude(sent_at=None).count() == 2


@pytest.mark.usefixtures("before")
def test_the_sessions_of_the_release_before_go_on() -> None:
    pk = user("mary@example.org")
    tables.migrate()
    mary = User.objects.get(pk=pk)
    assert mary.generation == 0
    assert "." not in mary.get_session_auth_hash()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_tokennotice")
        assert cursor.fetchone() == (0,)
