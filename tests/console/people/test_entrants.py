"""Who is on the way into an account."""

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from rtk.console.people import entrants
from tests.console.people.world import World


def test_it_is_noted_for_one_account_and_for_the_password_that_it_has(world: World) -> None:
    request = HttpRequest()
    request.session = SessionStore()
    assert not entrants.is_one(request, world.member)
    entrants.note(request, world.member)
    assert entrants.is_one(request, world.member)
    assert not entrants.is_one(request, world.viewer)
    world.member.set_password("another long phrase")
    assert not entrants.is_one(request, world.member)
