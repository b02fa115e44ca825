"""Nobody gets more of the console, or comes before others, by a token, a session or a team that they made up.

Nor by several sessions and tokens of their own, or by those of their team.
"""

import threading
import time
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
import requests

from rtk.experiment import needs
from tests.console.api.test_standing import verification
from tests.console.live import Live, live_console
from tests.console.people.world import signed_in

LOGIN = "/accounts/login/"
CALLERS, FOR_S = 60, 6.0
DEAR_S = 0.6  # of CPU, for a page
MOST_S = 1.5  # of a visitor's page meanwhile; with made-up tokens it took 30 s, and then was refused


@pytest.fixture(scope="module")
def live(django_db_setup: None, django_db_blocker: Any) -> Iterator[Live]:
    """A console that serves the world, whose database everybody sees."""
    with django_db_blocker.unblock(), live_console() as console:
        yield console


def of_a_token() -> dict[str, str]:
    return {"Authorization": f"Bearer rtk_{token_hex(16)}"}


def of_a_session() -> dict[str, str]:
    return {"Cookie": f"rtk_session={token_hex(16)}"}


@pytest.mark.parametrize("made_up", [of_a_token, of_a_session])
def test_hundreds_of_made_up_names_keep_no_visitor_waiting(live: Live, made_up: Any) -> None:
    over = threading.Event()

    def attack() -> None:
        while not over.is_set():
            requests.get(live.url + LOGIN, headers=made_up(), timeout=60)

    visitor = requests.Session()
    visitor.mount("http://", From("127.0.0.2"))
    visited(visitor, live.url + LOGIN)
    attackers = [threading.Thread(target=attack) for _ in range(CALLERS)]
    for each in attackers:
        each.start()
    time.sleep(0.5)
    took, until = list[float](), time.monotonic() + FOR_S
    while time.monotonic() < until:
        took.append(visited(visitor, live.url + LOGIN))
    over.set()
    for each in attackers:
        each.join(60)
    assert max(took) < MOST_S, f"a page took {max(took):.1f} s"


@pytest.mark.parametrize("names", [("member", "member"), ("member", "owner", "admin")])
def test_dear_pages_of_one_person_or_team_keep_no_visitor_waiting(
    live: Live, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = needs.warnings

    def dear(document: Any) -> Any:
        until = time.thread_time() + DEAR_S
        while time.thread_time() < until:
            pass
        return inside(document)

    page = f"{live.url}/acme/shop/verifications/{verification(live, live.machine(live.world.owner))['id']}"
    sessions = [signed_in(getattr(live.world, name)).cookies["rtk_session"].value for name in names]
    for each in sessions:  # they are somebody's from now on
        assert requests.get(page, cookies={"rtk_session": each}, timeout=60).status_code == 200
    monkeypatch.setattr(needs, "warnings", dear)
    visitor = requests.Session()
    visitor.mount("http://", From("127.0.0.2"))
    visited(visitor, live.url + LOGIN)
    attackers = [
        threading.Thread(target=requests.get, args=(page,), kwargs={"cookies": {"rtk_session": each}, "timeout": 60})
        for each in sessions
        for _ in range(4)
    ]
    for each_of_them in attackers:
        each_of_them.start()
    time.sleep(0.2)
    took = list[float]()
    while any(each_of_them.is_alive() for each_of_them in attackers):
        took.append(visited(visitor, live.url + LOGIN))
    assert max(took) < MOST_S, f"a page took {max(took):.1f} s"


def visited(visitor: requests.Session, address: str) -> float:
    began = time.perf_counter()
    assert visitor.get(address, timeout=60).status_code == 200
    return time.perf_counter() - began


class From(requests.adapters.HTTPAdapter):
    """Connections from an address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, source_address=(self._address, 0), **more)
