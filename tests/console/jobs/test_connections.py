"""The engine's connections."""

import asyncio

import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import get_channel_for_queues

from rtk.console.jobs.connections import JobConnector
from rtk.console.jobs.queue import Queue

pytestmark = pytest.mark.usefixtures("kept")
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


async def found(of: JobConnector, name: str) -> str:
    row = await of.execute_query_one_async("SELECT current_setting(%(name)s) AS value", name=name)
    return str(row["value"])


def test_they_have_the_time_limits_of_the_console() -> None:
    async def limits() -> list[str]:
        connections = JobConnector()
        await connections.open_async()
        try:
            return [await found(connections, name) for name in LIMITS]
        finally:
            await connections.close_async()

    assert asyncio.run(limits()) == ["30s", "15s", "1min"]


@pytest.mark.parametrize(
    ("query", "lost"),
    [("SELECT pg_terminate_backend(pg_backend_pid())", True), ("DO $$ BEGIN RAISE 'no such job'; END $$", False)],
)
def test_a_change_that_a_lost_connection_kept_from_being_made_is_known(query: str, lost: bool) -> None:
    async def changed() -> bool:
        connections = JobConnector()
        await connections.open_async()
        try:
            with pytest.raises(ConnectorException):
                await connections.execute_query_async(query)
            return connections.lost.is_set()
        finally:
            await connections.close_async()

    assert asyncio.run(changed()) is lost


def test_one_connection_hears_for_the_workers_of_every_queue() -> None:
    heard: dict[str, set[str]] = {queue: set() for queue in Queue}

    async def listen() -> int:
        connections = JobConnector()
        await connections.open_async()
        listening = [asyncio.create_task(hear(connections, queue)) for queue in Queue]
        try:
            while not all(heard.values()):
                for queue in Queue:
                    channel = f"procrastinate_queue_v1#{queue}"
                    await connections.execute_query_async("SELECT pg_notify(%(to)s, '{}')", to=channel)
                await asyncio.sleep(0.02)
            query = "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'"
            return int((await connections.execute_query_one_async(query))["n"])
        finally:
            for each in listening:
                each.cancel()
            await asyncio.wait(listening)
            await connections.close_async()

    async def hear(connections: JobConnector, queue: Queue) -> None:
        async def note(*, channel: str, payload: str) -> None:
            heard[queue].add(channel)

        await connections.listen_notify(note, get_channel_for_queues(queues=[queue]))

    assert asyncio.run(listen()) == 1
    assert heard == {queue: {f"procrastinate_queue_v1#{queue}"} for queue in Queue}
