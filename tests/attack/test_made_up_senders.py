"""Nobody gets more of the console, or comes before others, by a token, a session or a team that they made up.

Nor by several sessions and tokens of their own, or by those of their team.
"""

import threading
import time
from collections.abc import Iterator
from itertools import count
from secrets import token_hex
from statistics import median
from typing import Any

import pytest
import requests

from rtk.experiment import needs
from tests.console.api.test_standing import verification
from tests.console.live import Live, live_console
from tests.console.people.world import signed_in

LOGIN = "/accounts/login/"
CALLERS, VISITS = 60, 20


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
def test_hundreds_of_made_up_names_come_before_no_visitor(live: Live, made_up: Any) -> None:
    over, answered = threading.Event(), count()
    given = [0]  # answers that the attackers had

    def attack() -> None:
        while not over.is_set():
            requests.get(live.url + LOGIN, headers=made_up(), timeout=60)
            given[0] = next(answered)

    visitor = visiting(live)
    attackers = [threading.Thread(target=attack) for _ in range(CALLERS)]
    for each in attackers:
        each.start()
    overtook = list[int]()
    try:
        while given[0] < CALLERS:
            time.sleep(0.05)
        for _ in range(VISITS):
            before = given[0]
            assert visitor.get(live.url + LOGIN, timeout=60).status_code == 200
            overtook.append(given[0] - before)
    finally:
        over.set()
        for each in attackers:
            each.join(60)
    assert median(overtook) < CALLERS / 2, f"{overtook} came before a visitor, who waits behind {CALLERS} without turns"


@pytest.mark.parametrize("names", [("member", "member"), ("member", "owner", "admin")])
def test_pages_of_one_person_or_team_that_never_end_keep_no_visitor_waiting(
    live: Live, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, begun, let_go = needs.warnings, threading.Semaphore(0), threading.Event()

    def held(document: Any) -> Any:
        begun.release()
        assert let_go.wait(60), "nobody let it go"
        return inside(document)

    page = f"{live.url}/acme/shop/verifications/{verification(live, live.machine(live.world.owner))['id']}"
    sessions = [signed_in(getattr(live.world, name)).cookies["rtk_session"].value for name in names]
    for each in sessions:  # they are somebody's from now on
        assert requests.get(page, cookies={"rtk_session": each}, timeout=60).status_code == 200
    monkeypatch.setattr(needs, "warnings", held)
    visitor = visiting(live)
    answers = list[int]()

    def attack(session: str) -> None:
        answers.append(requests.get(page, cookies={"rtk_session": session}, timeout=90).status_code)

    attackers = [threading.Thread(target=attack, args=(each,)) for each in sessions for _ in range(4)]
    for each_of_them in attackers:
        each_of_them.start()
    try:
        assert begun.acquire(timeout=60)
        time.sleep(0.5)  # the others wait for their turn by now
        for _ in range(VISITS):
            assert visitor.get(live.url + LOGIN, timeout=30).status_code == 200
        assert answers == []
    finally:
        let_go.set()
        for each_of_them in attackers:
            each_of_them.join(90)
    assert answers == [200] * len(attackers)


def visiting(live: Live) -> requests.Session:
    """Somebody with an address of their own, whose first page is there."""
    visitor = requests.Session()
    visitor.mount("http://", From("127.0.0.2"))
    assert visitor.get(live.url + LOGIN, timeout=60).status_code == 200
    return visitor


class From(requests.adapters.HTTPAdapter):
    """Connections from an address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, source_address=(self._address, 0), **more)
