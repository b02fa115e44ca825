"""What a function of an extension came to: done, begun, or only prepared.

A coroutine function does nothing until it is awaited, a generator nothing until somebody iterates over it. What
was only prepared has not acted on the system, so that it has failed, however quietly it returned.
"""

import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from inspect import isasyncgenfunction, isgeneratorfunction
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from chaoslib.exceptions import ActivityFailed

# The library names neither of their types; what they make of any function has them.
_MANAGERS: tuple[Callable[[Any], Any], ...] = (contextmanager, asynccontextmanager)
_LATER = 'let it return when it is done, and play it with "background": true where nobody is to wait'
_PENDING = f"a promise whose result is not there yet: {_LATER}"
_PLAIN = frozenset({type(None), bool, int, float, str, bytes, dict, list, tuple})
_LAZY: tuple[tuple[tuple[type, ...], str], ...] = (
    ((AsyncGenerator,), "an async generator, whose body has not run: let it return when it is done"),
    ((Generator,), "a generator, whose body has not run: let it return when it is done"),
    (
        tuple(type(manager(iter)(())) for manager in _MANAGERS),
        "a context manager that nobody entered: let it do its work when it is called",
    ),
    ((Awaitable,), "an awaitable that nobody awaits: declare it with async def, or let it return when it is done"),
    ((map, filter), "a lazy iterator that nobody iterates over: make a list of it"),
    (
        (FunctionType, MethodType, BuiltinFunctionType, partial, type),
        "a function that nobody called: let it call that function",
    ),
)


class NothingDone(ActivityFailed):  # type: ignore[misc]
    """A function returned without having done anything, or what it began has failed."""


def result_of(returned: Any, function: str) -> Any:
    """Return what a call came to, with a coroutine awaited. Raises `NothingDone` for what was only prepared."""
    if type(returned) in _PLAIN:  # nearly all are, so that a measurement need not be asked for anything else
        return returned
    if isinstance(returned, Coroutine):
        return result_of(awaited(returned), function)
    if failure := unfinished(returned):
        raise NothingDone(f"{function} returned {failure}")
    return returned


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end, in this thread and an event loop of its own."""
    import asyncio  # noqa: PLC0415 - most experiments have no use for it, and it takes its time

    return asyncio.run(coroutine)


def check_within(returned: Any, function: str) -> None:
    """Raise `NothingDone` where an action returned a collection with a coroutine, or with what is not done."""
    items = returned.values() if isinstance(returned, Mapping) else returned
    if not isinstance(returned, list | tuple | set | Mapping):
        return
    coroutines = [item for item in items if isinstance(item, Coroutine)]
    for each in coroutines:  # closed, or Python would warn of each that it was never awaited
        with suppress(Exception):
            each.close()
    if coroutines:
        raise NothingDone(f"{function} returned coroutines that nobody awaited: let it await them")
    if failure := next(filter(None, map(_begun, items)), None):
        raise NothingDone(f"{function} returned a collection with {failure}")


def unfinished(returned: Any) -> str | None:
    """Return what is wrong with an object as the result of an activity; None where nothing is known to be."""
    for kinds, told in _LAZY:
        if isinstance(returned, kinds):
            return told
    if type(returned).__module__ == "itertools":
        return "a lazy iterator that nobody iterates over: make a list of it"
    return _begun(returned)


def _begun(returned: Any) -> str | None:
    """The same of what works by itself: a process may go on, unless it has failed; what is the run's own may not."""
    if isinstance(returned, threading.Thread):
        still = f"a thread that still runs, so that nobody knows what comes of it: {_LATER}"
        began = still if returned.is_alive() else None
        return "a thread that was never started" if returned.ident is None else began
    if isinstance(returned, subprocess.Popen):
        return f"a process that has exited with {returned.returncode}" if returned.poll() else None
    if isinstance(returned, _kind("multiprocessing.process", "BaseProcess")):
        failure = None
        with suppress(ValueError):  # one that was closed says nothing any more
            if returned.pid is None:
                failure = "a process that was never started"
            elif returned.exitcode:
                failure = f"a process that has exited with {returned.exitcode}"
        return failure
    if isinstance(returned, _kind("multiprocessing.pool", "AsyncResult")):
        return _promised(returned.ready(), returned.get)
    if not isinstance(returned, _kind("concurrent.futures", "Future")):
        return None
    return "a future that was cancelled" if returned.cancelled() else _promised(returned.done(), returned.result)


def _promised(is_there: bool, result: Callable[[], Any]) -> str | None:
    if not is_there:
        return _PENDING
    try:
        result()
    except BaseException as error:  # noqa: BLE001 - it was raised elsewhere, and is only told here
        return f"a future that has failed with {type(error).__name__}: {error}"
    return None


def _kind(module: str, name: str) -> tuple[Any, ...]:
    """A class of a module, if anybody has imported it: nobody else can have made one."""
    found = sys.modules.get(module)
    return (getattr(found, name),) if found else ()


def is_lazy(function: Any) -> str | None:
    """Return what calling a function would give, where it is known beforehand that its body would not run."""
    for each in (function, getattr(function, "__call__", None)):  # noqa: B004 - an object may be called, too
        if isasyncgenfunction(each):
            return "an async generator"
        if isgeneratorfunction(each):
            return "a generator"
    return None


def sentence_of(error: BaseException) -> str:
    """Return what an activity raised, in one line; what is no ordinary error is named."""
    text, name = " ".join(str(error).split()), type(error).__name__
    if isinstance(error, Exception):
        return text or name
    return f"{name}: {text}" if text else name
