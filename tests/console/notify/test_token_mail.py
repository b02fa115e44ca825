"""Mails about tokens: sent once, whatever becomes of the mail server, the process and the one beside it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from rtk.console.mail import ONLY_PRINTED, SMTP
from rtk.console.notify import token_mail
from rtk.console.notify.patience import CLAIMED
from rtk.console.people import tokens
from rtk.console.people.models import Token, TokenNotice, TokenNoticeKind, User
from tests.console.live import console_of_nobody
from tests.console.mails import MEMORY, nowhere, through
from tests.console.notify.receivers import MailReceiver
from tests.console.people.world import World, made

START = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _a_mail_server(settings: Any) -> None:
    through(settings, MEMORY)


class Post:
    """Who sends, and a clock. `failing` is what the mail server does from now on."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.failing: BaseException | None = None
        self.time = START

    def send(self, letter: EmailMessage) -> None:
        if self.failing:
            raise self.failing
        self.letters.append(letter)

    def turn(self, after: timedelta = timedelta()) -> int:
        self.time += after
        return token_mail.turn(self.send, lambda: self.time)


@pytest.fixture
def post() -> Post:
    return Post()


def a_token(user: User, days: float, name: str = "CI", lasts: float = 365) -> Token:
    token, _ = tokens.make(user, name)
    ends = START + days * DAY
    Token.objects.filter(pk=token.pk).update(expires_at=ends, created_at=ends - lasts * DAY)
    return token


def test_a_token_that_ends_within_a_week_is_told_to_its_owner_once(world: World, post: Post) -> None:
    a_token(world.member, 6.9)
    a_token(world.member, 7.1, "later")
    assert (post.turn(), post.turn(), post.turn(6 * DAY / 24)) == (1, 0, 1)
    first, second = post.letters
    assert first.to == second.to == ["mary@example.org"]
    assert first.subject == "[Reliability Toolkit] Tokens of yours end soon"
    assert f"- {START + 6.9 * DAY:%Y-%m-%d} (UTC): CI, rtk_" in first.body
    assert "later" not in first.body
    assert "http://localhost:8000/tokens" in first.body


def test_tokens_of_one_person_are_told_in_one_mail_and_of_another_in_another(world: World, post: Post) -> None:
    for user, name in ((world.member, "one"), (world.owner, "two"), (world.member, "three")):
        a_token(user, 3, name)
    assert post.turn() == 2
    told = {letter.to[0]: [name for name in ("one", "two", "three") if name in letter.body] for letter in post.letters}
    assert told == {"mary@example.org": ["one", "three"], "alice@example.org": ["two"]}


@pytest.mark.parametrize("after", [-1, 8])
def test_what_is_over_or_far_away_is_not_told(world: World, post: Post, after: float) -> None:
    a_token(world.member, after)
    assert post.turn() == 0


def test_of_a_token_that_was_made_for_days_nothing_is_told(world: World, post: Post) -> None:
    a_token(world.member, 3, lasts=29)
    assert post.turn() == 0


def test_an_address_that_nobody_confirmed_gets_no_mail(world: World, post: Post) -> None:
    a_token(world.member, 3)
    EmailAddress.objects.filter(user=world.member).update(verified=False)
    assert post.turn() == 0
    EmailAddress.objects.filter(user=world.member).update(verified=True)
    assert post.turn() == 1


def test_without_a_mail_server_nothing_is_noted_or_printed(world: World, post: Post, settings: Any) -> None:
    through(settings, ONLY_PRINTED)
    a_token(world.member, 3)
    assert post.turn() == 0
    assert not TokenNotice.objects.exists()


def test_a_mail_server_that_is_down_for_days_gets_it_once_it_is_up(world: World, post: Post) -> None:
    a_token(world.member, 6)
    a_token(world.owner, 6)
    post.failing = ConnectionRefusedError()
    assert [post.turn(timedelta(hours=1)) for _ in range(48)] == [0] * 48
    post.failing = None
    assert sum(post.turn(timedelta(hours=1)) for _ in range(3)) == 2
    assert sorted(letter.to[0] for letter in post.letters) == ["alice@example.org", "mary@example.org"]


def test_a_token_that_ends_before_the_mail_server_is_up_is_not_told(world: World, post: Post) -> None:
    a_token(world.member, 1)
    post.failing = OSError()
    post.turn()
    post.failing = None
    assert post.turn(2 * DAY) == 0


def test_a_process_that_dies_while_it_sends_leaves_it_to_another(world: World, post: Post) -> None:
    a_token(world.member, 3)
    post.failing = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        post.turn()
    post.failing = None
    assert post.turn(CLAIMED / 2) == 0
    assert post.turn(CLAIMED) == 1
    assert len(post.letters) == 1


def test_both_mails_of_one_notice_have_one_id(world: World, post: Post) -> None:
    token = a_token(world.member, 3)
    notice = TokenNotice.objects.create(token=token, kind=TokenNoticeKind.ENDS_SOON)
    letters = [token_mail.letter([notice]) for _ in range(2)]
    assert {letter.extra_headers["Message-ID"] for letter in letters} == {f"<{notice.pk}@rtk.invalid>"}


def test_a_real_mail_server_that_was_down_gets_one_mail(world: World, settings: Any, mail_server: MailReceiver) -> None:
    a_token(world.member, 3)
    nowhere(settings)
    assert token_mail.turn() == 0
    through(settings, SMTP, host="127.0.0.1", port=mail_server.server_address[1])
    assert token_mail.turn(now=lambda: timezone.now() + timedelta(minutes=2)) == 1
    assert token_mail.turn(now=lambda: timezone.now() + timedelta(hours=2)) == 0
    assert len(mail_server.came) == 1


@pytest.fixture
def replicas(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A database that several processes can work in; no job sends mails every minute beside the test."""
    with override_settings(WORKER=False), django_db_blocker.unblock(), console_of_nobody():
        yield made()


def test_of_six_replicas_that_send_at_the_same_moment_each_person_gets_one_mail(replicas: World) -> None:
    people = [replicas.owner, replicas.member, replicas.viewer, replicas.admin]
    for user in people:
        for number in range(3):
            a_token(user, 3, f"CI {number}")
    letters: list[EmailMessage] = []
    ready = threading.Barrier(6)

    def replica(_: int) -> int:
        ready.wait(30)
        try:
            return token_mail.turn(letters.append)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        sent = sum(pool.map(replica, range(6)))
    while more := token_mail.turn(letters.append):  # where all six came to one person, five have nothing left to do
        sent += more
    assert sent == len(people)
    assert sorted(letter.to[0] for letter in letters) == sorted(user.email for user in people)
    assert all(letter.body.count("- 2") == 3 for letter in letters)
