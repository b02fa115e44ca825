"""Nobody comes in as somebody else by single sign-on, and no issuer that is odd, slow or silent stops the console."""

import logging
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from rtk.console.limits import SIGN_INS
from rtk.console.people import accounts
from rtk.console.people.models import User
from rtk.console.people.sign_on import LONGEST_SUBJECT
from tests.console.people.issuer import LOGIN, Issuer, answer_to, come_back
from tests.console.people.world import World, new_browser, signed_in

MARY = {"sub": "mary", "email": "mary@example.org", "email_verified": True, "name": "Mary M"}


@pytest.fixture(autouse=True)
def _open(settings: Any) -> None:
    settings.SIGN_UP = "open"


def who(client: Client) -> User | None:
    found = client.session.get("_auth_user_id")
    return User.objects.get(pk=found) if found else None


def came(issuer: Issuer, person: Any) -> User | None:
    issuer.person = person
    come_back(client := new_browser())
    return who(client)


@pytest.mark.parametrize(
    "chosen",
    [
        "redirect_uri=https://evil.example",
        "state=known",
        "client_id=other",
        "response_type=token",
        "nonce=x",
        "scope=x",
    ],
)
def test_no_link_chooses_what_the_issuer_is_asked(issuer: Issuer, world: World, chosen: str) -> None:
    leaving = new_browser().post(LOGIN, query_params={"auth_params": chosen, "scope": "admin"})
    asked = parse_qs(urlsplit(leaving["Location"]).query)
    name, _, value = chosen.partition("=")
    assert value not in asked.get(name, [])
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


@pytest.mark.parametrize("process", ["redirect", "connect", "anything"])
def test_no_link_leads_round_the_sign_in(issuer: Issuer, world: World, process: str) -> None:
    issuer.person = MARY
    come_back(client := new_browser(), client.post(LOGIN, query_params={"process": process}))
    assert who(client) in ((None,) if process == "connect" else (world.member,))


def test_a_code_of_another_browser_is_of_no_use(issuer: Issuer, world: World) -> None:
    issuer.person = MARY
    theirs, mine = (answer_to(new_browser().post(LOGIN)["Location"]) for _ in range(2))
    leaving = (thief := new_browser()).post(LOGIN)
    mine = answer_to(leaving["Location"])
    nonce, _, _ = theirs["code"].partition(".")  # of an issuer that knows nothing of PKCE
    answer = thief.get(f"{LOGIN}callback/", {**mine, "code": nonce})
    assert answer.status_code == 401
    assert who(thief) is None


def test_an_answer_is_of_use_once_and_in_its_own_browser_alone(issuer: Issuer, world: World) -> None:
    issuer.person = MARY
    back = answer_to((client := new_browser()).post(LOGIN)["Location"])
    assert (victim := new_browser()).get(f"{LOGIN}callback/", back).status_code == 401
    assert who(victim) is None
    assert [client.get(f"{LOGIN}callback/", back).status_code for _ in range(2)] == [302, 401]


def test_nobody_comes_in_without_a_name_of_their_own(issuer: Issuer, world: World) -> None:
    before = User.objects.count()
    for sub in (None, "", True, 5, 1.5, ["mary"], {"a": "b"}, "m" * (LONGEST_SUBJECT + 1)):
        assert came(issuer, {**MARY, "sub": sub, "email": "new@example.org"}) is None
    assert came(issuer, {key: value for key, value in MARY.items() if key != "sub"}) is None
    assert User.objects.count() == before


NOW = time.time()


def test_a_stolen_session_connects_nobody_without_the_password(issuer: Issuer, world: World) -> None:
    issuer.person = {**MARY, "sub": "thief"}
    stolen = signed_in(world.member, minutes_ago=16)
    answer = come_back(stolen, stolen.post(LOGIN, query_params={"process": "connect"}))
    assert answer.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "eve"},
        {"sub": None},
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"aud": ["other", "rtk"], "azp": "other"},
        {"aud": ["other", "rtk"]},
        {"aud": ["other", "rtk"], "azp": None},
        {"exp": NOW - 100},
        {"exp": None},
        {"exp": "99999999999"},
        {"iat": None},
        {"iat": NOW + 6000},
        {"nbf": NOW + 6000},
        {"nbf": "later"},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 5},
    ],
)
def test_a_token_that_does_not_say_all_of_it_lets_nobody_in(
    issuer: Issuer, world: World, claims: dict[str, object]
) -> None:
    issuer.claims = claims
    issuer.person = MARY
    assert come_back(client := new_browser()).status_code == 401
    assert who(client) is None
    issuer.claims = {}
    assert came(issuer, MARY) == world.member


