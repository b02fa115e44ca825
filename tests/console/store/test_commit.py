"""Group commit: many callers, one transaction, each with an answer of its own."""

import asyncio
import json
import re
from collections.abc import Coroutine
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from rtk.console.store import rows
from rtk.console.store.commit import Acknowledgement, Call, Committer
from rtk.console.store.database import connect
from rtk.console.store.intake import Other, batch_of
from rtk.console.store.models import Measurement
from rtk.console.store.problem import Problem
from tests.console.api.test_live import begun
from tests.console.live import Live, Machine, measurement


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


class Caller:
    """Sends entries of one run to a committer."""

    def __init__(self, live: Live, machine: Machine) -> None:
        path = begun(live, machine)
        self.run = UUID(path.rpartition("/")[2])
        self._team, self._verification = str(live.world.shop.id), path.split("/")[6]

    def call(self, first: int, *slots: int, **values: Any) -> Call:
        entries = [{**measurement(slot), **values} for slot in slots]
        return Call(
            self.run, self._team, self._verification, batch_of(json.dumps({"from": first, "entries": entries}).encode())
        )

    def stored(self) -> list[int]:
        return list(Measurement.objects.filter(run_id=self.run).order_by("n").values_list("n", flat=True))


def played(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def test_calls_that_wait_together_are_judged_one_after_another(live: Live, machine: Machine) -> None:
    caller = Caller(live, machine)

    async def work() -> list[Any]:
        committer = Committer(connect)
        calls = [caller.call(0, 0, 1), caller.call(2, 2), caller.call(1, 1, 2), caller.call(9, 9)]
        answers = await asyncio.gather(*map(committer.submit, calls), return_exceptions=True)
        await committer.close()
        return answers

    *good, gap = played(work())
    assert good == [Acknowledgement(2, None), Acknowledgement(3, None), Acknowledgement(3, None)]
    assert isinstance(gap, Problem)
    assert (gap.status, gap.more["next"], caller.stored()) == (409, 3, [0, 1, 2])


def test_what_the_database_refuses_of_one_does_not_harm_the_others(live: Live, machine: Machine) -> None:
    good, bad = Caller(live, machine), Caller(live, machine)

    async def work() -> list[Any]:
        committer = Committer(connect)
        calls = [bad.call(0, 0), good.call(0, 0)]
        calls[0].batch.measured[0].slot = 2**70  # beyond what intake would let through
        answers = await asyncio.gather(*map(committer.submit, calls), return_exceptions=True)
        await committer.close()
        return answers

    refused, answer = played(work())
    assert (refused.status, answer, bad.stored(), good.stored()) == (422, Acknowledgement(1, None), [], [0])


def test_a_database_that_is_away_is_said_to_be_and_found_again(live: Live, machine: Machine) -> None:
    caller, away = Caller(live, machine), [True]

    async def sometimes() -> psycopg.AsyncConnection[Any]:
        if away.pop() if away else False:
            raise psycopg.OperationalError("away")
        return await connect()

    async def work() -> list[Any]:
        committer = Committer(sometimes)
        first = await asyncio.gather(committer.submit(caller.call(0, 0)), return_exceptions=True)
        second = await committer.submit(caller.call(0, 0))
        await committer.close()
        return [*first, second]

    first, second = played(work())
    assert (first.status, second, caller.stored()) == (503, Acknowledgement(1, None), [0])


def test_a_connection_that_breaks_is_replaced(live: Live, machine: Machine) -> None:
    caller = Caller(live, machine)

    async def work() -> list[Any]:
        committer = Committer(connect)
        await committer.submit(caller.call(0, 0))
        (connection,) = [each.connection for each in committer._idle if each.connection]
        await connection.close()
        second = await committer.submit(caller.call(1, 1))
        await committer.close()
        return [second]

    assert played(work()) == [Acknowledgement(2, None)]


def test_a_run_of_another_team_is_not_found(live: Live, machine: Machine) -> None:
    caller = Caller(live, machine)

    async def work() -> Any:
        call, committer = caller.call(0, 0), Committer(connect)
        call.team = str(uuid4())
        (answer,) = await asyncio.gather(committer.submit(call), return_exceptions=True)
        await committer.close()
        return answer

    assert played(work()).status == 404


def test_two_transactions_may_be_under_way_but_never_for_one_run(live: Live, machine: Machine) -> None:
    one, other = Caller(live, machine), Caller(live, machine)
    under_way = list[UUID]()
    begun: dict[UUID, asyncio.Event] = {}

    def watched(write: Any) -> Any:
        async def watch(calls: list[Call]) -> None:
            runs = {call.run for call in calls}
            assert not runs & set(under_way)
            under_way.extend(runs)
            for run in runs:
                begun[run].set()
            await asyncio.wait_for(begun[other.run].wait(), 60)  # of the first, until the second has begun
            await write(calls)
            for run in runs:
                under_way.remove(run)

        return watch

    async def work() -> list[Acknowledgement]:
        committer = Committer(connect)
        for writer in committer._idle:
            writer.write = watched(writer.write)  # type: ignore[method-assign] # to see what is under way
        begun.update({caller.run: asyncio.Event() for caller in (one, other)})
        first = asyncio.create_task(committer.submit(one.call(0, 0)))
        await begun[one.run].wait()
        more = [one.call(1, *range(1, 600)), other.call(0, *range(600)), one.call(600, 600)]
        answers = await asyncio.gather(first, *map(committer.submit, more))
        await committer.close()
        return answers

    assert [answer.next for answer in played(work())] == [1, 600, 600, 601]
    assert (one.stored(), other.stored()) == (list(range(601)), list(range(600)))


def test_what_nobody_thought_of_is_answered_as_well(live: Live, machine: Machine) -> None:
    caller = Caller(live, machine)

    async def work() -> list[Any]:
        committer = Committer(connect)
        call = caller.call(0, 0)
        call.batch.measured[0].phase = "nonsense"  # type: ignore[assignment] # what intake would never let through
        refused = await asyncio.gather(committer.submit(call), return_exceptions=True)
        answer = await committer.submit(caller.call(0, 0))
        await committer.close()
        return [*refused, answer]

    refused, answer = played(work())
    assert (refused.status, answer, caller.stored()) == (500, Acknowledgement(1, None), [0])


@pytest.mark.django_db
def test_the_ids_that_a_statement_brings_are_read_once_and_not_again_for_each_row() -> None:
    ids, days = f"{{{uuid4()},{uuid4()}}}", "{2026-11-30,2026-11-30}"
    entries = rows.columns_of_others([(1, 0, Other("event", 0.0), "{}"), (2, 0, Other("event", 0.0), "{}")])
    measured = batch_of(json.dumps({"from": 0, "entries": [measurement(0)]}).encode()).measured[0]
    brought = [ids, days, *rows.columns([(1, 0, measured), (2, 0, measured)])]
    for statement, given in ((rows.LOCK, [ids]), (rows.MEASUREMENTS, brought), (rows.ENTRIES, [ids, days, *entries])):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {statement}", given)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        once = re.findall(r"InitPlan.*\n +-> +Result\n +Output: \('.*'::cstring\)::(uuid|date)\[\]", plan)
        assert len(once) == plan.count("::uuid[]") + plan.count("::date[]") == (1 if statement is rows.LOCK else 2), (
            plan
        )
