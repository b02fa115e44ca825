"""Nobody has more of two consoles on one database than of one, and one that stands still or is old harms no other.

Two real processes, for what a process keeps to itself is what matters here.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from rtk import helper
from rtk.console import tables
from rtk.console.cluster import CannotRunDatabase
from rtk.console.health import REMEMBERED_S
from rtk.console.people import sign_in_link, tokens
from rtk.console.people.auth_cache import SECONDS
from rtk.console.postgres import Postgres
from tests.attack.test_at_once import Browser, at_once
from tests.console.people.world import World, made, signed_in

LOGIN = "/accounts/login/"
NAME = "several"
Two = tuple[str, str]


@contextmanager
def console(place: Path, port: int, database: str) -> Iterator[str]:
    """A console of its own process; yields its address once it answers."""
    given = {
        "RTK_DATA": str(place),
        "RTK_PORT": str(port),
        "DATABASE_URL": database,
        "RTK_SECRET_KEY": settings.SECRET_KEY,
    }
    with subprocess.Popen(
        helper.command("rtk.console"), env={**os.environ, **given}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def two(postgres: Postgres, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Two]:
    """The addresses of two consoles, with Acme in their database, which this process uses meanwhile."""
    usual, name = connection.settings_dict["NAME"], NAME
    with postgres.connect("postgres") as server:
        server.execute(f"CREATE DATABASE {name}")
    url = postgres.url().replace("@/rtk?", f"@/{name}?")
    with ExitStack() as ending, django_db_blocker.unblock():
        both = [ending.enter_context(console(tmp_path_factory.mktemp("data"), 0, url)) for _ in range(2)]
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield both[0], both[1]
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
    with postgres.connect("postgres") as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def world(two: Two) -> World:
    return made()


def loaded(two: Two, many: int) -> list[Browser]:
    """Browsers at the page to sign in, of both consoles by turns."""
    browsers = [Browser(two[number % 2], LOGIN) for number in range(many)]
    for each in browsers:
        each.load(LOGIN)
    return browsers


def test_wrong_passwords_count_for_both(two: Two, world: World) -> None:
    tries = [
        lambda each=each, n=n: each.send(LOGIN, login="adam@example.org", password=f"wrong-{n}")
        for n, each in enumerate(loaded(two, 10))
    ]
    assert sorted(answer.status_code for answer in at_once(*tries)) == [200] * 5 + [429] * 5


def test_a_link_to_sign_in_is_good_once_at_both(two: Two, world: World) -> None:
    link = "/sign-in/" + sign_in_link.link("charlie@example.org").partition("/sign-in/")[2]
    answers = at_once(*[lambda each=each: each.get(link) for each in loaded(two, 8)])
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 7


def test_who_signs_out_at_one_is_signed_out_at_the_other(two: Two, world: World) -> None:
    cookies = {settings.SESSION_COOKIE_NAME: signed_in(world.viewer).cookies[settings.SESSION_COOKIE_NAME].value}

    def seen() -> list[int]:
        return [requests.get(f"{url}/profile", cookies=cookies, allow_redirects=False).status_code for url in two]

    assert seen() == [200, 200]
    Session.objects.all().delete()  # as signing out does
    assert seen() == [302, 302]


def test_a_token_that_is_revoked_at_one_is_refused_at_the_other_within_two_seconds(two: Two, world: World) -> None:
    token, secret = tokens.make(world.member, "CI", ("read",))

    def status(url: str) -> int:
        return requests.get(f"{url}/api/v1/organizations", headers={"Authorization": f"Bearer {secret}"}).status_code

    assert [status(url) for url in two] == [200, 200]
    tokens.revoke(token)
    until = time.monotonic() + SECONDS + 1
    while {status(url) for url in two} != {401}:
        assert time.monotonic() < until


def test_one_that_stands_still_while_it_changes_the_tables_keeps_no_other_waiting_for_ever(
    two: Two, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    monkeypatch.setattr(tables, "WAIT_S", 0.1)
    with postgres.connect(NAME) as still:
        still.execute("SELECT pg_advisory_lock(%s)", [0x52544B00])
        with pytest.raises(
            CannotRunDatabase, match=r"another console has been changing the database's tables for 0.1 s"
        ):
            tables.migrate()
    tables.migrate()


def test_one_that_is_older_than_its_tables_is_no_longer_ready(two: Two, world: World) -> None:
    def ready() -> list[tuple[int, str]]:
        time.sleep(REMEMBERED_S)
        answers = [requests.get(f"{url}/health/ready") for url in two]
        return [(each.status_code, each.json()["status"]) for each in answers]

    assert ready() == [(200, "ok")] * 2
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', now())")
        assert ready() == [(503, "newer tables")] * 2
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    assert ready() == [(200, "ok")] * 2
