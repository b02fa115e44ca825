"""A real Chromium, signed in to a console: found where the machine has it, or npm's in frontend/."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from bench.command import CommandFailed
from bench.consoles import Console
from bench.places import ROOT
from bench.session import key

COOKIE = "rtk_session"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NPM_S = "import('@sparticuz/chromium').then(async (c) => console.log(await c.default.executablePath()))"
# It opens pages of this machine only: nothing else it does by itself may leave the machine.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIZE = {"width": 1440, "height": 900}


def path() -> str:
    """Where it is. Raises `CommandFailed` where there is none."""
    found = os.environ.get("RTK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    asked = ["node", "-e", NPM_S]
    told = subprocess.run(asked, cwd=ROOT / "frontend", capture_output=True, text=True, check=False)
    if told.returncode:
        raise CommandFailed("there is no Chromium: install Debian's package chromium, or run `make setup`")
    return told.stdout.strip()


@contextmanager
def opened(console: Console) -> Iterator[Page]:
    """An empty tab of somebody who is signed in."""
    cookie = {"name": COOKIE, "value": key(console.database.place), "url": console.url}
    chromium = path()  # before its driver starts, which cannot where the libraries of a browser are missing
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=QUIET)
        try:
            context = browser.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type] # a dict of its shape
            context.add_cookies([cookie])  # type: ignore[list-item] # the same
            yield context.new_page()
        finally:
            browser.close()
