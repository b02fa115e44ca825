"""Nobody comes in by a passkey that is not theirs, is of another page, was copied, or answers what is long over."""

import json
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from rtk.console.limits import PASSKEYS, SIGN_INS
from rtk.console.people import accounts, revocation
from rtk.console.people.models import User
from tests.console.people.passkey import ADD, LOG_IN, Passkey, added, begun, here, options_of, shown
from tests.console.people.world import PASSWORD, World, new_browser, signed_in


@pytest.fixture
def key(world: World) -> Passkey:
    """Mary's passkey."""
    added(signed_in(world.member), made := Passkey())
    assert who(by(made)) == world.member
    return made


def by(key: Passkey, **claims: Any) -> Client:
    """A browser that a passkey was shown to, which claims what it is not."""
    client = new_browser()
    options = begun(client)
    before = {name: getattr(key, name) for name in claims}
    vars(key).update(claims)
    shown(client, key.signed(options))
    vars(key).update(before)
    return client


def who(client: Client) -> User | None:
    found = client.session.get("_auth_user_id")
    return User.objects.get(pk=found) if found else None


@pytest.mark.parametrize(
    "claims",
    [
        {"origin": "http://localhost:3000"},
        {"origin": "https://evil.localhost"},
        {"origin": "https://localhost"},
        {"origin": "https://evil.example"},
        {"extra": {"cross_origin": True}},
        {"extra": {"cross_origin": "no"}},
        {"rp": "evil.example"},
        {"verified": False},
    ],
)
def test_what_another_page_or_nobody_asked_for_lets_nobody_in(key: Passkey, claims: dict[str, Any]) -> None:
    assert who(by(key, **claims)) is None


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://evil.localhost", "https://evil.example"])
def test_no_passkey_is_added_by_another_page(world: World, origin: str) -> None:
    added(signed_in(world.member), Passkey(origin=origin))
    assert not Authenticator.objects.exists()


def test_a_passkey_of_somebody_else_opens_nobodys_account(key: Passkey, world: World) -> None:
    added(signed_in(world.viewer), mine := Passkey())
    assert who(by(mine, handle=key.handle)) is None
    mine.id = key.id
    assert who(by(mine, handle=key.handle)) is None
    assert who(by(key, handle=mine.handle)) is None


def test_an_answer_is_good_once_and_in_the_session_that_asked(key: Passkey) -> None:
    client = new_browser()
    answer = key.signed(begun(client))
    begun(other := new_browser())
    shown(other, answer)
    assert who(other) is None
    shown(client, answer)
    assert who(client) is not None
    client.post("/accounts/logout/")
    begun(client)
    shown(client, answer)
    assert who(client) is None


def test_what_was_signed_by_a_key_that_somebody_had_for_a_moment_is_over_after_ten_minutes(
    key: Passkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon, late = new_browser(), new_browser()
    answers = [key.signed(begun(client)) for client in (soon, late)]
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 590)
    shown(soon, answers[0])
    monkeypatch.setattr("time.time", lambda: now + 610)
    shown(late, answers[1])
    assert (who(soon) is None, who(late) is None) == (False, True)


