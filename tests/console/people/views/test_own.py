"""Profile, tokens, sessions and second factors: one's own."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from rtk.console.people import gate, tokens
from rtk.console.people.models import AuditEntry, Token, User
from tests.console.people.world import PASSWORD, World, signed_in


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()


def browser(user: User, agent: str) -> Client:
    """Somebody who signed in as people do."""
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_a_name_is_saved_and_shown(world: World) -> None:
    page = signed_in(world.owner).post("/profile", {"name": "Alice Arden"}, follow=True).content.decode()
    assert "Your profile is saved" in page
    assert 'value="Alice Arden"' in page


def test_too_long_a_name_is_told_beside_the_field_and_stays(world: World) -> None:
    answer = signed_in(world.owner).post("/profile", {"name": "x" * 101})
    assert answer.status_code == 422
    assert "at most 100 characters" in answer.content.decode()
    assert "x" * 101 in answer.content.decode()


def test_a_new_token_is_shown_once_and_works(world: World) -> None:
    client = signed_in(world.member)
    page = client.post("/tokens", {"name": "CI", "scopes": ["read", "run"], "days": 30}).content.decode()
    [secret] = re.findall(r"rtk_[A-Za-z0-9]{40}", page)
    assert f'<code data-text id="secret">{secret}</code>' in page
    caller = gate.authenticate(f"Bearer {secret}")
    assert caller is not None
    assert (caller.user, caller.scopes) == (world.member, frozenset({"read", "run"}))
    again = client.get("/tokens").content.decode()
    assert secret not in again
    assert secret[: tokens.SHOWN] in again


@pytest.mark.parametrize(
    ("form", "field", "why"),
    [
        ({"name": "", "scopes": ["read"], "days": 1}, "name", "required"),
        ({"name": "Old", "scopes": ["read"], "days": 1}, "name", "You have a token named “Old” already"),
        ({"name": "x", "scopes": [], "days": 1}, "scopes", "required"),
        ({"name": "x", "scopes": ["root"], "days": 1}, "scopes", "not one of the available choices"),
        ({"name": "x", "scopes": ["read"], "days": 0}, "days", "greater than or equal to 1"),
        ({"name": "x", "scopes": ["read"], "days": 10**9}, "days", "less than or equal to 365"),
        ({"name": "x", "scopes": ["read"], "days": "soon"}, "days", "Enter a whole number"),
    ],
)
def test_a_bad_token_form_is_told_beside_the_field_and_what_was_typed_stays(
    world: World, form: dict[str, object], field: str, why: str
) -> None:
    tokens.make(world.owner, "Old")
    answer = signed_in(world.owner).post("/tokens", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert why in page
    assert f'id="id_{field}_error"' in page
    assert f'value="{form["days"]}"' in page
    assert Token.objects.count() == 1


def test_a_revoked_token_is_gone_and_only_ones_own_can_be(world: World) -> None:
    token, _ = tokens.make(world.owner, "CI")
    assert signed_in(world.admin).post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert signed_in(world.owner).post(f"/tokens/{token.pk}/revoke").status_code == 302
    assert not Token.objects.exists()


def test_an_expired_token_is_marked(world: World) -> None:
    token, _ = tokens.make(world.owner, "CI")
    Token.objects.filter(pk=token.pk).update(expires_at=token.created_at)
    assert "expired" in signed_in(world.owner).get("/tokens").content.decode()


def test_sessions_are_listed_and_one_is_ended(world: World) -> None:
    here, there = browser(world.owner, "Firefox (Linux)"), browser(world.owner, "Chrome (Windows)")
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Chrome on Windows" in page
    other = UserSession.objects.get(user_agent="Chrome (Windows)")
    assert here.post(f"/sessions/{other.pk}/end").status_code == 302
    assert there.get("/tokens").status_code == 302
    assert here.get("/tokens").status_code == 200


def test_all_other_sessions_are_ended_at_once(world: World) -> None:
    here, there = browser(world.owner, "a"), browser(world.owner, "b")
    here.post("/accounts/sessions/")
    assert (here.get("/tokens").status_code, there.get("/tokens").status_code) == (200, 302)


def test_nobody_ends_a_session_of_somebody_else(world: World) -> None:
    theirs = browser(world.owner, "a")
    session = UserSession.objects.get(user=world.owner)
    assert signed_in(world.admin).post(f"/sessions/{session.pk}/end").status_code == 404
    assert theirs.get("/tokens").status_code == 200


def test_a_password_change_ends_the_other_sessions(world: World) -> None:
    here, there = browser(world.owner, "a"), browser(world.owner, "b")
    new = "another long phrase"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (here.get("/tokens").status_code, there.get("/tokens").status_code) == (200, 302)


def test_an_authenticator_app_is_added_and_asked_for(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = signed_in(world.owner, minutes_ago=16)
    asked = client.get("/accounts/2fa/totp/activate/")["Location"]
    assert asked.startswith("/accounts/reauthenticate/"), "whoever finds a browser open must not lock its owner out"
    page = client.post(asked, {"password": PASSWORD}, follow=True).content.decode()
    assert "data:image/svg+xml" in page
    [secret] = re.findall(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"|value="([A-Z2-7]{16,})"', page)
    secret = secret[0] or secret[1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert Authenticator.objects.filter(user=world.owner, type="totp").exists()
    assert AuditEntry.objects.filter(org=world.org, action="user.second-factor-added").exists()
    fresh = Client()
    answer = fresh.post("/accounts/login/", {"login": world.owner.email, "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert fresh.get("/tokens").status_code == 302
    # That of this half minute was used to add the app; the next one is good, too, as clocks differ.
    assert fresh.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)})["Location"] == "/"
    assert fresh.get("/tokens").status_code == 200


def code(secret: str, later: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


def test_passkeys_are_offered_at_sign_in(world: World, client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "Sign in with a passkey" in page
    options = client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["challenge"]
