"""What the tests verify: a web server with a log of its own, and activities that leave notes or behave oddly."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@dataclass
class Target:
    """A server that takes its time and knows, by the clock all processes share, when it was asked."""

    takes: Callable[[int], float] = lambda _: 0.01
    port: int = 0
    asked: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request: read it, wait, answer."""
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                number = len(self.asked)
                self.asked.append(time.monotonic())
                await asyncio.sleep(self.takes(number))
                writer.write(ANSWER)
                await writer.drain()
        finally:
            writer.close()


@contextmanager
def serving(target: Target) -> Iterator[Target]:
    """The target at work, in a thread of its own."""
    ready, loop, over = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(target.answer, "127.0.0.1", 0, backlog=512)
        target.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        answering = asyncio.all_tasks() - {asyncio.current_task()}
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        await asyncio.sleep(0.01)

    def work() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    ready.wait(60)
    try:
        yield target
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)


def note(path: str, text: str, takes: float = 0.0, fail: str = "", output: Any = None) -> Any:
    """An activity: writes a line when it begins, takes its time, and fails or returns what it is told."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")
    time.sleep(takes)
    if fail:
        raise RuntimeError(fail)
    return output


def noted(path: str | Path) -> list[str]:
    """The lines that `note` has written."""
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def steady(path: str, good: str = "burn", takes: float = 0.0) -> bool:
    """A probe: false once the notes hold the text `good`."""
    time.sleep(takes)
    return good not in noted(path)


def one() -> int:
    """A probe that is always the same."""
    return 1


def hang(path: str = "") -> int:
    """A probe that never returns once there are notes."""
    while path and noted(path):
        time.sleep(1)
    return 1


def leave() -> None:
    """An activity that leaves the interpreter."""
    raise SystemExit(3)


def secret(name: str) -> str:
    """A probe that gives a secret away."""
    return f"token {os.environ[name]} end"


def refuse(name: str) -> None:
    """An activity whose error gives a secret away."""
    raise RuntimeError(f"denied for {os.environ[name]}")


class Unprintable:
    """An output that cannot even be told."""

    def __repr__(self) -> str:
        raise ValueError("no words for it")


def odd(kind: str) -> Any:
    """Outputs that JSON has no place for."""
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    nested: list[Any] = []
    for _ in range(5000):
        nested = [nested]
    return {
        "circular": loop,
        "nested": nested,
        "unprintable": Unprintable(),
        "surrogate": {"\ud800": "\ud800"},
        "huge": 10**400,
        "nan": float("nan"),
        "bytes": b"\xff\x00",
        "set": {1, 2},
    }[kind]
