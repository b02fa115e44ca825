"""A run's entries as they become durable, to any number of readers: one LISTEN for the whole process.

A notification says only of which run there is something new; a reader then reads on from where it is.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from rtk.console.store.commit import CHANNEL, Connect
from rtk.console.store.database import connect
from rtk.insight.facts import OUTCOMES, PHASES

PAGE = 1_000
PULSE_S = 10.0  # without news: a comment, by which proxies and readers see that the stream lives
RETRY_S = 1.0

ENTRIES = """
SELECT n, t, kind, body, NULL::smallint, NULL::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::smallint,
  NULL::float8, NULL::text
FROM store_recordentry WHERE run_id = %(run)s AND day = %(day)s AND n > %(after)s
UNION ALL
SELECT n, t, 'measurement', NULL, phase, slot, due, started, ended, outcome, value, reason
FROM store_measurement WHERE run_id = %(run)s AND day = %(day)s AND n > %(after)s
ORDER BY n LIMIT %(limit)s
"""
Page = list[tuple[int, bytes]]
MEASURED = ("phase", "slot", "due", "started", "ended", "outcome", "value", "reason")


class Listener:
    """Wakes readers when there is something new of their run. One for each event loop."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._readers: dict[str, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None
        self._reading: dict[tuple[UUID, int], asyncio.Task[Page]] = {}
        self._reader: psycopg.AsyncConnection[Any] | None = None
        self._lock = asyncio.Lock()

    def join(self, run: UUID) -> asyncio.Event:
        """An event that is set whenever there is something new of a run."""
        news = asyncio.Event()
        self._readers.setdefault(str(run), set()).add(news)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        return news

    def leave(self, run: UUID, news: asyncio.Event) -> None:
        """Listen no longer; the last one to leave ends the listening."""
        readers = self._readers.get(str(run), set())
        readers.discard(news)
        if not readers:
            self._readers.pop(str(run), None)
        if not self._readers and self._task:
            self._task.cancel()
            self._task = None

    async def entries(self, run: UUID, day: Any, after: int) -> Page:
        """The next entries of a run; readers who are at the same place are given the same page."""
        key = (run, after)
        if key not in self._reading:
            self._reading[key] = asyncio.create_task(self._entries(run, day, after))
            self._reading[key].add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(self._reading[key])

    async def _entries(self, run: UUID, day: Any, after: int) -> Page:
        async with self._lock:
            if self._reader is None or self._reader.closed:
                self._reader = await self._connect()
            given = {"run": run, "day": day, "after": after, "limit": PAGE}
            found = await self._reader.execute(ENTRIES, given)
            return [(row[0], line_of(row)) for row in await found.fetchall()]

    async def close(self) -> None:
        """Let go of everything."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._reader:
            await self._reader.close()
            self._reader = None

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.Error, OSError):
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake_all()  # of what came while nobody listened
                    async for told in connection.notifies():
                        self._wake(told.payload)
            await asyncio.sleep(RETRY_S)

    def _wake(self, run: str) -> None:
        for news in self._readers.get(run, ()):
            news.set()

    def _wake_all(self) -> None:
        for run in list(self._readers):
            self._wake(run)


_listeners: dict[asyncio.AbstractEventLoop, Listener] = {}


def listener() -> Listener:
    """The listener of this event loop."""
    loop = asyncio.get_running_loop()
    for gone in [each for each in _listeners if each.is_closed()]:
        del _listeners[gone]
    return _listeners.setdefault(loop, Listener(connect))


async def events(run: UUID, day: Any, after: int, listening: Listener | None = None) -> AsyncIterator[bytes]:
    """The entries after a number as server-sent events, for as long as the reader stays."""
    to = listening or listener()
    news = to.join(run)
    try:
        yield b"retry: 1000\n\n"
        while True:
            news.clear()
            try:
                page = await to.entries(run, day, after)
            except (psycopg.Error, OSError):
                await asyncio.sleep(RETRY_S)
                continue
            for number, text in page:
                yield b"id: %d\nevent: entry\ndata: %s\n\n" % (number, text)
                after = number
            if len(page) < PAGE:
                try:
                    await asyncio.wait_for(news.wait(), PULSE_S)
                except TimeoutError:
                    yield b": still here\n\n"
    finally:
        to.leave(run, news)


def line_of(row: tuple[Any, ...]) -> bytes:
    """An entry as JSON text of one line."""
    number, t, kind, body, *measured = row
    if body is not None:
        return str(body).replace("\r", " ").replace("\n", " ").encode()
    values = dict(zip(MEASURED, measured, strict=True))
    named = {**values, "phase": PHASES[values["phase"]], "outcome": OUTCOMES[values["outcome"]]}
    return msgspec.json.encode({"n": number, "t": t, "kind": kind, **named})
