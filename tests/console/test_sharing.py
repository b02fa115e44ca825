"""How threads are shared: which requests are large, and that these never take all threads."""

import asyncio
from concurrent.futures import Executor
from typing import Any

import pytest

from rtk.console.senders import Senders
from rtk.console.sharing import DEAR_FOR_S, DEAR_S, MOST_DEAR, USUAL, Sharing, SharingBounds, bounds, threads
from rtk.console.turns import TurnShare

TEAM = "/api/v1/organizations/acme/teams/shop/"
BOUNDS = SharingBounds(100, TurnShare(4, 4, 10, 5), TurnShare(1, 1, 10, 5))


def scope(path: str = TEAM, **headers: str) -> dict[str, Any]:
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "headers": told, "client": ("192.0.2.1", 5)}


@pytest.mark.parametrize(
    ("path", "size", "kind"),
    [
        (TEAM, 99, "usual"),
        (TEAM, 100, "large"),
        ("/acme/shop/insights/1/report.md", 0, "large"),
        ("/", 0, "usual"),
        ("/accounts/login/", 0, "usual"),
        ("/accounts/oidc/sso/login/", 0, "issuer"),
        ("/accounts/oidc/sso/login/callback/", 0, "issuer"),
        ("/sign-on-again", 0, "issuer"),
    ],
)
def test_large_bodies_what_reads_a_run_again_and_what_asks_the_issuer_have_threads(
    path: str, size: int, kind: str
) -> None:
    of: dict[str, Executor] = {kind: Executor() for kind in ("usual", "large", "issuer")}
    sharing = Sharing(BOUNDS, Senders("session"), [of["usual"]], [of["large"]], [of["issuer"]])

    async def play() -> Executor:
        async with sharing.turn(scope(path), size) as thread:
            return thread

    assert asyncio.run(play()) is of[kind]


def test_what_took_a_team_long_is_large_for_a_while() -> None:
    now = [0.0]
    usual, large = Executor(), Executor()
    sharing = Sharing(BOUNDS, Senders("session"), [usual], [large], clock=lambda: now[0])

    async def thread_of(path: str) -> Executor:
        async with sharing.turn(scope(path), 0) as thread:
            return thread

    page, login = "/acme/shop/verifications/1", "/accounts/login/"
    for path in (page, login):
        sharing.took(scope(path), DEAR_S)
    sharing.took(scope(f"{page}2"), DEAR_S - 0.1)
    of = [asyncio.run(thread_of(path)) for path in (page, login, f"{page}2")]
    assert of == [large, usual, usual]
    now[0] = DEAR_FOR_S
    assert asyncio.run(thread_of(page)) is usual
    for number in range(MOST_DEAR + 1):
        sharing.took(scope(f"{page}/{number}"), DEAR_S)
    assert asyncio.run(thread_of(f"{page}/{MOST_DEAR}")) is large


def test_large_requests_of_everybody_leave_the_usual_ones_their_threads() -> None:
    sharing = Sharing(BOUNDS, Senders("session"), [Executor()], [Executor()])

    async def play() -> None:
        async with asyncio.timeout(5), sharing.turn(scope(), 100):
            waits = [asyncio.create_task(_turn(sharing, str(number))) for number in range(20)]
            await asyncio.sleep(0)
            async with sharing.turn(scope("/accounts/login/"), 0):
                pass
            for each in waits:
                each.cancel()

    asyncio.run(play())


@pytest.mark.parametrize("persons", [1, 3])
def test_usual_requests_of_one_person_or_team_leave_threads_to_others(persons: int) -> None:
    senders = Senders("session")
    sharing = Sharing(bounds(), senders, [Executor() for _ in range(USUAL)], [Executor()])

    async def play() -> None:
        tokens = [f"token {number}" for number in range(12)]
        for number, token in enumerate(tokens):
            senders.prove(scope(authorization=token), number % persons)
        held = [asyncio.create_task(_held(sharing, token)) for token in tokens]
        await asyncio.sleep(0)
        visitors = [{**scope("/accounts/login/"), "client": (f"192.0.2.{number}", 5)} for number in (1, 2)]
        async with asyncio.timeout(5), sharing.turn(visitors[0], 0), sharing.turn(visitors[1], 0):
            pass
        for each in held:
            each.cancel()

    asyncio.run(play())


async def _held(sharing: Sharing, token: str) -> None:
    async with sharing.turn(scope(authorization=token), 0):
        await asyncio.Event().wait()


async def _turn(sharing: Sharing, token: str) -> None:
    async with sharing.turn(scope(authorization=token), 100):
        pass


def test_the_bounds_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bounds() == SharingBounds(64 * 1024, TurnShare(4, 4, 1_000, 30, 2), TurnShare(1, 1, 16, 30))
    monkeypatch.setenv("RTK_CALLS", "3")
    monkeypatch.setenv("RTK_LARGE_CALL_KIB", "1")
    assert (bounds().usual.of_sender, bounds().large_from) == (3, 1024)
    monkeypatch.setenv("RTK_CALLS", "5")
    assert bounds().usual.kept == 1


def test_a_thread_takes_one_call_after_the_other() -> None:
    one, two = threads(2, "request")
    names = [each.submit(lambda: __import__("threading").current_thread().name).result() for each in (one, two, one)]
    assert names == ["request-0_0", "request-1_0", "request-0_0"]
