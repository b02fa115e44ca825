"""`python -m bench.besiegers`: callers of a console who want all of it at once; a process of its own, told by JSON.

Each goes on until its standard input ends: whoever is let go comes again, whoever is answered sends the same once more.
Then they say, as JSON, how often each kind was answered with what.
"""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MIB = 2**20
FORM_MIB, ALERTS_MIB = 60, 6
AGAIN_S = {"stream": 1.0}  # as a browser does: a stream begins with the time to wait
SOON_S = 0.2
LONGEST_S = 60.0
CUT = "cut off"
LABELS = {"alertname": "HighLatency", "instance": "", "severity": "page"}
ALERT = {
    "status": "firing",
    "labels": LABELS,
    "annotations": {"summary": "checkout is slow"},
    "startsAt": "2026-01-31T12:00:00Z",
    "endsAt": "0001-01-01T00:00:00Z",
}


class Siege(NamedTuple):
    """A console under siege, who besieges it, and how many idle connections, forms, alerts and streams there are.

    `read` and `tell` are tokens, with the scope `read`, and with `run` besides.
    """

    url: str
    team: str
    run: str
    read: str
    tell: str
    idle: int
    forms: int
    alerts: int
    streams: int


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Besiegers:
    """All of them. `heard` counts answers by the kind of caller and their status."""

    def __init__(self, siege: Siege) -> None:
        self._siege = siege
        self._to = urlsplit(siege.url)
        self.heard: Counter[str] = Counter()

    async def besiege(self, end: Awaitable[Any]) -> None:
        """Go on until the end."""
        siege, alerts = self._siege, alertmanager(ALERTS_MIB * MIB)
        callers = [
            *[self._again("idle", self._idle) for _ in range(siege.idle)],
            *[self._again("form", self._form) for _ in range(siege.forms)],
            *[self._again("alerts", lambda: self._alerts(alerts)) for _ in range(siege.alerts)],
            *[self._again("stream", self._stream) for _ in range(siege.streams)],
        ]
        tasks = [asyncio.ensure_future(each) for each in callers]
        await end
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _again(self, kind: str, call: Callable[[], Awaitable[str]]) -> None:
        while True:
            try:
                async with asyncio.timeout(LONGEST_S):
                    answer = await call()
            except (OSError, EOFError, TimeoutError) as error:
                answer = CUT if not isinstance(error, TimeoutError) else "no answer"
            self.heard[f"{kind} {answer}"] += 1
            await asyncio.sleep(AGAIN_S.get(kind, SOON_S))

    @contextlib.asynccontextmanager
    async def _connected(self) -> Any:
        reader, writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def _idle(self) -> str:
        async with self._connected() as (reader, _):
            await reader.read()
            return "let go"

    async def _form(self) -> str:
        head = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {FORM_MIB * MIB}\r\n"
        async with self._connected() as (reader, writer):
            writer.write(self._head("POST", "/accounts/login/", head))
            writing = asyncio.ensure_future(_written(writer, b"a=b&" * (MIB // 4), FORM_MIB))
            try:
                return await _status(reader)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

    async def _alerts(self, body: bytes) -> str:
        head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{_authorization(self._siege.tell)}"
        async with self._connected() as (reader, writer):
            writer.write(self._head("POST", f"{self._siege.team}/events", head) + body)
            return await _status(reader)

    async def _stream(self) -> str:
        async with self._connected() as (reader, writer):
            writer.write(self._head("GET", f"{self._siege.run}/stream", _authorization(self._siege.read)))
            answer = await _status(reader)
            self.heard[f"stream {answer}"] += 1
            async with asyncio.timeout(None):
                while answer == "200" and await reader.read(65536):
                    pass
            return "over"

    @staticmethod
    def _head(method: str, path: str, more: str) -> bytes:
        return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


def _authorization(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n"


def alertmanager(size: int) -> bytes:
    """Return alerts as Alertmanager posts them, of at least so many bytes."""
    each = len(json.dumps(ALERT)) + 10
    named = ({**ALERT, "labels": {**LABELS, "instance": f"{n:08}"}} for n in range(size // each))
    return json.dumps({"version": "4", "externalURL": "http://alerts.example.org", "alerts": list(named)}).encode()


async def _written(writer: asyncio.StreamWriter, part: bytes, times: int) -> None:
    with suppress(OSError):
        for _ in range(times):
            writer.write(part)
            await writer.drain()


async def _status(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    return head[9:12].decode()


async def main() -> None:
    """Besiege what the first line says, until the input ends."""
    besiegers = Besiegers(Siege(**json.loads(sys.stdin.readline())))
    await besiegers.besiege(asyncio.to_thread(sys.stdin.read))
    print(json.dumps(besiegers.heard))


if __name__ == "__main__":
    asyncio.run(main())
