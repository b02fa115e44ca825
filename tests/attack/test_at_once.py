"""No link makes two accounts, also not by several who use it at the same moment: real requests, a real database."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import override_settings

from rtk.console.people import bootstrap_signup, invitations, sign_in_link
from rtk.console.people.models import AuditEntry, Membership, Organization, Role, User
from rtk.console.people.resets import ResetLinks
from tests.console.live import console_of_nobody
from tests.console.people.issuer import LOGIN, Issuer, answer_to
from tests.console.people.world import PASSWORD, made, people

SIGN_UP, LOGIN_PAGE, CODE = "/accounts/signup/", "/accounts/login/", "/accounts/2fa/authenticate/"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
USED_UP = ("This link is used up", "This invitation is used up")


@pytest.fixture
def console(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a console that nobody has come to yet."""
    cache.clear()  # attempts are counted across tests
    with django_db_blocker.unblock(), console_of_nobody() as url:
        yield url


class Browser:
    """A browser of somebody who came by a link and has a form before them."""

    def __init__(self, console: str, link: str) -> None:
        self._console, self._session = console, requests.Session()
        self._session.trust_env = False
        self._session.get(console + link, timeout=30)

    def load(self, path: str) -> None:
        page = self._session.get(self._console + path, timeout=30).text
        [self._token, *_] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)

    def send(self, path: str, **form: str) -> requests.Response:
        data = {**form, "csrfmiddlewaretoken": self._token}
        return self._session.post(self._console + path, data, headers={"Referer": self._console}, timeout=60)

    def leave(self, path: str) -> str:
        """Where a form leads that leads elsewhere."""
        data = {"csrfmiddlewaretoken": self._token}
        answer = self._session.post(
            self._console + path, data, headers={"Referer": self._console}, allow_redirects=False
        )
        return answer.headers["Location"]

    def get(self, path: str) -> requests.Response:
        return self._session.get(self._console + path, timeout=60)


def at_once(*acts: Any) -> list[requests.Response]:
    """What everybody is answered who acts at the same moment."""
    ready, answers = threading.Barrier(len(acts)), []

    def one(act: Any) -> None:
        ready.wait(30)
        answers.append(act())

    threads = [threading.Thread(target=one, args=[act]) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    connections.close_all()
    return answers


def while_held(user: User, *acts: Any) -> list[requests.Response]:
    """The same, where several of them wait for the row of a user at which each had looked before."""
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic(), connection.cursor() as cursor:
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            answers = elsewhere.submit(at_once, *acts)
            end, waiting = time.monotonic() + 30, 0
            while waiting < 2 and time.monotonic() < end:
                time.sleep(0.05)
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees nobody who comes later
                cursor.execute(WAITING)
                [waiting] = cursor.fetchone()
            assert waiting >= 2
        return answers.result()


def signing_up(browser: Browser, email: str) -> Any:
    browser.load(SIGN_UP)
    account = {"name": "Somebody", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return lambda: browser.send(SIGN_UP, **account)


def told_apart(answers: list[requests.Response]) -> tuple[int, int]:
    """How many have an account, and how many a sentence; no answer is anything else."""
    refused = [answer for answer in answers if answer.status_code == 410 and any(s in answer.text for s in USED_UP)]
    let_in = [answer for answer in answers if answer.status_code == 200 and SIGN_UP not in answer.url]
    assert len(let_in) + len(refused) == len(answers), [(each.status_code, each.text) for each in answers]
    return len(let_in), len(refused)


def test_the_first_users_link_makes_one_account_for_four_at_the_same_moment(console: str) -> None:
    four = [signing_up(Browser(console, bootstrap_signup.path()), f"first{n}@example.org") for n in range(4)]
    assert told_apart(at_once(*four)) == (1, 3)
    [user] = User.objects.all()
    assert user.is_administrator
    assert EmailAddress.objects.get(verified=True).user == user


@pytest.mark.parametrize("sign_up", ["invitation", "open"])
@pytest.mark.parametrize("mails", ["none", "mandatory"])
def test_an_invitation_makes_one_account_for_five_at_the_same_moment(console: str, mails: str, sign_up: str) -> None:
    world = made()
    link = invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER))
    with override_settings(ACCOUNT_EMAIL_VERIFICATION=mails, SIGN_UP=sign_up):
        five = [signing_up(Browser(console, link), "new@example.org") for _ in range(5)]
        assert told_apart(at_once(*five)) == (1, 4)
    [user] = User.objects.filter(email="new@example.org")
    assert Membership.objects.filter(user=user).exists() == (mails == "none")


def test_an_invitation_that_was_used_makes_no_account_later(console: str) -> None:
    world = made()
    link = invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER))
    late, early = (signing_up(Browser(console, link), "new@example.org") for _ in range(2))
    assert told_apart([early(), late()]) == (1, 1)
    assert User.objects.filter(email="new@example.org").count() == 1


@pytest.mark.parametrize("sign_up", ["invitation", "open"])
def test_the_first_users_link_opened_earlier_later_verifies_nothing(console: str, sign_up: str) -> None:
    with override_settings(SIGN_UP=sign_up):
        late, early = (
            signing_up(Browser(console, bootstrap_signup.path()), f"{name}@example.org") for name in ("late", "early")
        )
        assert told_apart([early()]) == (1, 0)
        late()
    assert EmailAddress.objects.get(verified=True).email == "early@example.org"
    assert User.objects.filter(is_administrator=True).count() == 1


