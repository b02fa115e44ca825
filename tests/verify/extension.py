"""What extensions return, and raise, without having done anything."""

import asyncio
import functools
import itertools
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from tests.verify import world as module


class Panic(BaseException):
    """As pyo3's PanicException: derived from BaseException, raised where a library in Rust panics."""


def remember(name: str) -> int:
    """What is done to the world, where it is done at all."""
    module.world.done.append((module.world.clock.monotonic(), name))
    return 1


async def awaits(name: str = "awaits") -> int:
    await asyncio.sleep(0)
    return remember(name)


class Awaiting:
    async def __call__(self, name: str = "awaits") -> int:
        return await awaits(name)


async_partial = functools.partial(awaits, name="awaits")
async_object = Awaiting()


def decorated(name: str = "awaits") -> Any:
    """As a decorator that knows nothing of coroutines leaves it."""
    return awaits(name)


def generates(name: str = "never") -> Iterator[int]:
    yield remember(name)


async def generates_later(name: str = "never") -> AsyncIterator[int]:
    yield remember(name)


@contextmanager
def manages(name: str = "never") -> Iterator[None]:
    remember(name)
    yield


def forgets(kind: str = "generator") -> Any:
    """Return something that was only prepared, or has failed already."""
    return PREPARED[kind]()


def _failed_future() -> Any:
    future: Future[int] = Future()
    future.set_exception(RuntimeError("no"))
    return future


def _failed_process() -> Any:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    process.wait()
    return process


class Later:
    def __await__(self) -> Iterator[None]:
        yield


PREPARED: dict[str, Any] = {
    "a generator": generates,
    "an async generator": generates_later,
    "a context manager": manages,
    "an awaitable": Later,
    "a lazy iterator": lambda: map(remember, ["never"]),
    "a lazy iterator that": lambda: itertools.starmap(remember, [("never",)]),
    "a function": lambda: functools.partial(remember, "never"),
    "coroutines": lambda: [awaits("never"), awaits("never")],
    "a thread that was never started": lambda: threading.Thread(target=remember, args=("never",)),
    "a future that has failed with RuntimeError: no": _failed_future,
    "a process that has exited with 3": _failed_process,
}

RAISED: dict[str, BaseException] = {
    "CancelledError": asyncio.CancelledError(),
    "KeyboardInterrupt": KeyboardInterrupt(),
    "GeneratorExit": GeneratorExit(),
    "SystemExit: 0": SystemExit(0),
    "Panic: index out of bounds": Panic("index out of bounds"),
}


def raises(kind: str) -> None:
    """Raise what is no Exception."""
    raise RAISED[kind]


def activity(func: str, kind: str = "action", **more: Any) -> dict[str, Any]:
    """An activity of this module."""
    arguments = more.pop("arguments", {})
    provider = {"type": "python", "module": "tests.verify.extension", "func": func, "arguments": arguments}
    return {"type": kind, "name": func, "provider": provider, **more}


async def refuses(value: Any = None) -> bool:
    """A tolerance that nothing is within."""
    return False
