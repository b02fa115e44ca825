"""Nobody learns from a page whether an address has an account."""

import difflib
import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client

from rtk.console.people import invitations
from rtk.console.people.models import Invitation, Role, User
from tests.console.people.issuer import Issuer, come_back
from tests.console.people.world import PASSWORD, World, new_browser, people, signed_in

KNOWN, UNKNOWN, CLAIMED = "dora@example.org", "nobody@example.org", "claimed@example.org"
OTHER = "a long phrase of a stranger"
EACH = pytest.mark.parametrize("mails", ["mandatory", "none"])


@pytest.fixture(autouse=True)
def _as_it_may_be(world: World, settings: Any, request: pytest.FixtureRequest) -> None:
    """Somebody goes by CLAIMED and has not confirmed it."""
    cache.clear()  # attempts are counted across tests
    if "mails" in request.fixturenames:
        settings.ACCOUNT_EMAIL_VERIFICATION = request.getfixturevalue("mails")
    [user] = people("Claimed")
    EmailAddress.objects.filter(user=user).update(verified=False)


def told(answer: Any, email: str) -> tuple[int, str, str]:
    """What an answer tells: its status, where it leads and its text, without what is different each time."""
    text = re.sub(r"[\w.-]{32,}", "CHANCE", answer.content.decode().replace(email, "ADDRESS"))
    text = re.sub(r'<time datetime="[^"]+" title="[^"]+"', "<time", text)
    return answer.status_code, answer.headers.get("Location", ""), text


def all_the_same(answers: dict[str, tuple[int, str, str]]) -> bool:
    [first, *rest] = answers.values()
    for each in rest:
        assert each[:2] == first[:2]
        assert different(each[2], first[2]) == []
    return True


def different(one: str, other: str) -> list[str]:
    """The lines of a page that another does not have, and the other way round."""
    return [line for line in difflib.ndiff(one.splitlines(), other.splitlines()) if line[:1] in "+-"]


