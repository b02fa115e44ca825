"""What streams holds no connection to the database while nobody asks for its next part.

Whoever reads slowly, or follows a run for hours, would otherwise keep from others what the database has few of.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import close_old_connections

Given = ParamSpec("Given")
Part = TypeVar("Part")


def asked(function: Callable[Given, Part]) -> Callable[Given, Awaitable[Part]]:
    """Return a function for the event loop: it asks another in a thread, which then gives its connection back."""

    def ask(*args: Given.args, **named: Given.kwargs) -> Part:
        try:
            return function(*args, **named)
        finally:
            close_old_connections()

    return sync_to_async(ask)


async def in_turn(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield what an iterator yields that may ask the database, each part when its turn has come."""
    left = iter(parts)

    def following() -> bytes | None:
        return next(left, None)

    while (part := await asked(following)()) is not None:
        yield part


class KeptThreads:
    """A few threads that are kept, for what is synchronous in what streams."""

    def __init__(self, executors: Sequence[Executor]) -> None:
        self._busy = dict.fromkeys(executors, 0)
        for each in self._busy:
            each.submit(int)  # its thread begins now, so that a reader who comes adds none

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """While this lasts, asgiref takes the least busy thread for what is asked here."""
        executor = min(self._busy, key=self._busy.__getitem__)
        self._busy[executor] += 1
        try:
            async with ThreadSensitiveContext(executor=executor):
                yield
        finally:
            self._busy[executor] -= 1
