"""No page stays behind in a browser or a cache for its next reader, and no link of ours leads elsewhere."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from tests.console.api.rows import things
from tests.console.live import Live, live_console
from tests.console.pages.browser import QUIET, chromium
from tests.console.people.world import World, new_browser, signed_in

NO_ADDRESSES = ["//[::1", "http://[", "//[x]", "//\u2100x"]
ELSEWHERE = ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "///evil.example"]
WITH_NEXT = ["/accounts/login/", "/accounts/password/reset/", "/accounts/reauthenticate/", "/accounts/logout/"]
AS_PEOPLE_HAVE_IT = "--disable-back-forward-cache"  # with which browsers of tests are usually begun
BACK_MS = 500


@pytest.fixture
def site(django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A console that serves Acme and Rival."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's loop runs in this thread
    with django_db_blocker.unblock(), live_console() as console:
        yield console


@pytest.fixture
def tab(site: Live) -> Iterator[Page]:
    """A tab of the owner's browser, which shows pages again by "back" as those of people do."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's package chromium")
    cookie = signed_in(site.world.owner).cookies[settings.SESSION_COOKIE_NAME].value
    with ExitStack() as stack:
        play = stack.enter_context(sync_playwright())
        arguments = [*QUIET, "--enable-features=BackForwardCache"]
        browser = play.chromium.launch(executable_path=path, args=arguments, ignore_default_args=[AS_PEOPLE_HAVE_IT])
        stack.callback(browser.close)
        there = browser.new_context()
        there.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site.url}])
        yield there.new_page()


def test_back_shows_no_page_to_whoever_sits_there_after_its_reader_signed_out(site: Live, tab: Page) -> None:
    tab.goto(f"{site.url}/acme/members")
    assert "Mary" in tab.content()
    tab.goto(f"{site.url}/accounts/logout/")
    tab.eval_on_selector("main form", "form => form.submit()")
    tab.wait_for_url("**/accounts/login/**")
    for _ in range(2):
        tab.evaluate("history.back()")  # a page that is shown again loads nothing that could be waited for
        tab.wait_for_timeout(BACK_MS)
        assert "Mary" not in tab.content(), tab.url


def test_no_cache_on_the_way_keeps_what_one_reader_was_told(site: Live) -> None:
    ids = things(site, site.machine(site.world.owner))
    paths = [f"/assets/verifications/{ids['verification']}.json", f"/assets/experiments/{ids['experiment']}.json"]
    paths += [f"/acme/shop/executions/{ids['execution']}/journal{part}" for part in ("", "?p=experiment")]
    paths += [f"/api/v1{path}" for path in ("/organizations", "/tokens", site.team)]
    paths += ["/", "/acme", "/acme/shop", "/acme/audit.csv", f"/acme/shop/insights/{ids['run']}/measurements.csv"]
    browser = signed_in(site.world.owner)
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code in (200, 302), path
        assert answer["Cache-Control"] in ("private, no-store", "private, no-cache"), path


@pytest.mark.parametrize("page", WITH_NEXT)
def test_no_next_leads_elsewhere_or_breaks_a_page(world: World, page: str) -> None:
    for browser in (new_browser(), signed_in(world.owner)):
        for address in (*NO_ADDRESSES, *ELSEWHERE):
            for answer in (browser.get(page, {"next": address}), browser.post(page, {"next": address})):
                assert answer.status_code in (200, 302, 422), address
                leads = answer.get("Location", "/")
                assert leads == "/" or leads.startswith(("/accounts/", "/?")), address
