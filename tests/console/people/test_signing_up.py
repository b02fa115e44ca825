"""How people arrive: first of all, invited, or not at all; and signing in and out."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client

from rtk.console.mail import ONLY_PRINTED
from rtk.console.people import bootstrap_signup, invitations
from rtk.console.people.models import AuditEntry, Membership, Role, User
from tests.console.mails import nowhere, through
from tests.console.people.world import PASSWORD, World, new_browser, signed_in

SIGN_UP, SIGN_IN = "/accounts/signup/", "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()  # the throttle counts across tests


def account(email: str, name: str = "Somebody") -> dict[str, str]:
    return {"name": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}


def test_the_first_page_says_how_the_first_user_comes_in(db: None, client: Client) -> None:
    assert "first user signs up with the link" in client.get("/").content.decode()


def test_the_first_user_signs_up_by_the_link_and_then_it_is_used_up(db: None, client: Client) -> None:
    link = bootstrap_signup.path()
    assert bootstrap_signup.link() == f"http://localhost:8000{link}"
    assert client.get(link)["Location"] == SIGN_UP
    answer = client.post(SIGN_UP, account("First@Example.org", "Frida"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.email, user.name) == ("first@example.org", "Frida")
    assert EmailAddress.objects.get(user=user).verified
    assert bootstrap_signup.link() is None
    assert client.get(link).status_code == 410
    assert new_browser().get(link).status_code == 410


@pytest.mark.parametrize("key", ["x", "first", "é"])
def test_a_forged_first_link_opens_nothing(db: None, client: Client, key: str) -> None:
    assert client.get(f"/welcome/{key}").status_code == 410
    assert "By invitation" in client.get(SIGN_UP).content.decode()


def test_nobody_signs_up_without_an_invitation(world: World, client: Client) -> None:
    for answer in (client.get(SIGN_UP), client.post(SIGN_UP, account("eve@example.org"))):
        assert "By invitation" in answer.content.decode()
    assert not User.objects.filter(email="eve@example.org").exists()


def test_anybody_signs_up_when_it_is_open(world: World, client: Client, settings: object) -> None:
    settings.SIGN_UP = "open"  # type: ignore[attr-defined]  # the fixture is a stand-in for any setting
    assert client.post(SIGN_UP, account("eve@example.org")).status_code == 302
    assert not Membership.objects.filter(user__email="eve@example.org").exists()


def test_the_invited_sign_up_and_are_in(world: World, client: Client) -> None:
    asked = invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER, [world.shop])
    page = client.get(invitations.path(asked)).content.decode()
    assert "Alice" in page
    assert "Make an account" in page
    assert 'value="new@example.org"' in client.get(SIGN_UP).content.decode()
    assert client.post(SIGN_UP, account("new@example.org")).status_code == 302
    assert Membership.objects.get(user__email="new@example.org").role == Role.MEMBER
    assert client.get("/acme/shop/people").status_code == 200


def test_the_invited_sign_up_by_the_invited_address_only(world: World, client: Client) -> None:
    client.get(invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.OWNER)))
    page = client.post(SIGN_UP, account("eve@example.org", "Eve")).content.decode()
    assert "The invitation is for new@example.org" in page
    assert 'value="Eve"' in page
    assert not User.objects.filter(email="eve@example.org").exists()


def test_who_has_an_account_signs_in_and_joins(world: World) -> None:
    path = invitations.path(invitations.invite(world.owner, world.org, "dora@example.org", Role.VIEWER))
    assert f"{SIGN_IN}?next={path}" in new_browser().get(path).content.decode()
    dora = signed_in(world.stranger)
    assert "Join Acme" in dora.get(path).content.decode()
    assert dora.post(path)["Location"] == "/acme"
    assert world.membership(world.stranger).role == Role.VIEWER


def test_an_invitation_of_somebody_else_says_whose_it_is(world: World) -> None:
    path = invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.VIEWER))
    page = signed_in(world.stranger).post(path).content.decode()
    assert "for new@example.org; you are signed in as dora@example.org" in page


def test_signing_in_and_out(world: World, client: Client) -> None:
    answer = client.post(SIGN_IN, {"login": "Alice@Example.ORG", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert AuditEntry.objects.filter(org=world.org, actor=world.owner, action="user.signed-in").count() == 1
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/tokens")["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "known_as"),
    [
        (0, "192.0.2.1", "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1, 192.0.2.2", "192.0.2.1"),
        (2, "192.0.2.2", "127.0.0.1"),
    ],
)
def test_the_log_says_where_somebody_signed_in_from_as_far_as_proxies_are_trusted(
    world: World, client: Client, settings: Any, proxies: int, forwarded: str | None, known_as: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    client.post(SIGN_IN, {"login": "alice@example.org", "password": PASSWORD}, headers=headers)
    entry = AuditEntry.objects.get(org=world.org, actor=world.owner, action="user.signed-in")
    assert entry.detail == {"from": known_as}
    assert UserSession.objects.get(user=world.owner).ip == known_as


def test_a_wrong_password_is_told_from_a_wrong_address_by_nobody(world: World, client: Client) -> None:
    pages = [
        client.post(SIGN_IN, {"login": email, "password": "wrong"}).content.decode()
        for email in ("alice@example.org", "nobody@example.org")
    ]
    told = [re.findall(r'errorlist[^>]*>(.*?)</ul>|role="alert">(.*?)</div>', page, re.DOTALL) for page in pages]
    assert told[0] == told[1] != []


def test_after_five_wrong_passwords_the_right_one_must_wait(world: World, client: Client) -> None:
    for _ in range(5):
        client.post(SIGN_IN, {"login": "alice@example.org", "password": "wrong"})
    page = client.post(SIGN_IN, {"login": "alice@example.org", "password": PASSWORD})
    assert page.status_code == 429
    assert "No more than 5 wrong passwords for an address are possible within 5 min:" in page.content.decode()
    assert client.get("/tokens").status_code == 302


def test_a_password_is_reset_by_mail(world: World, client: Client) -> None:
    assert client.post("/accounts/password/reset/", {"email": "alice@example.org"}).status_code == 302
    found = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert found
    form = client.get(found[0], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another long phrase", "password2": "another long phrase"})
    assert client.post(SIGN_IN, {"login": "alice@example.org", "password": "another long phrase"})["Location"] == "/"
    assert AuditEntry.objects.filter(org=world.org, action="user.password-changed").exists()


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_a_mail_server_that_fails_is_told_of_whoever_asks(
    world: World, client: Client, settings: Any, caplog: pytest.LogCaptureFixture, email: str
) -> None:
    nowhere(settings)
    with caplog.at_level("WARNING"):
        answer = client.post("/accounts/password/reset/", {"email": email}, follow=True)
    assert answer.status_code == 200
    assert "No mail could be sent" in answer.content.decode()
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    assert "RTK_MAIL_URL: [Errno 111] Connection refused" in caplog.text


def test_without_a_mail_server_the_page_says_where_the_link_goes(db: None, client: Client, settings: object) -> None:
    assert "comes by mail" in client.get("/accounts/password/reset/").content.decode()
    through(settings, ONLY_PRINTED)
    assert "no mail server" in client.get("/accounts/password/reset/").content.decode()


def test_a_client_learns_from_head_whether_its_token_is_good(world: World, client: Client) -> None:
    from rtk.console.people import tokens

    good = f"Bearer {tokens.make(world.owner, 'CI')[1]}"
    assert client.head("/").status_code == 200
    assert client.head("/", headers={"Authorization": good}).status_code == 200
    assert client.head("/", headers={"Authorization": "Bearer rtk_wrong"}).status_code == 401
