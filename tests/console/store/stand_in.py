"""What stands in for the database of a committer: one that a test can hold up, break and look into."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from rtk.console.store import freeze, rows

TEAM, VERIFICATION = "team-1", "00000000-0000-0000-0000-0000000000aa"
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))


class Database:
    """Holds runs and the numbers of their entries; a transaction that fails leaves nothing."""

    def __init__(self) -> None:
        self.next: dict[UUID, int] = dict.fromkeys((ONE, TWO, THREE, FOUR), 0)
        self.entries: list[tuple[UUID, int]] = []
        self.moves: list[dict[UUID, tuple[int, str | None]]] = []  # of each transaction, where its runs are then
        self.fails: dict[UUID, BaseException] = {}
        self.away = 0  # how often nobody can connect
        self.opened = self.closed = self.under_way = self.most_under_way = 0
        self.connections: list[Connection] = []
        self.go = asyncio.Event()
        self.go.set()

    async def connect(self) -> Any:
        if self.away:
            self.away -= 1
            raise psycopg.OperationalError("away")
        self.opened += 1
        self.connections.append(Connection(self))
        return self.connections[-1]


class Connection:
    """What a committer uses of a connection."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.closed = False

    async def close(self) -> None:
        self.closed = True
        self.database.closed += 1

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        database = self.database
        before = copy.deepcopy((database.next, database.entries))
        database.under_way += 1
        database.most_under_way = max(database.most_under_way, database.under_way)
        try:
            await database.go.wait()
            yield
        except BaseException:
            database.next, database.entries = before
            raise
        finally:
            database.under_way -= 1

    @asynccontextmanager
    async def cursor(self) -> AsyncIterator["Cursor"]:
        yield Cursor(self.database)


class Cursor:
    """Knows the statements of `rows` by themselves; no safeguard is in force."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._found: list[Any] = []

    async def execute(self, statement: str, given: Any = None, **_: Any) -> None:
        database = self.database
        if statement is freeze.IN_FORCE:
            self._found = []
        elif statement is rows.LOCK:
            if broken := sorted(database.fails.keys() & set(ids(given[0]))):
                raise database.fails[broken[0]]
            known, rest = (
                [run for run in ids(given[0]) if run in database.next],
                (None, TEAM, VERIFICATION, None, False),
            )
            self._found = [(run, database.next[run], date(2026, 1, 1), *rest) for run in known]
        elif statement is rows.MEASUREMENTS:
            places, numbers = (json.loads(f"[{text[1:-1]}]") for text in given[2:4])
            database.entries += [(ids(given[0])[place - 1], n) for place, n in zip(places, numbers, strict=True)]
        elif statement is rows.RUNS:
            runs, numbers = ids(given[0]), json.loads(f"[{given[1][1:-1]}]")
            moved = dict(zip(runs, zip(numbers, given[2] or [None] * len(runs), strict=True), strict=True))
            database.next.update({run: n for run, (n, _) in moved.items()})
            database.moves.append(moved)
            self._found = []  # none of them has ended

    async def fetchall(self) -> list[Any]:
        return self._found


def ids(array: str) -> list[UUID]:
    return [UUID(each) for each in array[1:-1].split(",")]
