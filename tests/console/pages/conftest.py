"""A console that serves pages, one for each module of tests, and screens that show them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser

from rtk.console.people.models import User
from tests.console.live import Live, live_console
from tests.console.pages.browser import Lending, Screen, browsing, context, watched
from tests.console.people.world import World, made, signed_in


@pytest.fixture
def world(db: None) -> World:
    """Acme and Rival with everybody in them, in the database."""
    return made()


@pytest.fixture
def member(world: World) -> Client:
    """The browser of a member of Acme's shop."""
    return signed_in(world.member)


@pytest.fixture(scope="module")
def _kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    # The test database without a transaction around each test: what the server stores is seen.
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def site(_kept: None) -> Iterator[Live]:
    """A console that serves the world."""
    with live_console() as console:
        yield console


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the module: its loop runs in this thread, where Django would otherwise refuse to query."""
    with pytest.MonkeyPatch.context() as patch, browsing() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield found
        # While that loop runs, this thread has connections of its own, which the console's end would break.
        connections.close_all()


@pytest.fixture(scope="module")
def lending(site: Live, browser: Browser) -> Iterator[Lending]:
    """A browser that is lent to test after test."""
    with context(browser, site.url, None) as made:
        yield Lending(made, site.url)


@pytest.fixture
def screens(site: Live, browser: Browser, lending: Lending) -> Iterator[Callable[..., Screen]]:
    """Makes screens: `screens(user, scheme="dark", size=NARROW)`; on none of them may anything go wrong."""
    with ExitStack() as stack:

        def made(user: User | None = None, **how: Any) -> Screen:
            tab = stack.enter_context(lending.lent(browser, user, **how))
            return stack.enter_context(watched(Screen(tab, site.url)))

        yield made


@pytest.fixture
def screen(site: Live, screens: Callable[..., Screen]) -> Screen:
    """A wide, light screen of the member."""
    return screens(site.world.member)
