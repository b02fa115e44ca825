"""The engine's connections to the database, within the time limits that all of the console's have."""

import asyncio
from typing import Any, LiteralString

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

from rtk.console.database import SILENT_S, BoundedAsyncConnection, limited, statement_s
from rtk.console.store.database import parameters

CONNECTIONS = 2  # besides one for each queue, on which PostgreSQL notifies its worker of new jobs


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
