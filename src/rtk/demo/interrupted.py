"""Being told to end, by Ctrl-C, SIGTERM, or a terminal that closes: an exception where nothing can be lost by it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal came; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Hearing:
    """While it lasts, a signal raises Interrupted in the main thread, at once or when `later` is over."""

    def __init__(self) -> None:
        self._told: int | None = None
        self._later = False

    def __enter__(self) -> "Hearing":
        self._before = {each: signal.signal(each, self._hear) for each in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._told = number
        if not self._later:
            self._tell()

    def _tell(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            raise Interrupted(told)

    @contextmanager
    def later(self) -> Iterator[None]:
        """What is begun here is not lost: a signal is heard only afterwards."""
        self._later = True
        try:
            yield
        finally:
            self._later = False
        self._tell()
