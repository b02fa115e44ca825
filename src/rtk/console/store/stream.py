"""A run's entries as they become durable, to any number of readers: one LISTEN for the whole process.

A notification says only of which run there is something new; a reader then reads on from where it is. Readers who are
at the same place are given the same bytes, so that many of them cost little more than one. Each holds one page at
most: whoever reads slowly is sent the next one when it has taken the last.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from django.db import DatabaseError

from rtk.console.store.commit import CHANNEL, Connect
from rtk.console.store.database import connect
from rtk.console.store.runs import state_of
from rtk.console.store.schema import RunStateEvent
from rtk.console.upkeep import failed
from rtk.insight.measurement import COLUMNS, FIELDS, NO_COLUMNS, OUTCOMES, PHASES_BY_CODE

# Entries, and bytes of them: a reader holds one page at most, however slowly it reads.
PAGE = 1_000
PAGE_BYTES = 1024 * 1024
PULSE_S = 5.0  # without news: a comment, by which proxies and readers see that the stream lives
CHECK_S = 5.0  # how often it is asked whether the reader may still read
SPACE_S = 0.1  # between two wakings for the same run: what comes meanwhile goes out together
RETRY_S = 1.0  # until a database that was away is asked again
SILENCE_S = 10.0  # without news: then the database is asked whether it is still there

ENTRIES = f"""
SELECT n, t, kind, body, {NO_COLUMNS}
FROM store_recordentry WHERE run_id = %(run)s AND day = %(day)s AND n > %(after)s
UNION ALL
SELECT n, t, 'measurement', NULL, {COLUMNS}
FROM store_measurement WHERE run_id = %(run)s AND day = %(day)s AND n > %(after)s
ORDER BY n LIMIT %(limit)s
"""  # noqa: S608 - of constants
STATE = "SELECT state, told, heard_at, due_at, ended_at, stop, verdict, restored FROM store_run WHERE id = %(run)s"
# By `retry` a browser comes back a second after its connection broke (server-sent events).
BEGIN, PULSE = b"retry: 1000\n\n", b": still here\n\n"
REFUSED = b"event: refused\ndata: {}\n\n"

MayRead = Callable[[], Awaitable[bool]]


class StreamedEntries(NamedTuple):
    """Entries as server-sent events, the last one's number, whether more are waiting; and how the run is."""

    text: bytes
    last: int
    full: bool
    state: bytes


class StateColumns(NamedTuple):
    """What a run's state is told by."""

    state: str
    told: str
    heard_at: datetime
    due_at: datetime
    ended_at: datetime | None
    stop: str | None
    verdict: str | None
    restored: bool | None


