"""The whole story by clicking: from the link of the first user to the live insight of a real run under real load."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.console.commands import Rtk, url_in
from tests.console.conftest import place
from tests.console.pages.browser import Screen, browsing, context, watched
from tests.lab.world import World

pytestmark = pytest.mark.timeout(600)
EXPERIMENT = Path(__file__).parents[1] / "tutorial" / "experiment-ec2-responds-processor-load.json"
TITLE = re.compile("Expect a quick response")
EVERY, LONG, AROUND = "0.25", "6", "3"  # the load takes all of a CPU for as long
EXITS = {"pass": 0, "inconclusive": 0, "fail": 2, "invalid": 4}
PATIENCE_MS = 90_000


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a console that nobody has signed up to, and a tab in which its first page is open."""

    screen: Screen
    url: str
    home: Path

    @property
    def page(self) -> Page:
        return self.screen.page


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    """A console brought up as a newcomer would, and the link that it printed opened in a browser."""
    with place() as directory, browsing() as browser:
        rtk = Rtk(Path(directory) / "data")
        try:
            said = rtk.run("up", "--detach", "--port", 0).stdout
            url = url_in(said)
            (link,) = re.findall(rf"{url}/welcome/\S+", said)
            with context(browser, url, None) as made, watched(Screen(made.new_page(), url)) as screen:
                screen.page.goto(link)
                home = Path(directory) / "home"
                home.mkdir()
                yield Newcomer(screen, url, home)
        finally:
            rtk.run("down")


def test_the_story_of_the_tutorial(newcomer: Newcomer, tmp_path: Path) -> None:
    page = newcomer.page
    sign_up(page)
    token = make_a_token(newcomer)
    file = import_the_experiment(newcomer)
    with World(tmp_path / "lab").up() as lab:
        command = ["chaos", "--no-version-check", "verify", file]
        environ = {**lab.environ, "HOME": str(newcomer.home), "RTK_URL": newcomer.url, "RTK_TOKEN": token}
        environ["ENDPOINT_URL"] = f"{lab.lab['instances'][0]['url']}/random/0"
        with subprocess.Popen(
            command, cwd=newcomer.home, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            watch_it_live(page, newcomer)
            said = run.communicate(timeout=300)[0]
        assert lab.processes() == []
    verdict = read_the_insight(page)
    assert (run.returncode, verdict) == (EXITS[verdict], verdict), said
    assert f"Published at {page.url.partition('?')[0]}" in said
    look_at_the_timeline(page, newcomer)


def sign_up(page: Page) -> None:
    """The first user, an organization and a team."""
    page.get_by_label("Your name").fill("Alice")
    page.get_by_label("Email").fill("alice@example.org")
    page.locator("input[type=password]").nth(0).fill("correct horse battery")
    page.locator("input[type=password]").nth(1).fill("correct horse battery")
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("link", name=re.compile("Make an organization")).click()
    page.get_by_label("Name").fill("Acme")
    page.get_by_role("button", name="Make the organization").click()
    page.get_by_label("Name").fill("Web")
    page.get_by_role("button", name="Make the team").click()


def make_a_token(newcomer: Newcomer) -> str:
    """A token, read where it is shown once."""
    page = newcomer.screen.open("/tokens")
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make a token").click()
    return page.locator("#secret").inner_text()


def import_the_experiment(newcomer: Newcomer) -> str:
    """The tutorial's experiment through the four steps; the address that the command names."""
    page = newcomer.screen.open("/acme/web")
    page.get_by_role("link", name="Import Experiment").first.click()
    page.set_input_files("#id_file", str(EXPERIMENT))
    expect(page.get_by_role("heading", name=re.compile("Found: Expect a quick response"))).to_be_visible()
    expect(page.get_by_label("Objective name")).to_have_value("EC2 instance should respond within 6 seconds")
    for name, value in (("frequency", EVERY), ("duration", LONG), ("warm_up", AROUND), ("cool_down", AROUND)):
        page.locator(f"[name={name}_0]").fill(value)
        page.locator(f"[name={name}_1]").select_option("s")
    expect(page.locator("#plan")).to_contain_text(re.compile(r"\b24\b"), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Create the verification").click()
    page.get_by_role("button", name="Create it as it is").click()  # so short a run proves nothing, and it asks once
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    command = page.locator("#how code").first.inner_text()
    found = re.fullmatch(r"ENDPOINT_URL=… INSTANCE_ID=… chaos verify (\S+/assets/verifications/\S+\.json)", command)
    assert found, command
    return found[1]


def watch_it_live(page: Page, newcomer: Newcomer) -> None:
    """The run appears in the list, and its page fills by itself."""
    runs = page.locator("main a[href*='/insights/']")

    def appears() -> bool:
        newcomer.screen.open("/acme/web/insights")
        return runs.count() > 0

    until(page, appears, "the run does not appear")
    runs.first.click()
    taken = page.locator("[data-live=taken]")
    before = int(taken.inner_text())
    until(page, lambda: int(taken.inner_text()) > before + 4, "no measurement appears by itself")
    assert page.get_by_role("heading", name=re.compile("^Verdict")).count() == 0


def until(page: Page, true: Callable[[], bool], otherwise: str) -> None:
    """Look until something is true; the page goes on meanwhile."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not true():
        assert time.monotonic() < deadline, otherwise
        page.wait_for_timeout(200)


def read_the_insight(page: Page) -> str:
    """The verdict, which comes without anybody asking for it; everything is undone."""
    verdict = page.locator("#verdict-title")
    expect(verdict).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".answers")).to_contain_text("restored")
    expect(page.get_by_role("heading", name="Did it get worse?")).to_be_visible()
    (word,) = re.findall("|".join(EXITS), verdict.inner_text().lower().removeprefix("verdict:"))
    return str(word)


def look_at_the_timeline(page: Page, newcomer: Newcomer) -> None:
    """The run is one row of the home page of its team."""
    newcomer.screen.open("/acme/web")
    expect(page.get_by_role("link", name=TITLE).first).to_be_visible()