def test_an_answer_without_an_id_token_lets_nobody_in(issuer: Issuer, world: World) -> None:
    issuer.token["id_token"] = None
    assert came(issuer, MARY) is None


def test_the_next_one_who_has_an_address_does_not_get_the_account_of_the_one_before(
    issuer: Issuer, world: World
) -> None:
    assert came(issuer, MARY) == world.member
    issuer.person = {**MARY, "sub": "mary-2"}
    answer = come_back(client := new_browser())
    assert answer.status_code == 410
    assert "connected to somebody else" in answer.content.decode()
    assert who(client) is None
    assert SocialAccount.objects.get().uid == "mary"


def test_nobody_of_another_issuer_gets_the_account_of_somebody_with_the_same_subject(
    issuer: Issuer, world: World
) -> None:
    said = {"id_token": {"iss": "https://before.example", "sub": "7"}}
    SocialAccount.objects.create(user=world.owner, provider="sso", uid="7", extra_data=said)
    assert came(issuer, {**MARY, "sub": "7"}) == world.member
    assert SocialAccount.objects.get().user == world.member


def test_who_was_known_to_another_issuer_comes_by_the_new_one(issuer: Issuer, world: World) -> None:
    said = {"id_token": {"iss": "https://before.example", "sub": "7"}}
    SocialAccount.objects.create(user=world.member, provider="sso", uid="7", extra_data=said)
    assert came(issuer, MARY) == world.member


@pytest.mark.parametrize("email", ["\u212aarl@example.org", "karl@example.org.", "\u017fue@example.org"])
def test_a_letter_that_only_looks_alike_finds_nobody(issuer: Issuer, world: World, email: str) -> None:
    karl = email.lower().replace("\u017f", "s").rstrip(".")
    User.objects.filter(pk=world.member.pk).update(email=karl)
    EmailAddress.objects.filter(user=world.member).update(email=karl)
    assert came(issuer, {**MARY, "email": email}) != world.member


ODD = [None, 5, True, "text", ["a"], {"a": "b"}]


@pytest.mark.parametrize("key", ["email", "name", "given_name", "family_name", "preferred_username"])
def test_whatever_is_told_of_somebody_is_no_failure(issuer: Issuer, world: World, key: str) -> None:
    for value in (*ODD, "\ud800", "a\0b", "<b>" * 5000):
        issuer.person = {"sub": "new", "email": "new@example.org", "email_verified": True, key: value}
        assert come_back(new_browser()).status_code in (200, 401)


@pytest.mark.parametrize("path", ["/userinfo", "/token", "/.well-known/openid-configuration"])
def test_whatever_an_endpoint_answers_is_no_failure(
    issuer: Issuer, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, odd = issuer.answer, [*ODD]
    issuer.person = MARY
    monkeypatch.setattr(issuer, "answer", lambda where, form: odd[0] if where == path else told(where, form))
    while odd:
        client = new_browser()
        leaving = client.post(LOGIN)
        assert (leaving if path.startswith("/.well") else come_back(client, leaving)).status_code == 401
        assert who(client) is None
        odd.pop(0)


def test_whoever_is_shut_out_does_not_come_in_by_the_issuer(issuer: Issuer, world: World) -> None:
    assert came(issuer, MARY) == world.member
    accounts.disable("mary@example.org")
    assert came(issuer, MARY) is None


def test_sign_ons_are_counted_for_the_visitor(issuer: Issuer, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SIGN_INS.name, "2")
    assert [new_browser().post(LOGIN).status_code for _ in range(3)] == [302, 302, 429]


def test_no_secret_of_the_exchange_is_in_a_line(issuer: Issuer, world: World, caplog: pytest.LogCaptureFixture) -> None:
    issuer.token = {"error": "invalid_client", "refresh_token": "a-refresh", "client_secret": "s3cret"}
    with caplog.at_level(logging.DEBUG):
        assert come_back(new_browser()).status_code == 401
    assert "invalid_client" in caplog.text
    assert not any(secret in caplog.text for secret in ("a-refresh", "s3cret"))
