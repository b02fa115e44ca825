"""The engine's connections to the database, within the time limits that all of the console's have."""

import asyncio
from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import get_channel_for_queues

from rtk.console.database import SILENT_S, BoundedAsyncConnection, limited, statement_s
from rtk.console.jobs.queue import Queue
from rtk.console.store.database import parameters

CONNECTIONS = 2  # besides the one on which PostgreSQL notifies the workers of new jobs


class JobConnector(PsycopgConnector):
    """A few connections. `lost` is set once a change failed because the database was away.

    A job whose end could not be noted would stay as it is for as long as its worker lives, and keep others waiting. So
    the workers have to end then, and are started again.
    """

    def __init__(self) -> None:
        super().__init__(
            kwargs=parameters(),
            connection_class=BoundedAsyncConnection,
            configure=_limit,
            min_size=1,
            max_size=CONNECTIONS,
            num_workers=1,
            timeout=statement_s(),
        )
        self.lost = asyncio.Event()
        self._hearers: dict[str, Notify] = {}  # by channel

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen until it is cancelled: the first worker's connection for all, each of which is an own process there.

        Workers begin together and end together, so that the first is there for as long as the others.
        """
        is_first = not self._hearers
        self._hearers.update(dict.fromkeys(channels, on_notification))
        if is_first:
            await super().listen_notify(self._hand_on, get_channel_for_queues(queues=Queue))
        else:
            await asyncio.Future()

    async def _hand_on(self, *, channel: str, payload: str) -> None:
        if hearer := self._hearers.get(channel):
            await hearer(channel=channel, payload=payload)

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Execute a change."""
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.OperationalError):
                self.lost.set()
            raise


async def _limit(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Give a connection its time limits; one that listens waits for ever, for its own statements alone are limited."""
    await connection.execute(limited(statement_s()))
    if connection.autocommit:
        return
    await connection.commit()
    assert isinstance(connection, BoundedAsyncConnection)
    connection.patience = statement_s() + SILENT_S
