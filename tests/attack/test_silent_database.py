"""What a database that says nothing any more cannot do: hold a run's calls, or be called ready."""

import asyncio
import time
from uuid import uuid4

import pytest
from django.db import connection

from rtk.console.database import SILENT_S, BoundedAsyncConnection
from rtk.console.health import WriteCheck
from rtk.console.postgres import Postgres
from rtk.console.store.commit import Call, Committer
from rtk.console.store.intake import DecodedBatch
from rtk.console.store.problem import Problem
from tests.console.silent import Passage, passage

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.timeout(60)]
LIMIT_S = 1.0


async def connected(way: Passage) -> BoundedAsyncConnection:
    return await BoundedAsyncConnection.limited(
        LIMIT_S, {**way.parameters(), "dbname": connection.settings_dict["NAME"]}
    )


async def told(committer: Committer) -> int:
    """With which status a call of a run that nobody knows is answered."""
    try:
        await committer.submit(Call(uuid4(), str(uuid4()), "v", DecodedBatch(0, 0)))
    except Problem as problem:
        return problem.status
    return 202


def test_it_does_not_hold_a_runs_calls_and_is_used_again_when_it_speaks(postgres: Postgres) -> None:
    async def play() -> list[int]:
        committer = Committer(lambda: connected(way))
        statuses = []
        for silent in (False, True, False):
            way.silent.set() if silent else way.silent.clear()
            began = time.monotonic()
            statuses.append(await told(committer))
            assert time.monotonic() - began < LIMIT_S + SILENT_S + 15
        await committer.close()
        return statuses

    with passage(postgres) as way:
        assert asyncio.run(play()) == [404, 503, 404]


def test_it_is_not_called_ready(postgres: Postgres) -> None:
    async def play() -> bool:
        readiness = WriteCheck(lambda: connected(way))
        assert await readiness.ready()
        way.silent.set()
        await asyncio.sleep(1)
        ready = await readiness.ready()
        await readiness.end()
        return ready

    with passage(postgres) as way:
        assert asyncio.run(play()) is False
