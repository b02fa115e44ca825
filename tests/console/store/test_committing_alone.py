"""A committer by itself, at a database that a test can hold up, break and look into: who waits for whom, and why."""

import asyncio
import json
from collections.abc import Coroutine
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from rtk.console.store.commit import Acknowledgement, Call, Committer, judged
from rtk.console.store.intake import DecodedBatch, batch_of
from rtk.console.store.problem import Problem
from rtk.console.store.rows import LockedRun
from tests.console.store.stand_in import FOUR, ONE, TEAM, THREE, TWO, VERIFICATION, Database

SLOT = {"kind": "measurement", "t": 0, "phase": "conditions", "due": 0, "started": 0, "ended": 0, "outcome": "met"}


def of(run: UUID, first: int = 0, size: int = 1, *more: dict[str, Any], team: str = TEAM) -> Call:
    """A call that brings so many measurements, and more entries behind them."""
    entries = [*({**SLOT, "slot": slot} for slot in range(first, first + size)), *more]
    return Call(run, team, VERIFICATION, batch_of(json.dumps({"from": first, "entries": entries}).encode()))


def huge(run: UUID, first: int, size: int) -> Call:
    """A call of which only the size matters."""
    return Call(run, TEAM, VERIFICATION, DecodedBatch(first, size))


def played(work: Coroutine[Any, Any, Any]) -> Any:
    async def within() -> Any:
        async with asyncio.timeout(10):
            return await work

    return asyncio.run(within())


async def turns(count: int = 30) -> None:
    """Let everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)


async def told(committer: Committer, *calls: Call) -> list[Any]:
    return await asyncio.gather(*map(committer.submit, calls), return_exceptions=True)


def test_calls_that_wait_are_stored_in_one_transaction_and_answered_each() -> None:
    async def work() -> tuple[Database, list[Any]]:
        committer = Committer((database := Database()).connect)
        return database, await told(committer, of(ONE, 0, 2), of(ONE, 2, 1), of(TWO, 0, 3), of(ONE, 1, 2))

    database, answers = played(work())
    assert answers == [
        Acknowledgement(2, None),
        Acknowledgement(3, None),
        Acknowledgement(3, None),
        Acknowledgement(3, None),
    ]
    assert sorted(database.entries) == [(run, n) for run in (ONE, TWO) for n in range(3)], "each entry once"
    assert database.moves == [{ONE: (3, None), TWO: (3, None)}]


@pytest.mark.parametrize("last", [1, 4])
def test_a_transaction_has_fifty_thousand_rows_and_the_call_that_fills_it(last: int) -> None:
    async def work() -> Database:
        committer = Committer((database := Database()).connect)
        full = 49_999 + last
        await told(committer, huge(ONE, 0, 49_999), huge(ONE, 49_999, last), huge(ONE, full, 7), huge(ONE, full + 7, 1))
        return database

    assert [each[ONE][0] for each in played(work()).moves] == [49_999 + last, 50_007 + last]


@pytest.mark.parametrize("last", [1, 2])
def test_a_second_transaction_begins_for_five_hundred_rows_that_wait_and_a_third_never(last: int) -> None:
    async def work() -> list[int]:
        committer = Committer((database := Database()).connect)
        database.go.clear()
        tasks, under_way = [], []
        for call in (of(ONE), huge(TWO, 0, 499), huge(THREE, 0, last), huge(FOUR, 0, 5_000)):
            tasks.append(asyncio.create_task(committer.submit(call)))
            await turns()
            under_way.append(database.under_way)
        database.go.set()
        assert [answer.next for answer in await asyncio.gather(*tasks)] == [1, 499, last, 5_000]
        return under_way

    assert played(work()) == [1, 1, 2, 2]


def test_what_waits_for_its_own_run_waits_and_no_entry_overtakes_another() -> None:
    async def work() -> Database:
        committer = Committer((database := Database()).connect)
        for first in (0, 1201, 2402):
            database.go.clear()
            tasks = [asyncio.create_task(committer.submit(of(ONE, first)))]
            await turns()
            tasks += [asyncio.create_task(committer.submit(huge(ONE, first + 1 + at * 600, 600))) for at in (0, 1)]
            await turns()
            assert database.under_way == 1
            database.go.set()
            assert [answer.next for answer in await asyncio.gather(*tasks)] == [first + 1, first + 601, first + 1201]
        return database

    assert [each[ONE][0] for each in played(work()).moves] == [1, 1201, 1202, 2402, 2403, 3603]


def test_a_call_whose_caller_has_gone_is_not_stored() -> None:
    async def work() -> Database:
        committer = Committer((database := Database()).connect)
        database.go.clear()
        first = asyncio.create_task(committer.submit(of(ONE)))
        await turns()
        gone = asyncio.create_task(committer.submit(of(TWO)))
        await turns()
        gone.cancel()
        database.go.set()
        await first
        assert (await told(committer, of(THREE)))[0] == Acknowledgement(1, None)
        return database

    assert played(work()).entries == [(ONE, 0), (THREE, 0)]


def test_a_caller_who_goes_while_it_is_stored_hurts_nobody() -> None:
    async def work() -> list[Any]:
        committer = Committer((database := Database()).connect)
        for fails in (None, psycopg.OperationalError("broken")):
            database.go.clear()
            tasks = [asyncio.create_task(committer.submit(of(run))) for run in (ONE, TWO)]
            await turns()
            tasks[0].cancel()
            await turns()
            database.fails = {TWO: fails} if fails else {}
            database.go.set()
            answers = await asyncio.gather(*tasks, return_exceptions=True)
        return answers

    gone, broken = played(work())
    assert isinstance(gone, asyncio.CancelledError)
    assert broken.status == 503


def test_an_end_is_noted_whichever_call_brings_it() -> None:
    end = {"kind": "end", "t": 1, "status": "completed"}

    async def work() -> Database:
        committer = Committer((database := Database()).connect)
        await told(committer, of(ONE, 0, 1, end), of(ONE, 0, 1), of(TWO, 0, 1), of(TWO, 1, 0, end))
        return database

    assert played(work()).moves == [{ONE: (2, "completed"), TWO: (2, "completed")}]


class Unheld(psycopg.DataError):
    """A refusal with the database's own words."""

    diag = SimpleNamespace(message_primary="out of range")  # type: ignore[assignment] # what psycopg makes of an answer


