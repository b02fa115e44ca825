"""Who follows a run, and until when: a stream ends with the right to read it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from rtk.console.people import tokens
from rtk.console.people.models import Role, TeamMembership, User
from rtk.console.store import stream
from tests.console.api.test_live import begun
from tests.console.live import Live, Machine, measurement
from tests.console.people.world import person, signed_in

SOON_S = 0.2


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHECK_S", SOON_S)
    monkeypatch.setattr(stream, "PULSE_S", SOON_S)


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


@pytest.fixture
def somebody(live: Live) -> User:
    """A member of Shop whom nobody else needs."""
    user = person(f"Somebody {User.objects.count()}")
    user.memberships.create(org=live.world.org, role=Role.MEMBER)
    TeamMembership.objects.create(user=user, team=live.world.shop)
    return user


@contextmanager
def followed(live: Live, run: str, **how: object) -> Iterator[Iterator[bytes]]:
    """The lines of a run's stream, for a token or a session."""
    with requests.Session() as browser:
        browser.trust_env = False
        with browser.get(f"{live.url}/api/v1{run}/stream", stream=True, timeout=20, **how) as answer:  # type: ignore[arg-type] # whatever requests takes
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")
            yield answer.iter_lines(chunk_size=1)


def session_of(user: User) -> dict[str, str]:
    return {settings.SESSION_COOKIE_NAME: signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value}


def until_refused(lines: Iterator[bytes]) -> bool:
    """Whether a stream says that its reader may read no longer, and ends."""
    return b"event: refused" in list(lines)


def after_the_first(lines: Iterator[bytes], change: Callable[[], object]) -> bool:
    assert next(lines).startswith(b"retry")
    change()
    return until_refused(lines)


def test_who_leaves_the_team_is_let_go(live: Live, machine: Machine, somebody: User) -> None:
    cookies = session_of(somebody)
    with followed(live, begun(live, machine), cookies=cookies) as lines:
        assert after_the_first(lines, TeamMembership.objects.get(user=somebody).delete)


def test_whose_session_ends_is_let_go(live: Live, machine: Machine, somebody: User) -> None:
    cookies = session_of(somebody)
    with followed(live, begun(live, machine), cookies=cookies) as lines:
        assert after_the_first(lines, SessionStore(*cookies.values()).delete)


def test_whose_password_changes_is_let_go(live: Live, machine: Machine, somebody: User) -> None:
    def change() -> None:
        somebody.set_password("another one, quite long")
        somebody.save()

    cookies = session_of(somebody)
    with followed(live, begun(live, machine), cookies=cookies) as lines:
        assert after_the_first(lines, change)


def test_whose_token_is_revoked_is_let_go(live: Live, machine: Machine, somebody: User) -> None:
    token, secret = tokens.make(somebody, "watching", ["read"])
    with followed(live, begun(live, machine), headers={"Authorization": f"Bearer {secret}"}) as lines:
        assert after_the_first(lines, lambda: tokens.revoke(token))


def test_who_may_read_stays(live: Live, machine: Machine, somebody: User) -> None:
    run = begun(live, machine)
    with followed(live, run, cookies=session_of(somebody)) as lines:
        pulses = 0
        for line in lines:
            pulses += line == b": still here"
            assert line != b"event: refused"
            if pulses == 3:
                break
        machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0)]})
        assert b"event: entry" in (next(lines) for _ in range(50))


@pytest.mark.parametrize("who", ["banker", "stranger"])
def test_nobody_else_follows(live: Live, machine: Machine, who: str) -> None:
    run = begun(live, machine)
    cookies = session_of(getattr(live.world, who))
    assert requests.get(f"{live.url}/api/v1{run}/stream", cookies=cookies, timeout=20).status_code == 404
    assert requests.get(f"{live.url}/api/v1{run}/stream", timeout=20).status_code == 401


def test_a_stream_begins_behind_an_entry(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(slot) for slot in range(4)]})
    token = {"Authorization": f"Bearer {machine.token}"}
    for path, headers in ((f"{run}/stream?after=2", token), (f"{run}/stream?after=0", {**token, "Last-Event-ID": "2"})):
        url = f"{live.url}/api/v1{path}"
        with requests.get(url, headers=headers, stream=True, timeout=20) as answer:
            lines = answer.iter_lines(chunk_size=1)
            assert next(line for line in lines if line.startswith(b"id: ")) == b"id: 3"