def sign_up(client: Client, email: str) -> list[Any]:
    account = {"name": "Somebody", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return [client.post("/accounts/signup/", account), client.get("/"), client.get("/accounts/confirm-email/")]


@EACH
def test_an_open_sign_up_answers_the_same(mails: str, settings: Any) -> None:
    settings.SIGN_UP = "open"
    steps = {email: sign_up(new_browser(), email) for email in (KNOWN, UNKNOWN, CLAIMED)}
    for step in range(3):
        assert all_the_same({email: told(answers[step], email) for email, answers in steps.items()})


@EACH
def test_an_invitation_and_signing_up_by_it_answer_the_same(mails: str, world: World) -> None:
    steps: dict[str, list[Any]] = {}
    for email in (KNOWN, UNKNOWN, CLAIMED):
        link = invitations.path(invitations.invite(world.owner, world.org, email, Role.VIEWER))
        client = new_browser()
        steps[email] = [
            client.get(link),
            client.get("/accounts/signup/"),
            *sign_up(client, email),
            new_browser().get(link),
        ]
    for step in range(6):
        assert all_the_same({email: told(answers[step], email) for email, answers in steps.items()}), step


@EACH
def test_an_inviter_who_uses_the_link_sees_the_same_on_their_page(mails: str, world: World) -> None:
    seen = {}
    for email in (KNOWN, UNKNOWN):
        asked = invitations.invite(world.owner, world.org, email, Role.VIEWER)
        client = new_browser()
        client.get(invitations.path(asked))
        sign_up(client, email)
        found = Invitation.objects.get(pk=asked.pk)
        seen[email] = (found.accepted_at is None, found.taken_at is None)
        page = signed_in(world.owner).get("/acme/invitations").content.decode()
        assert ("An account was made by its link" in page) == (mails == "mandatory")
        Invitation.objects.filter(pk=asked.pk).delete()
    assert seen[KNOWN] == seen[UNKNOWN]


def test_asking_for_a_new_password_answers_the_same() -> None:
    answers = {}
    for email in (KNOWN, UNKNOWN, CLAIMED):
        client = new_browser()
        client.post("/accounts/password/reset/", {"email": email})
        answers[email] = told(client.get("/accounts/password/reset/done/"), email)
    assert all_the_same(answers)


def test_a_wrong_password_answers_the_same_six_times() -> None:
    answers = {}
    for email in (KNOWN, UNKNOWN, CLAIMED):
        cache.clear()
        client = new_browser()
        tries = [client.post("/accounts/login/", {"login": email, "password": f"wrong{n}"}) for n in range(6)]
        answers[email] = [told(each, email) for each in tries]
    for number in range(6):
        assert all_the_same({email: each[number] for email, each in answers.items()})


@EACH
def test_adding_an_address_answers_the_same(mails: str, world: World) -> None:
    answers = {}
    for email in (KNOWN, UNKNOWN, CLAIMED):
        client = signed_in(world.owner)  # whose own address comes first in the list
        added = client.post("/accounts/email/", {"action_add": "", "email": email})
        assert added.status_code == 302
        answers[email] = told(client.get("/accounts/email/"), email)
        EmailAddress.objects.filter(user=world.owner, primary=False).delete()
    assert all_the_same(answers)


@EACH
@pytest.mark.parametrize("sign_up", ["open", "invitation"])
def test_an_issuer_that_is_not_believed_answers_the_same(
    mails: str, sign_up: str, issuer: Issuer, settings: Any
) -> None:
    settings.SIGN_UP = sign_up
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["domains"] = []
    answers = {}
    for number, email in enumerate((KNOWN, UNKNOWN, CLAIMED)):
        issuer.person = {"sub": str(number), "email": email, "email_verified": True, "name": "Eve"}
        answers[email] = told(come_back(new_browser()), email)
    assert all_the_same(answers)


@EACH
@pytest.mark.parametrize("sign_up_is", ["open", "invitation"])
def test_signing_in_by_what_was_signed_up_with_answers_the_same(
    mails: str, sign_up_is: str, settings: Any, world: World
) -> None:
    settings.SIGN_UP = sign_up_is
    answers = {}
    for email in (KNOWN, UNKNOWN, CLAIMED):
        client = new_browser()
        if sign_up_is == "invitation":
            client.get(invitations.path(invitations.invite(world.owner, world.org, email, Role.VIEWER)))
        account = {"name": "Eve", "email": email, "password1": OTHER, "password2": OTHER}
        assert client.post("/accounts/signup/", account).status_code == 302
        tries = [new_browser().post("/accounts/login/", {"login": email, "password": OTHER}) for _ in range(6)]
        answers[email] = [told(each, email) for each in tries]
    for number in range(6):
        assert all_the_same({email: each[number] for email, each in answers.items()})


@EACH
def test_an_address_is_looked_at_as_often_whether_it_has_an_account(
    mails: str, settings: Any, monkeypatch: Any
) -> None:
    hashed: list[str] = []
    make = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return make(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    settings.SIGN_UP = "open"
    for _ in range(3):
        looked = {}
        for email in (KNOWN, UNKNOWN):
            del hashed[:]
            new_browser().post("/accounts/login/", {"login": email, "password": "wrong"})
            looked[email] = len(hashed)
            sign_up(new_browser(), email)
        assert looked[KNOWN] == looked[UNKNOWN] > 0


def test_signing_up_takes_as_long_for_an_address_that_has_an_account(settings: Any, monkeypatch: Any) -> None:
    settings.SIGN_UP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", "mandatory"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    took = {}
    for email in (UNKNOWN, KNOWN):
        began = time.thread_time()
        sign_up(new_browser(), email)
        took[email] = time.thread_time() - began
    # The hash is nearly all of it, and by far more than the rest.
    assert took[KNOWN] > took[UNKNOWN] / 2


def test_an_organization_tells_its_admins_nothing_of_strangers(world: World) -> None:
    answers = {}
    for email in (KNOWN, UNKNOWN, CLAIMED):
        inviter = signed_in(world.admin)
        sent = inviter.post("/acme/invitations", {"emails": email, "role": Role.VIEWER})
        answers[email] = (told(sent, email), told(inviter.get("/acme/invitations"), email))
        Invitation.objects.all().delete()
    assert len({tuple(re.sub(r"of-[\w-]{36}|[\w-]{36}", "", str(each)) for each in answers.values())}) == 1
    assert User.objects.filter(email=KNOWN).count() == 1
