"""The cookie of browsers in which somebody signed in."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from rtk.console.people import devices
from rtk.console.people.models import User
from tests.console.people.world import World, people, signed_in


def request(cookie: str = "", user: Any = None) -> Any:
    """A request of a browser that has a cookie."""
    made = RequestFactory().get("/", headers={"Cookie": f"{devices.cookie()}={cookie}"} if cookie else {})
    made.session, made.user = SessionStore("a" * 32 if user else None), user or AnonymousUser()
    return made


def marked(user: User, cookie: str = "") -> str:
    """The cookie of a browser in which somebody is signed in."""
    answer = HttpResponse()
    devices.mark(request(cookie, user), answer)
    return str(answer.cookies[devices.cookie()].value) if answer.cookies else ""


def test_a_browser_is_known_for_whoever_is_signed_in(world: World) -> None:
    cookie = marked(world.owner)
    assert devices.known_for(request(cookie), [world.owner])
    assert devices.known_for(request(cookie), [world.admin]) is None
    assert devices.known_for(request(cookie), []) is None
    assert devices.known_for(request(), [world.owner]) is None


def test_one_browser_is_known_for_several_accounts_by_one_name(world: World) -> None:
    first = marked(world.owner)
    both = marked(world.admin, first)
    assert devices.known_for(request(both), [world.owner, world.admin]) == devices.known_for(
        request(first), [world.owner]
    )


def test_an_address_of_several_accounts_is_known_where_each_of_them_is(world: World) -> None:
    assert devices.known_for(request(marked(world.owner)), [world.owner, world.admin]) is None


def test_it_keeps_the_latest_accounts(world: World) -> None:
    cookie, users = "", people(*[f"P{number}" for number in range(devices.MOST + 1)])
    for user in users:
        cookie = marked(user, cookie)
    device = devices.device_of(request(cookie))
    assert device
    assert device.accounts == tuple(user.pk.hex for user in users[1:])


def test_the_cookie_is_given_once(world: World) -> None:
    assert marked(world.owner, marked(world.owner)) == ""
    client = signed_in(world.owner)
    assert devices.cookie() in client.get("/profile").cookies
    assert devices.cookie() not in client.get("/profile").cookies


def test_whoever_is_not_signed_in_has_none() -> None:
    answer = HttpResponse()
    devices.mark(request(), answer)
    assert not answer.cookies


def test_what_was_signed_for_something_else_is_no_browser(world: World) -> None:
    for value in ("x", signing.dumps(["name", world.owner.pk.hex]), signing.dumps(7, salt="rtk.people.devices")):
        assert devices.device_of(request(value)) is None
