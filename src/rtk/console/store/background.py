"""What the store does beside answering: it watches over runs, and lets go in the end."""

import asyncio
import logging
from contextlib import suppress

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, connections

from rtk.console.database import unhurried
from rtk.console.store import stream, watch
from rtk.console.store.ingest import Ingest
from rtk.console.upkeep import failed

SWEEP_S = 5.0  # a lost contact shows so much later at most
LONG_S = 300.0  # for a statement: nobody waits for what is made here

logger = logging.getLogger(__name__)


class Keeping:
    """Begun and ended with the server, in its event loop."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._keep())

    async def end(self) -> None:
        """End the watch and close what is open."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._ingest.close()
        await stream.listener().close()

    async def _keep(self) -> None:
        while True:
            try:
                # Not in the one thread that such calls share, which a long sweep would keep from others.
                await sync_to_async(_turn, thread_sensitive=False)()
            except DatabaseError as error:
                logger.warning(f"runs are not watched over for now: {error}")
            except Exception:  # noqa: BLE001 - whatever it is with one run, the others must be watched over
                failed("runs")
            await asyncio.sleep(SWEEP_S)


def _turn() -> None:
    try:
        connection.ensure_connection()
        with unhurried(connection.connection, LONG_S):
            watch.sweep()
    finally:
        connections.close_all()  # the thread is not ours to keep