class Listener:
    """Wakes readers when there is something new of their run. One for each event loop."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._readers: dict[str, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None
        self._reading: dict[tuple[UUID, int], asyncio.Task[StreamedEntries]] = {}
        self._reader: psycopg.AsyncConnection[Any] | None = None
        self._lock = asyncio.Lock()
        self._woken: dict[str, float] = {}
        self.over = False

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
            self._woken.pop(str(run), None)
        if not self._readers and self._task:
            self._task.cancel()
            self._task = None

    def end(self) -> None:
        """Let every reader go: the server stops."""
        self.over = True
        self._wake_all()

    async def page(self, run: UUID, day: Any, after: int) -> StreamedEntries:
        """The next entries of a run; readers who are at the same place are given the same page."""
        key = (run, after)
        if key not in self._reading:
            self._reading[key] = asyncio.create_task(self._page(run, day, after))
            self._reading[key].add_done_callback(lambda _: self._reading.pop(key, None))
        # Whoever leaves does not take the page from the others who wait for it.
        return await asyncio.shield(self._reading[key])

    async def _page(self, run: UUID, day: Any, after: int) -> StreamedEntries:
        # A connection runs one statement at a time.
        async with self._lock:
            if self._reader is None or self._reader.closed:
                self._reader = await self._connect()
            given = {"run": run, "day": day, "after": after, "limit": PAGE}
            # First how the run is: once it is told to have ended, its last entries are to follow at once.
            state = await (await self._reader.execute(STATE, given)).fetchone()
            found = await (await self._reader.execute(ENTRIES, given)).fetchall()
        parts, size = list[bytes](), 0
        for row in found:
            part = b"id: %d\nevent: entry\ndata: %s\n\n" % (row[0], line_of(row))
            size += len(part)
            if parts and size > PAGE_BYTES:  # one at least
                break
            parts.append(part)
        last = found[len(parts) - 1][0] if parts else after
        full = len(parts) < len(found) or len(found) == PAGE
        told = b""
        if state:
            how = StateColumns(*state)
            event: RunStateEvent = {
                "state": state_of(how),
                "stop": how.stop,
                "verdict": how.verdict,
                "restored": how.restored,
            }
            told = b"event: state\ndata: %b\n\n" % msgspec.json.encode(event)
        return StreamedEntries(b"".join(parts), last, full, told)

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
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake_all()  # of what came while nobody listened
                    while True:
                        async for told in connection.notifies(timeout=SILENCE_S):
                            self._wake_soon(told.payload)
                        await connection.execute("SELECT 1")  # by this alone a database that is gone is noticed
            except (psycopg.Error, OSError):
                pass  # the database is away: tried again in a moment
            except Exception:  # noqa: BLE001 - whatever it is, nobody else would listen
                failed("streams")
            await asyncio.sleep(RETRY_S)

    def _wake_soon(self, run: str) -> None:
        """Wake a run's readers: at once, or when the last time is long enough ago."""
        if run not in self._readers:
            return
        loop = asyncio.get_running_loop()
        due = self._woken.get(run, 0.0) + SPACE_S
        if due <= loop.time():
            self._wake(run)
        elif due - loop.time() <= SPACE_S:  # else it is due already
            self._woken[run] = due
            loop.call_at(due, self._wake, run)

    def _wake(self, run: str) -> None:
        if run in self._readers:
            self._woken[run] = asyncio.get_running_loop().time()
        for news in self._readers.get(run, ()):
            news.set()

    def _wake_all(self) -> None:
        for run in list(self._readers):
            self._wake(run)


_listeners: dict[asyncio.AbstractEventLoop, Listener] = {}


def listener() -> Listener:
    """The listener of this event loop."""
    loop = asyncio.get_running_loop()
    # Nobody asks for the listener of a loop that has ended, and its connection is of no use.
    for gone in [each for each in _listeners if each.is_closed()]:
        del _listeners[gone]
    return _listeners.setdefault(loop, Listener(connect))


async def anybody() -> bool:
    """Whoever it is may read."""
    return True


class Follower:
    """One who follows a run. `may_read` is asked now and then; `clock` is in seconds."""

    def __init__(self, may_read: MayRead, clock: Callable[[], float]) -> None:
        self._may_read = may_read
        self._clock = clock
        self._checked = clock()

    async def is_refused(self) -> bool:
        """Whether it may read no longer. Raises DatabaseError when that cannot be told."""
        if self._clock() - self._checked < CHECK_S:
            return False
        self._checked = self._clock()
        return not await self._may_read()


async def events(
    run: UUID,
    day: Any,
    after: int,
    may_read: MayRead = anybody,
    listening: Listener | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[bytes]:
    """The entries after a number as server-sent events, and how the run is whenever that has changed.

    It goes on for as long as the reader stays and may read, and the server serves.
    """
    to, reader, told = listening or listener(), Follower(may_read, clock), b""
    news = to.join(run)
    try:
        yield BEGIN
        while not to.over:
            news.clear()
            try:
                if await reader.is_refused():
                    yield REFUSED
                    return
                page = await to.page(run, day, after)
            except (psycopg.Error, DatabaseError, OSError):
                await asyncio.sleep(RETRY_S)
                continue
            if text := page.text + (page.state if page.state != told else b""):
                yield text
            told, after = page.state, page.last
            if not page.full and not to.over:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PULSE_S):
                        await news.wait()
                if not news.is_set():
                    yield PULSE
    finally:
        to.leave(run, news)


def line_of(row: tuple[Any, ...]) -> bytes:
    """An entry as JSON text of one line; of a measurement it is a `MeasurementEntry`."""
    number, t, kind, body, *measured = row
    if body is not None:
        # A line break would end the event within its data.
        return str(body).replace("\r", " ").replace("\n", " ").encode()
    values = dict(zip(FIELDS, measured, strict=True))
    named = {**values, "phase": PHASES_BY_CODE[values["phase"]], "outcome": OUTCOMES[values["outcome"]]}
    return msgspec.json.encode({"n": number, "t": t, "kind": kind, **named})
