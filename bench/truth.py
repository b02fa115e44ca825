"""A web target that knows the truth: it remembers when each request arrived and how long its answer took.

GET /            waits a random time between --low and --high seconds
GET /wait/<ms>   waits that many milliseconds
GET /truth       the log so far: [{"path", "arrived", "served_ms"}]
DELETE /truth    forgets the log

`arrived` is this machine's monotonic clock in seconds, the same in every process of it; `served_ms` is from the
request's last byte read to the moment its answer is handed to the kernel. The clock is read right before that, and
not after: a client that wakes up on the server's own core would have the server wait, the wait would count as served,
and a client could be found to report less than was served (measured: by 0.8 ms in the median, for `curl`).
"""

import argparse
import asyncio
import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import NamedTuple

from bench.places import environment


class Served(NamedTuple):
    """One request as the server saw it."""

    path: str
    arrived: float
    served_ms: float


class _Answering(asyncio.Protocol):
    """One connection. Requests carry no body."""

    def __init__(self, log: list[Served], wait: tuple[float, float], chance: random.Random) -> None:
        self._log = log
        self._wait = wait
        self._chance = chance
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        arrived = time.monotonic()
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            if path == "/truth":
                self._tell(method)
            else:
                asyncio.get_running_loop().call_later(self._wait_s(path), self._answer, path, arrived)

    def _wait_s(self, path: str) -> float:
        first, _, rest = path.strip("/").partition("/")
        return float(rest.partition("?")[0]) / 1000 if first == "wait" else self._chance.uniform(*self._wait)

    def _answer(self, path: str, arrived: float) -> None:
        self._log.append(Served(path, arrived, (time.monotonic() - arrived) * 1000))
        self._send(b"ok")

    def _tell(self, method: str) -> None:
        self._send(json.dumps([served._asdict() for served in self._log]).encode())
        if method == "DELETE":
            self._log.clear()

    def _send(self, body: bytes) -> None:
        self._transport.write(b"HTTP/1.1 200 Truth\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


@dataclass(frozen=True)
class Truth:
    """A truth server, seen from outside."""

    port: int

    def url(self, path: str = "/") -> str:
        """The address of one of its paths."""
        return f"http://127.0.0.1:{self.port}{path}"

    def log(self) -> list[Served]:
        """What it has served since the last look, in the order of arrival."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("DELETE", "/truth")
            entries = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return sorted((Served(**entry) for entry in entries), key=lambda served: served.arrived)


@contextmanager
def serving(low: float = 0.0, high: float = 0.0, seed: int = 7) -> Iterator[Truth]:
    """A truth server in a process of its own, for as long as this lasts."""
    words = ["--low", str(low), "--high", str(high), "--seed", str(seed)]
    command = [sys.executable, "-m", "bench.truth", *words]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        try:
            assert process.stdout is not None
            yield Truth(int(process.stdout.readline()))
        finally:
            process.kill()


async def _serve(given: argparse.Namespace) -> None:
    log, chance = list[Served](), random.Random(given.seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Answering(log, (given.low, given.high), chance), "127.0.0.1", given.port, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    over = asyncio.Event()
    loop.add_reader(sys.stdin, over.set)  # its input ends with the process that started it
    await over.wait()


def main() -> None:
    """Serve until standard input ends; says the port on its first line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--low", type=float, default=0.3, help="seconds")
    options.add_argument("--high", type=float, default=0.7, help="seconds")
    options.add_argument("--seed", type=int)
    gc.disable()  # a collection in the server would look like lateness of its client
    asyncio.run(_serve(options.parse_args()))


if __name__ == "__main__":
    main()
