"""Whoever has a browser or a cookie of somebody's, and neither their password nor their passkey, opens no way that
lasts longer than that session.
"""

import time
from typing import Any, NamedTuple

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache

from rtk.console.people import invitations
from rtk.console.people.models import Invitation, Membership, Organization, Team, Token, User
from tests.console.people.issuer import Issuer, come_back
from tests.console.people.world import PASSWORD, World, new_browser, signed_in

TOKEN = {"name": "CI", "scopes": ["read"], "days": "30"}
NEW = {"password1": "another long phrase", "password2": "another long phrase"}
PERSON = {"sub": "mary", "email": "mary@example.org", "email_verified": True, "name": "Mary"}


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()


class Door(NamedTuple):
    """What a thief would do, as a request."""

    path: str
    form: dict[str, Any]


DOORS = {
    "make a token": Door("/tokens", TOKEN),
    "add an address": Door("/accounts/email/", {"action_add": "", "email": "thief@example.net"}),
    "take another address for the primary one": Door(
        "/accounts/email/", {"action_primary": "", "email": "second@example.org"}
    ),
    "remove an address": Door("/accounts/email/", {"action_remove": "", "email": "second@example.org"}),
    "add an authenticator app": Door("/accounts/2fa/totp/activate/", {"code": "123456"}),
    "remove the authenticator app": Door("/accounts/2fa/totp/deactivate/", {}),
    "add a passkey": Door("/accounts/2fa/webauthn/add/", {"name": "Mine", "credential": "none"}),
    "remove a passkey": Door("/accounts/2fa/webauthn/keys/{passkey}/remove/", {}),
    "rename a passkey": Door("/accounts/2fa/webauthn/keys/{passkey}/edit/", {"name": "Mine"}),
    "make recovery codes": Door("/accounts/2fa/recovery-codes/generate/", {}),
    "disconnect the issuer": Door("/accounts/3rdparty/", {"account": "{account}"}),
    "delete the organization": Door("/acme/delete", {"name": "Acme"}),
    "delete a team": Door("/acme/shop/delete", {"name": "Shop"}),
    "make somebody an owner": Door("/acme/members/{member}", {"role": "owner"}),
    "invite an admin": Door("/acme/invitations", {"emails": "thief@example.net", "role": "admin"}),
}
SHOWN = ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/download/", "/accounts/2fa/totp/activate/")


def ids(world: World) -> dict[str, Any]:
    """What the addresses of the doors hold."""
    user = world.owner
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    passkey = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Hers"})
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    account = SocialAccount.objects.create(user=user, provider="sso", uid="alice")
    member = world.membership(world.viewer)
    return {"passkey": passkey.pk, "account": account.pk, "member": member.pk}


def state() -> list[Any]:
    """All that a thief could have changed."""
    addresses = EmailAddress.objects.order_by("email").values_list("email", "primary", "verified")
    factors = Authenticator.objects.order_by("pk").values_list("pk", "type", "data")
    kinds = (Token, Organization, Team, Invitation, SocialAccount)
    roles = Membership.objects.order_by("pk").values_list("pk", "role")
    passwords = User.objects.order_by("pk").values_list("pk", "password")
    return [list(addresses), list(factors), list(roles), list(passwords), [kind.objects.count() for kind in kinds]]


def filled(door: Door, world: World) -> Door:
    there = ids(world)
    return Door(
        door.path.format(**there),
        {key: value.format(**there) if isinstance(value, str) else value for key, value in door.form.items()},
    )


@pytest.mark.usefixtures("issuer")
@pytest.mark.parametrize("what", DOORS)
def test_a_session_of_16_minutes_ago_cannot(world: World, what: str) -> None:
    path, form = filled(DOORS[what], world)
    before = state()
    answer = signed_in(world.owner, minutes_ago=16).post(path, form)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert state() == before


@pytest.mark.parametrize("path", SHOWN)
def test_a_session_of_16_minutes_ago_sees_no_secret_of_a_second_factor(world: World, path: str) -> None:
    if "totp" not in path:
        ids(world)
    answer = signed_in(world.owner, minutes_ago=16).get(path)
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_a_session_of_16_minutes_ago_sees_no_link_that_makes_an_owner_or_admin(world: World, role: str) -> None:
    link = invitations.path(invitations.invite(world.owner, world.org, "thief@example.net", role))
    old, new = (signed_in(world.owner, minutes_ago=ago).get("/acme/invitations") for ago in (16, 14))
    assert link not in old.content.decode()
    assert "/accounts/reauthenticate/?next=/acme/invitations" in old.content.decode()
    assert link in new.content.decode()


