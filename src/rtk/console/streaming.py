"""What streams holds no connection to the database while nobody asks for its next part.

Whoever reads slowly, or follows a run for hours, would otherwise keep from others what the database has few of.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
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
