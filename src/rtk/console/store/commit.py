"""Group commit: all calls that wait are made durable by one transaction.

One task takes what is waiting, locks the runs' rows, judges each call by its run's `next`, stores what is new by
one INSERT … SELECT FROM unnest(…) for measurements and one for other entries, and answers every call once that
is durable. While the database works, new calls gather for the next turn.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from rtk.console.store import rows
from rtk.console.store.intake import Batch
from rtk.console.store.problem import Problem, unknown

MOST_ROWS = 50_000  # of one transaction: more would let the first caller wait for long
CHANNEL = "rtk_runs"

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


@dataclass(slots=True)
class Call:
    """A call that waits: whose run it is for, and what it brings."""

    run: UUID
    team: str
    verification: str
    batch: Batch
    answer: "asyncio.Future[Answer]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything before `next` is durable; `stop` is why a person stopped the run, None where nobody did."""

    next: int
    stop: str | None


class Committer:
    """Stores calls, as many at a time as are waiting. One for each event loop."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._waiting: list[Call] = []
        self._task: asyncio.Task[None] | None = None

    async def submit(self, call: Call) -> Answer:
        """Store a call's entries. Raises `Problem`: 404, 409 for a gap, 410, 422, 503."""
        self._waiting.append(call)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await call.answer

    async def close(self) -> None:
        """Let go of the connection once what waits is stored."""
        if self._task:
            await self._task
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _work(self) -> None:
        while self._waiting:
            calls = self._taken()
            try:
                await self._store(calls)
            except psycopg.DataError:
                await self._one_by_one(calls)
            except psycopg.IntegrityError:
                await self._one_by_one(calls)
            except (psycopg.Error, OSError) as error:
                await self._fail(calls, error)

    def _taken(self) -> list[Call]:
        size, count = 0, 0
        for call in self._waiting:
            size += call.batch.size
            count += 1
            if size >= MOST_ROWS:
                break
        calls, self._waiting = self._waiting[:count], self._waiting[count:]
        return [call for call in calls if not call.answer.done()]

    async def _one_by_one(self, calls: list[Call]) -> None:
        # What one of them brings is refused by the database: the others must not suffer for it.
        for call in calls:
            try:
                await self._store([call])
            except psycopg.errors.CheckViolation:
                _refuse(call, Problem(410, "what is measured on the day this run began is no longer kept"))
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                _refuse(
                    call,
                    Problem(
                        422, f"entries: the database refuses them: {error.diag.message_primary or error}", "entries"
                    ),
                )
            except (psycopg.Error, OSError) as error:
                await self._fail([call], error)

    async def _fail(self, calls: list[Call], _error: Exception) -> None:
        if self._connection:
            with suppress(psycopg.Error, OSError):
                await self._connection.close()
        self._connection = None
        for call in calls:
            _refuse(call, Problem(503, "the database cannot be reached: send it again in a moment", retry_after=1))

    async def _store(self, calls: list[Call]) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = await self._connect()
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            answers = await stored(cursor, calls)
        for call, answer in zip(calls, answers, strict=True):
            if isinstance(answer, Problem):
                _refuse(call, answer)
            elif not call.answer.done():
                call.answer.set_result(answer)


def _refuse(call: Call, problem: Problem) -> None:
    if not call.answer.done():
        call.answer.set_exception(problem)


async def stored(cursor: psycopg.AsyncCursor[Any], calls: list[Call]) -> list[Answer | Problem]:
    """Store the calls within the cursor's transaction; what each is answered once that is committed."""
    held = await rows.lock(cursor, {call.run for call in calls})
    answers: list[Answer | Problem] = []
    taken: list[rows.Taken] = []
    for call in calls:
        answer = judged(held.get(call.run), call)
        if isinstance(answer, Answer):
            run = held[call.run]
            taken.append(rows.Taken(run, call.batch, run.next))
            run.next = answer.next
            run.end = call.batch.end or run.end
        answers.append(answer)
    await rows.insert(cursor, taken)
    await rows.update(cursor, {one.run.id: one.run for one in taken}.values())
    return answers


def judged(run: "rows.Held | None", call: Call) -> Answer | Problem:
    """What a call is answered, by its run's row as it is before it."""
    if run is None or run.team != call.team or not _is_of(run, call.verification):
        return unknown("run")
    if run.deleted:
        return Problem(410, "the verification of this run was deleted", "verification")
    if call.batch.first > run.next:
        return Problem(
            409,
            f"from: expected at most {run.next}, entries before {call.batch.first} are missing",
            "from",
            next=run.next,
        )
    return Answer(max(run.next, call.batch.first + call.batch.size), run.stop)


def _is_of(run: "rows.Held", verification: str) -> bool:
    return verification == run.file_id or verification.lower() == run.verification
