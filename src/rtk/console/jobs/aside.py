"""Work that blocks, done aside of an event loop: in a daemon thread of its own, which nobody waits for at the end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[threading.Event], T], name: str) -> T:
    """Return what `work` returns. When this is cancelled the event is set, and the thread is left to itself."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[tuple[T | None, BaseException | None]] = loop.create_future()
    over = threading.Event()

    def settle(result: T | None, error: BaseException | None) -> None:
        def note() -> None:
            if not outcome.done():
                outcome.set_result((result, error))

        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(note)

    def run() -> None:
        try:
            result = work(over)
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is given it
            settle(None, error)
        else:
            settle(result, None)

    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        result, error = await outcome
    except asyncio.CancelledError:
        over.set()
        raise
    if error is not None:
        raise error
    return result  # type: ignore[return-value] # None only where `work` returns that
