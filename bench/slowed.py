"""A console whose answers take longer, and commands that are told of one."""

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from urllib.parse import urlsplit

from bench.consoles import Console


def told_of(console: Console, url: str = "") -> Mapping[str, str]:
    """The variables with which commands publish to a console, by another address where one is given."""
    return {"RTK_URL": url or console.url, "RTK_TOKEN": console.token}


@contextmanager
def slowed(url: str, seconds: float) -> Iterator[str]:
    """An address that leads to the given one, but for all that comes back taking so many seconds longer."""
    port = urlsplit(url).port
    begun: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass_on(reader, back, 0), _pass_on(there, writer, seconds))

    async def serve() -> None:
        over = asyncio.Event()
        async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
            begun.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), over))
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ours, loop, over = begun.result()
    try:
        yield f"http://127.0.0.1:{ours}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


@contextmanager
def known(environ: Mapping[str, str]) -> Iterator[None]:
    """While in force, commands are told of these variables, and of no other console than they name."""
    before = dict(os.environ)
    for name in ("CI", "RTK_URL", "RTK_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    try:
        while part := await source.read(65536):
            await asyncio.sleep(seconds)
            target.write(part)
            await target.drain()
    except OSError:  # one side is gone
        pass
    finally:
        target.close()
