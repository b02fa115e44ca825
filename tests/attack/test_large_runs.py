"""A run of many measurements takes neither the console's memory nor its time."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client

from rtk.console.pages.insights.data import MOST_DRAWN
from rtk.console.store.models import Run
from tests.console.live import Live, live_console
from tests.console.pages.insights.telling import Telling, fill
from tests.console.people.world import signed_in

MANY = 300_000
MOST_MIB, MOST_LEFT_MIB = 90, 45  # 1,000,000 may take 200 MiB; 300,000 took 290, and kept them


@pytest.fixture(scope="module")
def live(django_db_setup: None, django_db_blocker: Any) -> Iterator[Live]:
    """A console that serves the world, whose database everybody sees."""
    with django_db_blocker.unblock(), live_console() as console:
        yield console


@pytest.fixture(scope="module")
def large(live: Live) -> Telling:
    """A run that has ended with very many measurements, of which no insight is kept."""
    telling = Telling(live, 60, {"frequency_s": 0.1, "duration_s": MANY / 10}).begin()
    telling.measure("conditions", range(1))
    fill(telling, MANY)
    telling.end(MANY / 10 + 1)
    return telling


@pytest.fixture
def browser(live: Live, large: Telling) -> Client:
    """Somebody of the team, who has been here before."""
    client = signed_in(live.world.member)
    client.get("/")
    return client


def own_mib() -> float:
    found = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


class Memory:
    """The memory of this process while something is done: the most, and what is left, both beyond what it had."""

    def __enter__(self) -> "Memory":
        self._before, self.most = own_mib(), 0.0
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watching.join()
        self.left = own_mib() - self._before

    def _watch(self) -> None:
        while not self._over.wait(0.005):
            self.most = max(self.most, own_mib() - self._before)


def test_its_page_takes_little_memory_and_gives_it_back(browser: Client, large: Telling) -> None:
    Run.objects.filter(id=large.run).update(insight=None, insight_next=None)
    with Memory() as memory:
        assert browser.get(large.page).status_code == 200
        time.sleep(0.1)
    assert memory.most <= MOST_MIB, f"{memory.most:.0f} MiB more"
    assert memory.left <= MOST_LEFT_MIB, f"{memory.left:.0f} MiB are left"


def test_its_chart_draws_no_more_than_a_browser_bears_and_says_so(browser: Client, large: Telling) -> None:
    page, data = browser.get(large.page).content.decode(), browser.get(f"{large.page}/data").json()
    assert MOST_DRAWN / 4 <= len(data["columns"]["value"]) <= MOST_DRAWN
    assert "This run has so many measurements that the chart draws each that deviated or was not made" in page
    assert "one in 4 that were met, at most 150,000. The figures are of all of them, and so is the CSV file." in page


def test_its_report_shows_some_and_says_where_all_are(browser: Client, large: Telling) -> None:
    with Memory() as memory:
        text = browser.get(f"{large.page}/report.html").content.decode()
    assert memory.most <= MOST_MIB, f"{memory.most:.0f} MiB more"
    assert f"500 are shown, deviated ones and those not made first; {MANY - 500:,} are left out." in text
    assert "The journal holds every one, and so does the CSV file of the run's page on a console." in text
    assert len(text) < 2**20


def test_its_csv_holds_all_and_comes_in_parts(live: Live, browser: Client, large: Telling) -> None:
    cookies = {name: each.value for name, each in browser.cookies.items()}
    address = f"{live.url}{large.page}/measurements.csv"
    with Memory() as memory, requests.get(address, cookies=cookies, stream=True, timeout=120) as answer:
        lines = sum(part.count(b"\n") for part in answer.iter_content(1 << 16))
    assert lines == MANY + 1
    assert memory.most <= MOST_MIB, f"{memory.most:.0f} MiB more"