def test_what_was_asked_for_is_done_once_the_password_is_given(world: World) -> None:
    client = signed_in(world.owner, minutes_ago=16)
    asks = client.post("/tokens", TOKEN)["Location"]
    wrong = client.post(asks, {"password": "not hers", "next": "/tokens"})
    assert "password" in wrong.content.decode()
    assert not Token.objects.exists()
    done = client.post(asks, {"password": PASSWORD, "next": "/tokens"})
    assert "Your token “CI”" in done.content.decode()
    assert Token.objects.get().user == world.owner
    assert client.post("/tokens", {**TOKEN, "name": "Another"}).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 302)])
def test_signing_in_counts_for_fifteen_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch, minutes: int, status: int
) -> None:
    client = new_browser()
    client.post("/accounts/login/", {"login": world.member.email, "password": PASSWORD})
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 60 * minutes)
    assert client.post("/tokens", TOKEN).status_code == status


def test_the_password_of_one_does_not_count_for_another_in_the_same_browser(world: World) -> None:
    client = signed_in(world.owner)
    session = client.session
    session["people-shown"] = [str(world.member.pk), time.time()]
    session.save()
    assert client.post("/tokens", TOKEN).status_code == 302


def test_the_api_makes_no_token_for_a_session_of_16_minutes_ago(world: World) -> None:
    body = {"name": "CI", "scopes": ["read"]}
    old, new = (signed_in(world.owner, minutes_ago=ago) for ago in (16, 14))
    refused = old.post("/api/v1/tokens", body, content_type="application/json")
    assert refused.status_code == 403
    assert "15 min" in refused.json()["detail"]
    assert new.post("/api/v1/tokens", body, content_type="application/json").status_code == 201


def alone_with_the_issuer(user: User) -> User:
    """Somebody who signs in by the issuer and by nothing else."""
    user.set_unusable_password()
    user.save()
    SocialAccount.objects.create(user=user, provider="sso", uid="mary")
    return user


def test_whoever_has_single_sign_on_alone_sets_no_password_without_signing_on_again(
    issuer: Issuer, world: World
) -> None:
    client = signed_in(alone_with_the_issuer(world.member), minutes_ago=16)
    client.post("/accounts/password/set/", NEW)
    assert not User.objects.get(pk=world.member.pk).has_usable_password()
    assert NEW["password1"] not in str(dict(client.session))
    assert client.get("/accounts/password/set/")["Location"].startswith("/sign-on-again?next=")


def test_whoever_has_single_sign_on_alone_signs_on_again_and_goes_on(issuer: Issuer, world: World) -> None:
    client = signed_in(alone_with_the_issuer(world.member), minutes_ago=16)
    asks = client.post("/tokens", TOKEN)["Location"]
    assert asks == "/sign-on-again?next=%2Ftokens"
    assert "Acme ID" in client.get(asks).content.decode()
    leaving = client.post(asks)
    assert "prompt=login" in leaving["Location"]
    assert "max_age=0" in leaving["Location"]
    issuer.person = PERSON
    assert "Your token “CI”" in come_back(client, leaving).content.decode()
    assert Token.objects.get().user == world.member


def test_signing_on_as_somebody_else_does_not_count(issuer: Issuer, world: World) -> None:
    client = signed_in(alone_with_the_issuer(world.member), minutes_ago=16)
    asks = client.post("/tokens", TOKEN)["Location"]
    issuer.person = {**PERSON, "sub": "eve", "email": "eve@example.net"}
    assert "as somebody else" in come_back(client, client.post(asks)).content.decode()
    assert client.post("/tokens", TOKEN).status_code == 302
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("claims", "ago", "made"),
    [(["auth_time"], 0, True), (["auth_time"], 3600, False), (["auth_time"], None, False), ([], 3600, False)],
)
def test_an_issuer_that_asked_for_nothing_does_not_count(
    issuer: Issuer, world: World, claims: list[str], ago: int | None, made: bool
) -> None:
    issuer.metadata["claims_supported"] = claims
    if ago is not None:
        issuer.claims["auth_time"] = int(time.time()) - ago
    issuer.person = PERSON
    client = signed_in(alone_with_the_issuer(world.member), minutes_ago=16)
    come_back(client, client.post(client.post("/tokens", TOKEN)["Location"]))
    assert Token.objects.exists() == made


def test_whoever_has_no_way_of_their_own_is_led_to_a_new_link_and_nowhere_round(world: World) -> None:
    world.member.set_unusable_password()
    world.member.save()
    client = signed_in(world.member, minutes_ago=16)
    page = client.post("/tokens", TOKEN, follow=True)
    assert "rtk sign-in-link" in page.content.decode()
    assert client.post("/sign-on-again").status_code == 200
    assert not Token.objects.exists()
