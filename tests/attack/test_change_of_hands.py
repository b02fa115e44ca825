"""Nothing of whoever had an account before opens it once it was reset, disabled or removed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache

from rtk.console.people import gate, revocation, sign_in_link, tokens
from rtk.console.people.models import AuditEntry, Token, User
from rtk.console.people.revocation import RevocationReason
from tests.console.people.issuer import Issuer, come_back
from tests.console.people.world import PASSWORD, World, new_browser, signed_in

NEW = "another long phrase"


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()  # attempts are counted across tests


def reset(user: User) -> None:
    """As somebody does who reads the mail."""
    client = new_browser()
    client.post("/accounts/password/reset/", {"email": user.email})
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=user.pk).check_password(NEW)


def handed_over(user: User) -> None:
    revocation.end_access(user, RevocationReason.HANDED_OVER)


def change_password(user: User) -> None:
    user.set_password(NEW)
    user.save()


WAYS: list[Callable[[User], Any]] = [reset, revocation.disable, User.delete, handed_over]


@pytest.mark.parametrize("how", WAYS)
def test_no_token_lets_anybody_in(world: World, how: Callable[[User], Any]) -> None:
    secret = tokens.make(world.member, "CI")[1]
    assert gate.authenticate(f"Bearer {secret}") is not None
    how(world.member)
    assert gate.authenticate(f"Bearer {secret}") is None
    assert not Token.objects.exists()


@pytest.mark.parametrize("how", WAYS)
def test_no_open_browser_goes_on(world: World, how: Callable[[User], Any]) -> None:
    listed, unlisted = new_browser(), signed_in(world.member)
    listed.post("/accounts/login/", {"login": world.member.email, "password": PASSWORD})
    assert listed.get("/acme/shop/people").status_code == unlisted.get("/acme/shop/people").status_code == 200
    how(world.member)
    assert listed.get("/acme/shop/people").status_code == unlisted.get("/acme/shop/people").status_code == 302
    assert not UserSession.objects.exists()
    assert signed_in(world.owner).get("/acme").status_code == 200


@pytest.mark.parametrize("how", WAYS)
def test_no_passkey_authenticator_app_or_recovery_code_is_left(world: World, how: Callable[[User], Any]) -> None:
    for user in (world.member, world.owner):
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES):
            Authenticator.objects.create(user=user, type=kind, data={})
    how(world.member)
    assert {each.user_id for each in Authenticator.objects.all()} == {world.owner.pk}


@pytest.mark.parametrize("how", [reset, handed_over])
def test_no_account_of_the_issuer_that_was_connected_signs_in(
    issuer: Issuer, world: World, how: Callable[[User], Any]
) -> None:
    SocialAccount.objects.create(user=world.member, provider="sso", uid="eve")
    how(world.member)
    issuer.person = {"sub": "eve", "email": "eve@example.com", "email_verified": True, "name": "Eve"}
    come_back(client := new_browser())
    assert client.get("/acme/shop/people").status_code == 302


def test_who_is_let_in_again_has_nothing_that_was_there_before(world: World) -> None:
    secret = tokens.make(world.member, "CI")[1]
    browser = signed_in(world.member)
    revocation.disable(world.member)
    world.member.is_active = True
    world.member.save()
    assert gate.authenticate(f"Bearer {secret}") is None
    assert browser.get("/acme/shop/people").status_code == 302
    again = new_browser()
    again.post("/accounts/login/", {"login": world.member.email, "password": PASSWORD})
    assert again.get("/acme/shop/people").status_code == 200


def test_the_organizations_are_told(world: World) -> None:
    tokens.make(world.member, "CI")
    reset(world.member)
    entry = AuditEntry.objects.get(org=world.org, action="user.access-ended")
    assert (entry.target, entry.detail["why"], entry.detail["tokens"]) == ("mary@example.org", "reset", 1)


def test_a_reset_asked_for_and_not_done_ends_nothing(world: World) -> None:
    secret = tokens.make(world.member, "CI")[1]
    browser = signed_in(world.member)
    new_browser().post("/accounts/password/reset/", {"email": world.member.email})
    assert gate.authenticate(f"Bearer {secret}") is not None
    assert browser.get("/acme/shop/people").status_code == 200


def test_no_address_that_was_added_resets_the_password_again(world: World) -> None:
    for email, confirmed in (("evil@example.com", True), ("late@example.com", False)):
        EmailAddress.objects.create(user=world.member, email=email, verified=confirmed)
    late = EmailConfirmationHMAC(EmailAddress.objects.get(email="late@example.com")).key
    reset(world.member)
    new_browser().post(f"/accounts/confirm-email/{late}/")
    for email in ("evil@example.com", "late@example.com"):
        new_browser().post("/accounts/password/reset/", {"email": email})
        assert "/accounts/password/reset/key/" not in str(mail.outbox[-1].body)
    assert [each.email for each in EmailAddress.objects.filter(user=world.member)] == ["mary@example.org"]


def test_the_address_at_which_the_mail_was_read_is_the_one_that_stays(world: World) -> None:
    EmailAddress.objects.filter(user=world.member).update(primary=False)
    EmailAddress.objects.create(user=world.member, email="evil@example.com", verified=True, primary=True)
    User.objects.filter(pk=world.member.pk).update(email="evil@example.com")
    reset(world.member)
    assert User.objects.get(pk=world.member.pk).email == "mary@example.org"
    [left] = EmailAddress.objects.filter(user=world.member)
    assert (left.email, left.primary, left.verified) == ("mary@example.org", True, True)


def test_a_link_that_was_mailed_before_an_address_was_removed_resets_nothing(world: World) -> None:
    EmailAddress.objects.create(user=world.member, email="evil@example.com", verified=True)
    new_browser().post("/accounts/password/reset/", {"email": "evil@example.com"})
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    reset(world.member)
    form = new_browser().get(link, follow=True)
    assert "password1" not in form.content.decode()


@pytest.mark.parametrize("how", [reset, revocation.disable, handed_over, change_password])
def test_nobody_who_was_halfway_in_goes_on(world: World, how: Callable[[User], Any]) -> None:
    totp_auth.TOTP.activate(world.member, totp_auth.generate_totp_secret())
    recovery_codes = auth.RecoveryCodes.activate(world.member)
    halfway = new_browser()
    answer = halfway.post("/accounts/login/", {"login": world.member.email, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    how(User.objects.get(pk=world.member.pk))
    halfway.post("/accounts/2fa/authenticate/", {"code": recovery_codes.get_unused_codes()[0]})
    assert halfway.get("/acme/shop/people").status_code == 302


def test_no_link_of_before_waits_for_whoever_was_shut_out_to_be_let_in_again(world: World) -> None:
    new_browser().post("/accounts/password/reset/", {"email": world.member.email})
    [to_reset] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    to_sign_in = sign_in_link.link(world.member.email).removeprefix("http://localhost:8000")
    revocation.disable(world.member)
    assert "password1" not in new_browser().get(to_reset, follow=True).content.decode()
    world.member.is_active = True
    world.member.save()
    assert "password1" not in new_browser().get(to_reset, follow=True).content.decode()
    assert new_browser().get(to_sign_in).status_code == 410
