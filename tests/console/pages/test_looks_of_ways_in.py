"""The pages about tokens and about once more who somebody is, as people see them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from playwright.sync_api import Browser

from rtk.console.people import tokens
from rtk.console.people.models import Token, TokenNotice, TokenNoticeKind, User
from tests.console.live import Live
from tests.console.pages.browser import Screen, context
from tests.console.pages.test_looks import judge


def long_ago(screen: Screen) -> None:
    """The browser was left open."""
    [cookie] = [each for each in screen.page.context.cookies() if each.get("name") == "rtk_session"]
    session = SessionStore(cookie.get("value"))
    session["people-shown"] = ["", 0]
    session.save()


def look(site: Live, browser: Browser, user: User, path: str, name: str, *, left: bool) -> None:
    with context(browser, site.url, user) as made:
        screen = Screen(made.new_page(), site.url)
        if left:
            long_ago(screen)
        judge(screen, path, name)


@pytest.mark.parametrize("path", ["/tokens", "/accounts/password/change/"])
def test_tokens_that_expired_end_soon_and_were_shortened(site: Live, browser: Browser, path: str) -> None:
    user, now = site.world.admin, timezone.now()
    for name, days in (("expired", -3), ("ends soon", 5), ("shortened", 90)):
        token, _ = tokens.make(user, f"CI that {name}")
        Token.objects.filter(pk=token.pk).update(expires_at=now + timedelta(days=days))
        if name == "shortened":
            TokenNotice.objects.create(token=token, kind=TokenNoticeKind.SHORTENED)
    look(site, browser, user, path, f"ways-in{path.replace('/', '-')}", left=False)


def test_the_password_is_asked_for_again(site: Live, browser: Browser) -> None:
    look(site, browser, site.world.viewer, "/accounts/reauthenticate/?next=/tokens", "ways-in-again", left=True)


def test_whoever_has_no_way_of_their_own_is_told(site: Live, browser: Browser) -> None:
    user = site.world.banker
    user.set_unusable_password()
    user.save()
    look(site, browser, user, "/sign-on-again?next=/tokens", "ways-in-none", left=True)