def test_nobody_signs_up_before_the_first_user_on_an_open_console(console: str) -> None:
    with override_settings(SIGN_UP="open"):
        assert "By invitation" in Browser(console, "/").get(SIGN_UP).text
        assert told_apart([signing_up(Browser(console, bootstrap_signup.path()), "first@example.org")()]) == (1, 0)


def test_the_same_sign_on_four_times_at_the_same_moment_makes_one_account(console: str, issuer: Issuer) -> None:
    people("First")
    issuer.person = {"sub": "1", "email": "new@example.org", "email_verified": True, "name": "New One"}
    with override_settings(SIGN_UP="open"):
        answers = at_once(*[back_from_the_issuer(Browser(console, LOGIN)) for _ in range(4)])
    assert User.objects.filter(email="new@example.org").count() == 1
    assert all(each.status_code in (200, 410) for each in answers), [each.status_code for each in answers]
    assert any(each.status_code == 200 for each in answers)


def test_the_same_first_sign_on_to_an_account_four_times_connects_it_once(console: str, issuer: Issuer) -> None:
    world = made()
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": True, "name": "Mary M"}
    answers = at_once(*[back_from_the_issuer(Browser(console, LOGIN)) for _ in range(4)])
    assert all(each.status_code in (200, 410) for each in answers), [each.status_code for each in answers]
    assert SocialAccount.objects.filter(user=world.member).count() == 1


def back_from_the_issuer(browser: Browser) -> Any:
    browser.load(LOGIN)
    came = answer_to(browser.leave(LOGIN))
    return lambda: browser.get(f"{LOGIN}callback/?{urlencode(came)}")


def choosing(browser: Browser, form: str, password: str) -> Any:
    browser.load(form)
    return lambda: browser.send(form, password1=password, password2=password)


def test_a_link_to_reset_a_password_sets_one_for_four_at_the_same_moment(console: str) -> None:
    world = made()
    world.owner.read_at = world.owner.email
    form = f"/accounts/password/reset/key/{user_pk_to_url_str(world.owner)}-{{}}/"
    link = form.format(ResetLinks().make_token(world.owner))
    four = [choosing(Browser(console, link), form.format("set-password"), f"long phrase {n}") for n in range(4)]
    answers = while_held(world.owner, *four)
    assert [each.status_code for each in answers] == [200] * 4
    assert len([each for each in answers if "Password successfully changed" in each.text]) == 1
    assert len([each for each in answers if "The password reset link was invalid" in each.text]) == 3
    changed = AuditEntry.objects.filter(org=world.org, action="user.password-changed")
    assert changed.count() == 1


def test_a_link_to_sign_in_that_four_opened_lets_one_in_by_the_codes_of_all(console: str) -> None:
    world = made()
    TOTP.activate(world.owner, generate_totp_secret())
    codes = RecoveryCodes.activate(world.owner).get_unused_codes()
    link = sign_in_link.link(world.owner.email).removeprefix("http://localhost:8000")
    browsers = [Browser(console, link) for _ in range(4)]
    for each in browsers:
        each.load(CODE)
    tries = [partial(each.send, CODE, code=code) for each, code in zip(browsers, codes, strict=False)]
    answers = while_held(world.owner, *tries)
    assert len([each for each in answers if "was used meanwhile" in each.text]) == 3
    assert [each.get("/profile").url for each in browsers].count(f"{console}/profile") == 1


def test_two_who_confirm_an_address_at_the_same_moment_do_not_both_have_it(console: str) -> None:
    one, two = people("One", "Two")
    for user in (one, two):
        EmailAddress.objects.create(user=user, email="shared@example.org")
    from rtk.console.people import addresses

    confirmed: list[bool] = []
    at_once(*[lambda user=user: confirmed.append(addresses.confirm(user, "shared@example.org")) for user in (one, two)])
    assert sorted(confirmed) == [False, True]


def test_two_organizations_of_one_name_at_the_same_moment_are_one(console: str) -> None:
    [owner] = people("Olga")
    User.objects.filter(pk=owner.pk).update(is_administrator=True)
    browsers = [Browser(console, "/") for _ in range(2)]
    for each in browsers:
        each.load("/accounts/login/")
        each.send("/accounts/login/", login="olga@example.org", password=PASSWORD)
        each.load("/organizations/new")
    answers = at_once(*[lambda each=each: each.send("/organizations/new", name="Same") for each in browsers])
    assert sorted(each.status_code for each in answers) == [200, 422]
    assert Organization.objects.count() == 1


def test_passwords_that_are_tried_at_the_same_moment_are_no_more_than_one_after_another(console: str) -> None:
    made()
    browsers = [Browser(console, LOGIN_PAGE) for _ in range(12)]
    for each in browsers:
        each.load(LOGIN_PAGE)
    tries = [
        partial(each.send, LOGIN_PAGE, login="alice@example.org", password=f"wrong-{n}")
        for n, each in enumerate(browsers)
    ]
    statuses = sorted(answer.status_code for answer in at_once(*tries))
    assert statuses == [200] * 5 + [429] * 7
