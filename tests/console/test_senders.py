"""Who sends a request: what somebody made up is no name, and what was found to be good is one for a while."""

from typing import Any

import pytest

from rtk.console.senders import MOST, PROVEN_S, Senders, team_of
from rtk.console.turns import Sender

TEAM = "/api/v1/organizations/acme/teams/shop/"
ADDRESS = Sender("192.0.2.1")


def scope(path: str = TEAM, **headers: str) -> dict[str, Any]:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "headers": told, "client": ("192.0.2.1", 5)}


TOKEN, SESSION = scope(authorization="Bearer secret"), scope(cookie="x=1; session=b")


@pytest.mark.parametrize(
    ("path", "team"),
    [
        (f"{TEAM}events", "acme/shop"),
        ("/acme/shop/insights/1/report.html", "acme/shop"),
        ("/acme/shop/import", "acme/shop"),
        ("/api/v1/organizations", ""),
        ("/acme/shop", "acme/shop"),
        ("/api/v1/organizations/acme/teams/shop", "acme/shop"),
        ("/accounts/login/", ""),
        ("/assets/experiments/1.json", ""),
        ("/badge/verifications/1.svg", ""),
        ("/badge/shop/import", "badge/shop"),
        ("/settings/limits", ""),
        ("/", ""),
    ],
)
def test_the_team_of_a_request_is_that_of_its_address(path: str, team: str) -> None:
    assert team_of(path) == team


@pytest.mark.parametrize("each", [TOKEN, SESSION, scope(), scope(cookie="session"), scope(cookie="=;;")])
def test_who_shows_nothing_that_was_found_good_is_their_address_and_of_no_team(each: dict[str, Any]) -> None:
    assert Senders("session").of(each, with_team=True) == ADDRESS


def test_an_address_is_what_the_proxies_that_are_trusted_say() -> None:
    forwarded = scope(x_forwarded_for="203.0.113.9, 198.51.100.7")
    assert [Senders("session", many).of(forwarded).name for many in (0, 1)] == ["192.0.2.1", "198.51.100.7"]


def test_a_token_or_a_session_that_was_found_good_is_one_of_its_own() -> None:
    senders = Senders("session")
    for each in (TOKEN, SESSION):
        senders.prove(each)
    senders.prove(scope())
    token, session = (senders.of(each, with_team=True) for each in (TOKEN, SESSION))
    assert len({token.name, session.name, ADDRESS.name}) == 3
    assert token.team == session.team == "acme/shop"
    assert senders.of(TOKEN).team == ""
    assert senders.of(scope(authorization="Bearer secret", cookie="session=b")).name == token.name
    assert senders.of(scope()) == senders.of(scope(authorization="Bearer other")) == ADDRESS
    assert "secret" not in token.name


def test_all_tokens_and_sessions_of_a_person_are_one() -> None:
    senders = Senders("session")
    for each in (TOKEN, SESSION):
        senders.prove(each, 7)
    other = scope(authorization="Bearer other")
    senders.prove(other, 8)
    assert senders.of(TOKEN) == senders.of(SESSION) != senders.of(other)
    senders.prove(TOKEN)  # by who does not know whose it is
    assert senders.of(TOKEN) == senders.of(SESSION)


def test_who_was_not_seen_for_a_while_is_their_address_again() -> None:
    now = [0.0]
    senders = Senders("session", clock=lambda: now[0])
    senders.prove(TOKEN)
    now[0] = PROVEN_S - 1
    assert senders.of(TOKEN) != ADDRESS
    now[0] = PROVEN_S
    assert senders.of(TOKEN) == ADDRESS


def test_of_too_many_those_who_were_seen_longest_ago_are_forgotten() -> None:
    senders = Senders("session")
    for number in range(MOST):
        senders.prove(scope(authorization=str(number)))
    senders.prove(scope(authorization="0"))
    senders.prove(TOKEN)
    known = [senders.of(scope(authorization=str(number))) != ADDRESS for number in (0, 1, 2)]
    assert known == [True, False, True]
