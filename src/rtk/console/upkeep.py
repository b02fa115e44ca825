"""What goes on beside answering: done again and again, whatever goes wrong in it.

No exception ends it. What failed is counted and logged, and tried again at the next turn.
"""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

STARTED_AGAIN = "database-started-again"
failures: Counter[str] = Counter()  # by the name of what is tended, since this process began
logger = logging.getLogger(__name__)


class Tending:
    """A thread that does something every few seconds until it is told to end."""

    def __init__(self, name: str, turn: Callable[[], None], every_s: float) -> None:
        self._name = name
        self._turn = turn
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tend, name=name, daemon=True)

    def begin(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, within_s: float | None = None) -> None:
        """End, and return once the turn under way is over; after `within_s` it is left to itself."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _tend(self) -> None:
        while not self._ended.wait(self._every_s):
            # Not even SystemExit: nobody else would do this again.
            with suppress(BaseException):
                try:
                    self._turn()
                except BaseException:
                    failed(self._name)
                    raise


class Ticking:
    """The same in the event loop: `turn` is called every few seconds that the loop lives through."""

    def __init__(self, name: str, turn: Callable[[], Awaitable[None] | None], every_s: float = 1.0) -> None:
        self._name = name
        self._turn = turn
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._tick())

    async def end(self) -> None:
        """End at once."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                coming = self._turn()
                if coming is not None:
                    await coming
            except Exception:  # noqa: BLE001 - as above
                failed(self._name)


def failed(name: str) -> None:
    """Count and log what is being handled as an exception: the first time, the second, the fourth and so on."""
    failures[name] += 1
    if failures[name] & (failures[name] - 1) == 0:
        logger.exception(f"{name}: failed {failures[name]} times so far, and goes on")


def started_again() -> None:
    """Count and log that the database was started again."""
    failures[STARTED_AGAIN] += 1
    logger.warning("the database had ended; it was started again")
