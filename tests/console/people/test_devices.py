"""The cookie of browsers in which somebody signed in."""

from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from rtk.console.people import devices
from rtk.console.people.models import User
from tests.console.people.world import PASSWORD, World, new_browser, people, signed_in


def request(cookie: str = "") -> Any:
    """A request of a browser that has a cookie."""
    return RequestFactory().get("/", headers={"Cookie": f"{devices.cookie()}={cookie}"} if cookie else {})


def marked(user: User, cookie: str = "") -> str:
    """The cookie that a browser is given in which somebody signs in."""
    asked, answer = request(cookie), HttpResponse()
    devices.remember(asked, user)
    devices.mark(asked, answer)
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
    assert list(device.accounts) == [user.pk.hex for user in users[1:]]


def test_the_cookie_is_given_once(world: World) -> None:
    assert marked(world.owner, marked(world.owner)) == ""
    client = new_browser()
    for given in (True, False):
        answer = client.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD})
        assert (devices.cookie() in answer.cookies) == given
        assert devices.cookie() not in client.get("/profile").cookies
        client.post("/accounts/logout/")


def test_whoever_does_not_sign_in_has_none(world: World) -> None:
    answer = HttpResponse()
    devices.mark(request(), answer)
    assert not answer.cookies
    assert devices.cookie() not in signed_in(world.owner).get("/profile").cookies


def test_another_password_or_other_hands_end_it_for_that_account(world: World) -> None:
    both = marked(world.admin, marked(world.owner))
    world.owner.set_password("another long phrase")
    world.admin.generation += 1
    for user in (world.owner, world.admin):
        assert devices.known_for(request(both), [User.objects.get(pk=user.pk)])
        user.save()
        assert devices.known_for(request(both), [user]) is None
    assert devices.device_of(request(both)) is None
    assert devices.known_for(request(marked(world.owner, both)), [world.owner])


def test_it_outlasts_a_new_key_of_the_console(world: World, settings: Any) -> None:
    cookie = marked(world.owner)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert devices.known_for(request(cookie), [world.owner])
    settings.SECRET_KEY_FALLBACKS = []
    assert devices.known_for(request(cookie), [world.owner]) is None


def test_who_is_deleted_is_known_nowhere(world: World) -> None:
    cookie = marked(world.viewer)
    world.viewer.delete()
    assert devices.device_of(request(cookie)) is None


def test_what_was_signed_for_something_else_is_no_browser(world: World) -> None:
    of_older_releases = [["name", world.owner.pk.hex], ["name", world.owner.pk.hex, world.admin.pk.hex], 7]
    signed = [signing.dumps(each, salt="rtk.people.devices") for each in of_older_releases]
    for value in ("x", signing.dumps(["name", {world.owner.pk.hex: ""}]), *signed):
        assert devices.device_of(request(value)) is None
