"""Group commit: all calls that wait are made durable by one transaction.

A task takes what is waiting, locks the runs' rows, judges each call by its run's `next`, stores what is new by
one INSERT … SELECT FROM unnest(…) for measurements and one for other entries, and answers every call once that
is durable. While the database works, new calls gather for the next turn.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
from msgspec import Struct, field

from rtk.console.store import rows
from rtk.console.store.freeze import SafeguardsInForce
from rtk.console.store.intake import DecodedBatch
from rtk.console.store.problem import Problem, unknown

MOST_ROWS = 50_000  # of one transaction: more would let the first caller wait for long
AT_ONCE = 2  # transactions
WORTH_ANOTHER = 500  # rows that wait: fewer are stored sooner together with what comes meanwhile
CHANNEL = "rtk_runs"

logger = logging.getLogger(__name__)
Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Call(Struct):
    """A call that waits: whose run it is for, and what it brings."""

    run: UUID
    team: str
    verification: str
    batch: DecodedBatch
    answer: "asyncio.Future[Acknowledgement]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Acknowledgement(Struct, frozen=True):
    """Everything before `next` is durable; `stop` is why a person stopped the run, None where nobody did.

    `safeguards` names those that forbid the run's team to run anything at this moment.
    """

    next: int
    stop: str | None
    safeguards: tuple[str, ...] = ()


class Committer:
    """Stores calls, as many at a time as are waiting. One for each event loop.

    While one transaction is under way a second one may be, for other runs, when there is enough to store: then the
    database works while the columns of the next are made. A run's calls are never in two transactions at once.
    """

    def __init__(self, connect: Connect) -> None:
        freeze = SafeguardsInForce()
        self._idle = [Writer(connect, freeze) for _ in range(AT_ONCE)]
        self._waiting: list[Call] = []
        self._rows = 0  # that wait
        self._under_way: set[UUID] = set()  # runs
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, call: Call) -> Acknowledgement:
        """Store a call's entries. Raises `Problem`: 404, 409 for a gap, 410, 422, 500, 503."""
        self._waiting.append(call)
        self._rows += call.batch.size
        if not self._tasks or (self._idle and self._rows >= WORTH_ANOTHER):
            self._tasks.add(asyncio.create_task(self._work(self._idle.pop())))
        return await call.answer

    async def close(self) -> None:
        """Let go of the connections once what waits is stored."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
        for writer in self._idle:
            await writer.close()

    async def _work(self, writer: "Writer") -> None:
        try:
            while calls := self._taken():
                runs = {call.run for call in calls}
                self._under_way |= runs
                try:
                    await writer.write(calls)
                finally:
                    self._under_way -= runs
        finally:
            # At once: who submits next sees whether anybody is there to take it.
            self._idle.append(writer)
            task = asyncio.current_task()
            assert task is not None
            self._tasks.remove(task)

    def _taken(self) -> list[Call]:
        """What is stored next, in the order it came: nothing of runs that are under way."""
        taken, left, size = list[Call](), list[Call](), 0
        for call in self._waiting:
            if size >= MOST_ROWS or (self._under_way and call.run in self._under_way):
                left.append(call)
            elif not call.answer.done():
                taken.append(call)
                size += call.batch.size
        self._waiting, self._rows = left, sum(call.batch.size for call in left)
        return taken


class Writer:
    """A connection on which calls are stored, and what becomes of those that cannot be."""

    def __init__(self, connect: Connect, freeze: SafeguardsInForce) -> None:
        self._connect = connect
        self._freeze = freeze
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def write(self, calls: list[Call]) -> None:
        """Store calls in one transaction and answer each."""
        try:
            await self._store(calls)
        except (psycopg.DataError, psycopg.IntegrityError):
            await self._one_by_one(calls)
        except (psycopg.Error, OSError):
            await self._fail(calls)
        except Exception:  # nobody may wait for an answer that never comes
            runs = ",".join(sorted({str(call.run) for call in calls}))
            logger.exception("a record could not be stored", extra={"run_ids": runs})
            await self._fail(calls, Problem(500, "this could not be stored; the console's log says why"))

    async def close(self) -> None:
        """Let go of the connection."""
        if self.connection:
            with suppress(psycopg.Error, OSError):
                await self.connection.close()
        self.connection = None

    async def _one_by_one(self, calls: list[Call]) -> None:
        # What one of them brings is refused by the database: the others must not suffer for it.
        for call in calls:
            try:
                await self._store([call])
            except psycopg.errors.CheckViolation:
                _refuse(call, Problem(410, "what is measured on the day this run began is no longer kept"))
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                why = error.diag.message_primary or error
                _refuse(call, Problem(422, f"entries: the database refuses them: {why}", "entries"))
            except (psycopg.Error, OSError):
                await self._fail([call])

    async def _fail(self, calls: list[Call], problem: Problem | None = None) -> None:
        await self.close()
        away = Problem(503, "the database cannot be reached: send it again in a moment", retry_after=1)
        for call in calls:
            _refuse(call, problem or away)

    async def _store(self, calls: list[Call]) -> None:
        if self.connection is None or self.connection.closed:
            self.connection = await self._connect()
        async with self.connection.transaction(), self.connection.cursor() as cursor:
            answers = await stored(cursor, calls, self._freeze)
        for call, answer in zip(calls, answers, strict=True):
            if isinstance(answer, Problem):
                _refuse(call, answer)
            elif not call.answer.done():
                call.answer.set_result(answer)


def _refuse(call: Call, problem: Problem) -> None:
    if not call.answer.done():
        call.answer.set_exception(problem)


async def stored(
    cursor: psycopg.AsyncCursor[Any], calls: list[Call], freeze: SafeguardsInForce
) -> list[Acknowledgement | Problem]:
    """Store the calls within the cursor's transaction; what each is answered once that is committed."""
    await freeze.read(cursor)
    held = await rows.lock(cursor, {call.run for call in calls})
    answers: list[Acknowledgement | Problem] = []
    taken: list[rows.AcceptedBatch] = []
    for call in calls:
        run = held.get(call.run)
        answer = judged(run, call, freeze.of(call.team))
        if run and isinstance(answer, Acknowledgement):
            taken.append(rows.AcceptedBatch(run, call.batch, run.next))
            run.next = answer.next
            run.end = call.batch.end or run.end
        answers.append(answer)
    await rows.insert(cursor, taken)
    await rows.update(cursor, {id(one.run): one.run for one in taken}.values())  # of a run there is one row here
    return answers


def judged(run: "rows.LockedRun | None", call: Call, safeguards: tuple[str, ...] = ()) -> Acknowledgement | Problem:
    """What a call is answered, by its run's row as it is before it, and by the safeguards of its team in force."""
    if run is None or run.team != call.team:
        return unknown("run")
    if call.verification != run.file_id and call.verification.lower() != run.verification:
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
    return Acknowledgement(max(run.next, call.batch.first + call.batch.size), run.stop, safeguards)