@pytest.mark.parametrize(
    ("error", "status", "says", "more"),
    [
        (Unheld(), 422, "entries: the database refuses them: out of range", {}),
        (psycopg.IntegrityError("twice"), 422, "entries: the database refuses them: twice", {}),
        (psycopg.errors.CheckViolation("no partition"), 410, "what is measured on the day this run began", {}),
        (psycopg.OperationalError("away"), 503, "the database cannot be reached", {"retry_after": 1}),
        (OSError(104, "reset"), 503, "the database cannot be reached", {"retry_after": 1}),
        (RuntimeError("odd"), 500, "this could not be stored; the console's log says why", {}),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, BaseException) else "",
)
def test_a_call_that_fails_says_why_and_the_next_is_stored(
    error: BaseException, status: int, says: str, more: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> tuple[Database, Any, list[Any]]:
        committer = Committer((database := Database()).connect)
        database.fails = {ONE: error}
        (refused,) = await told(committer, of(ONE))
        database.fails = {}
        return database, refused, await told(committer, of(ONE))

    database, refused, then = played(work())
    assert (refused.status, refused.more) == (status, more)
    assert refused.detail.startswith(says)
    assert (then, database.entries) == ([Acknowledgement(1, None)], [(ONE, 0)])
    broken = status >= 500
    assert (database.opened, database.closed) == ((2, 1) if broken else (1, 0)), "what failed is not used again"
    assert ("a record could not be stored" in caplog.text) is (status == 500)


def test_what_the_database_refuses_of_one_harms_no_other() -> None:
    async def work() -> tuple[Database, list[Any]]:
        committer = Committer((database := Database()).connect)
        database.fails = {TWO: psycopg.DataError("no")}
        return database, await told(committer, of(ONE), of(TWO), of(THREE))

    database, (first, bad, last) = played(work())
    assert (first, bad.status, last) == (Acknowledgement(1, None), 422, Acknowledgement(1, None))
    assert database.entries == [(ONE, 0), (THREE, 0)]


def test_a_call_that_leaves_a_gap_harms_no_other() -> None:
    async def work() -> tuple[Database, list[Any]]:
        committer = Committer((database := Database()).connect)
        return database, await told(committer, of(ONE), of(TWO, 5), of(THREE))

    database, (first, gap, last) = played(work())
    assert (first, gap.status, last) == (Acknowledgement(1, None), 409, Acknowledgement(1, None))
    assert database.entries == [(ONE, 0), (THREE, 0)]


def test_a_database_that_goes_away_between_two_calls_loses_only_what_it_had_not() -> None:
    async def work() -> tuple[Database, list[Any]]:
        committer = Committer((database := Database()).connect)
        database.fails = {TWO: psycopg.DataError("no"), THREE: OSError("away")}
        return database, await told(committer, of(ONE), of(TWO), of(THREE), of(FOUR))

    database, (first, refused, away, last) = played(work())
    assert (first, refused.status, away.status, last) == (Acknowledgement(1, None), 422, 503, Acknowledgement(1, None))
    assert (database.entries, database.opened, database.closed) == ([(ONE, 0), (FOUR, 0)], 2, 1)


def test_a_database_that_cannot_be_connected_to_is_tried_again_by_the_next() -> None:
    async def work() -> list[Any]:
        committer = Committer((database := Database()).connect)
        database.away = 1
        return [*(await told(committer, of(ONE))), *(await told(committer, of(ONE)))]

    away, then = played(work())
    assert (away.status, then) == (503, Acknowledgement(1, None))


def test_a_connection_is_used_again_and_one_that_was_closed_is_not() -> None:
    async def work() -> Database:
        committer = Committer((database := Database()).connect)
        for first in range(3):
            await committer.submit(of(ONE, first))
        assert database.opened == 1
        for connection in database.connections:
            connection.closed = True
        await committer.submit(of(ONE, 3))
        return database

    assert played(work()).opened == 2


def test_closing_waits_for_what_is_under_way_and_closes_every_connection() -> None:
    async def work() -> Database:
        committer = Committer((database := Database()).connect)
        database.go.clear()
        tasks = [asyncio.create_task(committer.submit(call)) for call in (of(ONE), huge(TWO, 0, 600))]
        await turns()
        closing = asyncio.create_task(committer.close())
        await turns()
        assert not closing.done()
        database.go.set()
        await closing
        assert [task.result().next for task in tasks] == [1, 600]
        await committer.close()
        return database

    database = played(work())
    assert database.opened == database.closed >= 1


def held(**more: Any) -> LockedRun:
    return replace(LockedRun(ONE, 5, date(2026, 1, 1), None, TEAM, VERIFICATION, "Checkout", False), **more)


@pytest.mark.parametrize(
    ("run", "verification", "team", "found"),
    [
        (held(), VERIFICATION, TEAM, True),
        (held(), VERIFICATION.upper(), TEAM, True),
        (held(), "Checkout", TEAM, True),
        (held(), "checkout", TEAM, False),
        (held(), "another", TEAM, False),
        (held(), "zzz", TEAM, False),
        (held(), VERIFICATION.replace("a", "0"), TEAM, False),
        (held(), VERIFICATION, "another-team", False),
        (held(), VERIFICATION, "zzz", False),
        (held(file_id=None), VERIFICATION, TEAM, True),
        (None, VERIFICATION, TEAM, False),
    ],
)
def test_a_run_is_that_of_its_team_and_verification(
    run: LockedRun | None, verification: str, team: str, found: bool
) -> None:
    async def work() -> Acknowledgement | Problem:
        return judged(run, Call(ONE, team, verification, DecodedBatch(5, 1)))

    answer = played(work())
    assert answer == Acknowledgement(6, None) if found else answer.status == 404


@pytest.mark.parametrize(
    ("first", "size", "then"), [(0, 0, 5), (0, 3, 5), (0, 5, 5), (4, 1, 5), (4, 2, 6), (5, 0, 5), (5, 4, 9), (6, 0, -1)]
)
def test_a_call_moves_its_run_on_and_never_back_and_leaves_no_gap(first: int, size: int, then: int) -> None:
    async def work() -> Acknowledgement | Problem:
        return judged(held(stop="enough"), huge(ONE, first, size))

    answer = played(work())
    if then >= 0:
        assert answer == Acknowledgement(then, "enough")
    else:
        assert (answer.status, answer.more, answer.field) == (409, {"next": 5}, "from")


def test_a_run_of_a_verification_that_was_deleted_is_gone() -> None:
    async def work() -> Acknowledgement | Problem:
        return judged(held(deleted=True), huge(ONE, 5, 1))

    answer = played(work())
    assert (answer.status, answer.field) == (410, "verification")
