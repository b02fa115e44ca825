"""Whether somebody showed lately who they are."""

from typing import Any

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

from rtk.console.people import reauthentication, sign_in_link
from rtk.console.people.models import User
from tests.console.people.world import World, new_browser, signed_in

SHOWN = "people-shown"


def asked(session: dict[str, Any], user: User | None = None) -> HttpRequest:
    request = HttpRequest()
    request.session, request.user = session, user or User()  # type: ignore[assignment]
    return request


def test_what_was_shown_counts_for_its_user_alone() -> None:
    user, other = User(), User()
    request = asked({}, user)
    reauthentication.note(request, user)
    assert reauthentication.is_recent(request)
    assert not reauthentication.is_recent(asked(dict(request.session), other))


def test_a_step_of_a_sign_in_does_not_count_before_it_is_complete() -> None:
    request = asked({})
    reauthentication.step_completed(request, User())
    assert not request.session


@pytest.mark.parametrize("shown", [None, "now", [], ["id"], ["id", 0, 0]])
def test_what_is_no_note_does_not_count(shown: object) -> None:
    with pytest.raises(ReauthenticationRequired):
        reauthentication.demand(asked({SHOWN: shown}))


def test_a_note_of_a_moment_to_come_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked({}, user := User())
    reauthentication.note(request, user)
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert not reauthentication.is_recent(request)


def test_a_new_link_counts_once_for_whoever_is_signed_in(world: World) -> None:
    client = signed_in(world.member, minutes_ago=16)
    link = sign_in_link.link(world.member.email)
    path = link[link.index("/sign-in") :]
    client.get(path)
    assert client.post("/tokens", {}).status_code == 422
    session = client.session
    session[SHOWN] = [str(world.member.pk), 0]
    session.save()
    client.get(path)
    assert client.post("/tokens", {}).status_code == 302
    assert new_browser().get(path).status_code == 410