def test_a_challenge_of_the_second_step_does_not_spare_the_pin_of_the_first(
    key: Passkey, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second step asks for no PIN. Once its sign-in is over, its challenge is still in the session."""
    added(signed_in(world.viewer), Passkey())
    thief = here(new_browser())
    page = thief.post("/accounts/login/", {"login": world.viewer.email, "password": PASSWORD}, follow=True)
    key.verified = False
    answer = key.signed(options_of(page.content.decode()))
    session = thief.session
    session.pop("account_login")  # as it is after 15 minutes
    session.save()
    shown(thief, answer)
    assert who(thief) is None


def test_a_second_factor_is_no_first_one(world: World) -> None:
    added(signed_in(world.member), made := Passkey(resident=False), passwordless="")
    assert Authenticator.objects.filter(type="webauthn").exists()
    assert who(by(made)) is None
    client = here(new_browser())
    page = client.post("/accounts/login/", {"login": world.member.email, "password": PASSWORD}, follow=True)
    answer = json.dumps(made.signed(options_of(page.content.decode())))
    client.post("/accounts/2fa/authenticate/", {"credential": answer})
    assert who(client) == world.member


def test_a_copy_of_a_passkey_is_noticed(key: Passkey, world: World) -> None:
    assert who(by(key, counter=5)) == world.member
    assert who(by(key, counter=5)) is None
    assert who(by(key, counter=4)) is None
    assert who(by(key, counter=0)) is None
    assert who(by(key, counter=6)) == world.member


@pytest.mark.parametrize("how", ["disabled", "removed", "reset", "handed over"])
def test_it_is_over_with_the_account_of_whoever_had_it(key: Passkey, world: World, how: str) -> None:
    options = begun(client := new_browser())
    if how == "disabled":
        accounts.disable(world.member.email)
        accounts.enable(world.member.email)
    elif how == "removed":
        world.member.delete()
    elif how == "reset":
        revocation.end_access(world.member, revocation.RevocationReason.RESET)
    else:
        accounts.hand_over(world.member.email, "next@example.org")
    shown(client, key.signed(options))
    assert who(client) is None


def test_what_a_page_asks_for_tells_of_no_account(key: Passkey) -> None:
    options = begun(new_browser())["publicKey"]
    assert not options.get("allowCredentials")
    assert options["userVerification"] == "required"


def test_a_stolen_session_adds_none_without_the_password(world: World) -> None:
    stolen = signed_in(world.member, minutes_ago=16)
    assert stolen.get(ADD)["Location"].startswith("/accounts/reauthenticate/")
    options = options_of((own := here(signed_in(world.member))).get(ADD).content.decode())
    session = own.session
    session["people-shown"] = [str(world.member.pk), time.time() - 16 * 60]
    session.save()
    answer = own.post(ADD, {"name": "x", "credential": json.dumps(Passkey().made(options))})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("sent", ["null", "[]", "[" * 16_000, "1" * 5_000, '{"id": "a"}', "x" * 20_000])
def test_what_is_no_answer_at_all_is_no_failure(world: World, sent: str) -> None:
    assert here(new_browser()).post(LOG_IN, {"credential": sent}).status_code == 302
    assert here(signed_in(world.member)).post(ADD, {"name": "x", "credential": sent}).status_code == 200


def test_passkeys_are_bounded_in_number_and_size(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSKEYS.name, "2")
    client = here(signed_in(world.member))
    answers = [added(client, Passkey()) for _ in range(3)]
    assert "No more than 2 passkeys" in answers[2].content.decode()
    assert Authenticator.objects.filter(type="webauthn").count() == 2


def test_nothing_is_kept_of_a_passkey_but_what_is_looked_at(world: World) -> None:
    client = here(signed_in(world.member))
    answer = Passkey().made(options_of(client.get(ADD).content.decode()))
    client.post(ADD, {"name": "x", "credential": json.dumps({**answer, "more": "a" * 9_000})})
    assert "more" not in Authenticator.objects.get(type="webauthn").data["credential"]


@pytest.mark.parametrize("name", ["a" * 10_000, "a\u202eb", "see www.evil.example"])
def test_its_name_is_no_more_than_a_name(world: World, name: str) -> None:
    client = here(signed_in(world.member))
    added(client, Passkey(), name=name)
    assert not Authenticator.objects.exists()
    added(client, Passkey())
    path = reverse("mfa_edit_webauthn", args=[Authenticator.objects.get(type="webauthn").pk])
    assert client.post(path, {"name": name}).status_code == 200


def test_nobody_fills_the_table_of_sessions_by_asking_for_challenges(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SIGN_INS.name, "3")
    before = Session.objects.count()
    asks = {"X-Requested-With": "XMLHttpRequest"}
    assert [here(new_browser()).get(LOG_IN, headers=asks).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert Session.objects.count() == before + 3
