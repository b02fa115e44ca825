"""Readers that follow a run by server-sent events, each on a connection of its own, beside the console's process."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

ENTRY = b"event: entry\n"
HEAD_S = 20.0


@dataclass
class Readers:
    """What all readers have heard: how many entries."""

    heard: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def heard_by(self, count: int, patience_s: float) -> float:
        """Wait until so many entries were heard in all; the seconds that took."""
        began = time.monotonic()
        while self.heard < count and time.monotonic() - began < patience_s:
            await asyncio.sleep(0.005)
        return time.monotonic() - began


@asynccontextmanager
async def following(url: str, path: str, tokens: list[str], stuck: int = 0) -> AsyncIterator[Readers]:
    """A reader for each token, and so many more that never read what they are sent."""
    readers = Readers()
    to = urlsplit(url)
    try:
        for number, token in enumerate([*tokens, *tokens[:1] * stuck]):
            reader, writer = await asyncio.open_connection(sock=_connected(to, number >= len(tokens)))
            readers.writers.append(writer)
            writer.write(
                f"GET {path}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            )
            if number < len(tokens):
                await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_S)
                readers.tasks.append(asyncio.create_task(_read(reader, readers)))
        yield readers
    finally:
        for task in readers.tasks:
            task.cancel()
        for writer in readers.writers:
            with suppress(OSError):
                writer.close()
        await asyncio.gather(*readers.tasks, return_exceptions=True)


def _connected(to: SplitResult, small: bool) -> socket.socket:
    """A connection; a small one takes next to nothing that is not read."""
    made = socket.socket()
    if small:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((to.hostname, to.port))
    made.setblocking(False)
    return made


async def _read(reader: asyncio.StreamReader, readers: Readers) -> None:
    left = b""
    with suppress(OSError, asyncio.IncompleteReadError):
        while size := int(await reader.readuntil(b"\r\n"), 16):
            text = left + (await reader.readexactly(size + 2))[:-2]
            readers.heard += text.count(ENTRY)
            # What may be the beginning of the mark is looked at again together with what follows.
            left = b"" if text.endswith(ENTRY) else text[-(len(ENTRY) - 1) :]
