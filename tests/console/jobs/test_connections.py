"""The engine's connections."""

import asyncio

import pytest
from procrastinate.exceptions import ConnectorException

from rtk.console.jobs.connections import JobConnector

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
