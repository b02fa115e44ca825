"""A real browser: found, started without reaching for the network, and watched for all that goes wrong on a page."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from rtk.console.people.models import User
from tests.console.people.world import signed_in

FRONTEND = Path(__file__).parents[3] / "frontend"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
NPM_S = "import('@sparticuz/chromium').then(async (c) => console.log(await c.default.executablePath()))"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# It serves pages of this machine only: nothing else it does by itself may leave the machine.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
]
WIDE, NARROW = (1440, 900), (390, 844)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)  # as all else that is waited for: else it is 5 s, however busy the machine is
Scheme = Literal["light", "dark"]
# A window that has its new width, and every chart on a canvas that has followed its box.
LAID_OUT = """width => innerWidth === width && [...document.querySelectorAll(".chart-box")].every(
  box => [...box.querySelectorAll("canvas")].every(canvas => canvas.clientWidth <= box.clientWidth))"""


@cache
def chromium() -> str | None:
    """The path of a Chromium: named by RTK_CHROMIUM, on the PATH, or that of the npm package, which needs no root."""
    found = os.environ.get("RTK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    node = shutil.which("node")
    if found or not node or not (FRONTEND / "node_modules" / "@sparticuz" / "chromium").exists():
        return found
    told = subprocess.run([node, "-e", NPM_S], cwd=FRONTEND, capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, or a skip that says what is missing."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's package chromium, or npm's @sparticuz/chromium in frontend/")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Screen:
    """A tab of somebody's browser. `troubles` is what went wrong in it: a test that leaves any fails."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def open(self, path: str) -> Page:
        """Go to an address of the console."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window a size, and wait until what is laid out by script has followed."""
        width, height = size
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(LAID_OUT, arg=width)

    def expect(self, *parts: str) -> None:
        """Troubles that hold one of these texts are meant by the test."""
        self.troubles = [each for each in self.troubles if not any(part in each for part in parts)]

    def violations(self, *rules: str) -> list[str]:
        """What axe finds on the page as it stands, against WCAG 2.2 AA or against some rules: which, what, where."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        # Only what is violated is told in full: the rest of it would take longer to tell than to find.
        # Nothing is fetched once more for it either: only a rule about how a telephone is held would need that.
        how = json.dumps({"runOnly": only, "resultTypes": ["violations"], "preload": False})
        found = self.page.evaluate(f"axe.run(document, {how})")["violations"]
        return [f"{each['id']}: {each['help']}: {_where(each)}" for each in found]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends its requests and streams.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"request: {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"answer: {response.url}: {response.status}")


def _where(violation: dict[str, Any]) -> str:
    return "; ".join(f"{' '.join(map(str, node['target']))} {node['html'][:160]}" for node in violation["nodes"][:4])


@contextmanager
def context(
    browser: Browser, url: str, user: User | None, scheme: Scheme = "light", size: tuple[int, int] = WIDE, **more: Any
) -> Iterator[BrowserContext]:
    """A browser of somebody who is signed in, or of nobody."""
    width, height = size
    made = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        **more,
    )
    sign_in(made, url, user)
    try:
        yield made
    finally:
        made.close()


def sign_in(made: BrowserContext, url: str, user: User | None) -> None:
    """Let a browser be that of somebody who is signed in anew, or of nobody."""
    made.clear_cookies()
    if user is not None:
        name = settings.SESSION_COOKIE_NAME
        made.add_cookies([{"name": name, "value": signed_in(user).cookies[name].value, "url": url}])


class Lending:
    """One browser for test after test; whoever has it finds it as a new one, and others meanwhile get their own.

    A page of the site stays open in it: a process that shows nothing is ended, and beginning another takes as long as
    a page does.
    """

    def __init__(self, made: BrowserContext, url: str) -> None:
        self._made, self._url, self._is_lent = made, url, False
        self._always_open = made.new_page()
        self._always_open.goto(f"{url}/health")

    @contextmanager
    def lent(
        self, browser: Browser, user: User | None, scheme: Scheme = "light", size: tuple[int, int] = WIDE, **more: Any
    ) -> Iterator[Page]:
        """A tab of somebody's browser: of the one that is lent, unless it has to be of another kind."""
        if self._is_lent or more:
            with context(browser, self._url, user, scheme, size, **more) as own:
                yield own.new_page()
            return
        self._is_lent = True
        sign_in(self._made, self._url, user)
        tab = self._made.new_page()
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        tab.emulate_media(color_scheme=scheme)
        try:
            yield tab
        finally:
            self._forget()
            self._is_lent = False

    def _forget(self) -> None:
        for tab in self._made.pages:
            if tab != self._always_open:
                tab.close()
        self._always_open.evaluate("localStorage.clear()")


@contextmanager
def watched(screen: Screen) -> Iterator[Screen]:
    """A screen on which nothing may go wrong."""
    yield screen
    assert screen.troubles == [], screen.troubles[0]
