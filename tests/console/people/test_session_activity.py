"""A session is noted when it is first seen, and then once a minute."""

from allauth.usersessions.models import UserSession
from django.core.cache import cache

from tests.console.people.world import World, new_browser, signed_in


def test_a_session_is_noted_at_once_and_then_left_alone_for_a_while(world: World) -> None:
    browser = signed_in(world.member)
    browser.get("/profile")
    seen = UserSession.objects.get(user=world.member)
    browser.get("/profile")
    assert UserSession.objects.get().last_seen_at == seen.last_seen_at
    cache.delete(f"seen-{browser.session.session_key}")
    browser.get("/profile")
    assert UserSession.objects.get().last_seen_at > seen.last_seen_at


def test_who_is_not_signed_in_has_nothing_to_be_noted(world: World) -> None:

    assert new_browser().get("/accounts/login/").status_code == 200
    assert not UserSession.objects.exists()
