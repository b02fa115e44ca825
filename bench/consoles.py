"""A console as `rtk up` starts it, on its own PostgreSQL with fsync on, and many connections that call it."""

import asyncio
import atexit
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
import uvloop

from bench.command import CommandFailed
from bench.places import RTK, environment
from rtk.console.postgres import Postgres

EXPERIMENT: dict[str, Any] = {
    "title": "bench",
    "description": "bench",
    "steady-state-hypothesis": {
        "title": "it answers",
        "probes": [
            {"type": "probe", "name": "p", "tolerance": 200, "provider": {"type": "http", "url": "http://localhost"}}
        ],
    },
    "method": [],
}
PLAN = {"frequency_s": 0.1, "duration_s": 86_400, "objective": {"target": 0.95, "window_s": 86_400}}
PROBES = [{"output": 65.1, "status": "succeeded", "start": 1.0, "end": 1.1, "duration": 0.1, "tolerance_met": True}]
PATIENCE_S = 120.0
TOKENS = {"RTK_TOKENS_PER_PERSON": "500"}  # readers with a token each are one person here

Call = tuple[str, str, bytes]  # method, path, body


@dataclass
class Tally:
    """What came back: the seconds of each call."""

    took: list[float] = field(default_factory=list)


class Console:
    """A console that serves in a process of its own, and a machine with a token."""

    def __init__(self, url: str, token: str, place: Path) -> None:
        self.url, self.token, self.database = url, token, Postgres(place)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        (org,) = self.call("GET", "/api/v1/organizations")
        self.team = f"/api/v1/organizations/{org['id']}/teams/{org['teams'][0]['id']}"
        form = {"name": "bench", "experiment": EXPERIMENT, "frequency": 0.1, "duration": 86_400}
        self.verification = f"{self.team}/verifications/{self.call('POST', f'{self.team}/verifications', form)['id']}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What one call answers. Raises `CommandFailed` where it is refused."""
        answer = self._session.request(method, self.url + path, json=body, timeout=60)
        if not answer.ok:
            raise CommandFailed(f"{method} {path} is answered {answer.status_code}: {answer.text[:200]}")
        return answer.json()

    def run(self) -> str:
        """The path of a run that has begun."""
        path = f"{self.verification}/runs/{uuid4()}"
        self.call("PUT", path, {"plan": PLAN, "experiment": EXPERIMENT})
        return path

    def talk(self, calls: list[Iterator[Call]], seconds: float = float("inf")) -> Tally:
        """Each of these callers on a connection of its own, one call after another until time is over, at least one."""
        tally, to = Tally(), urlsplit(self.url)

        async def work() -> None:
            connections = [await asyncio.open_connection(to.hostname, to.port) for _ in calls]
            until = time.perf_counter() + seconds
            talks = zip(connections, calls, strict=True)
            await asyncio.gather(*(self._talk(*connection, each, until, tally.took) for connection, each in talks))

        uvloop.run(work())
        return tally

    async def _talk(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        calls: Iterator[Call],
        until: float,
        took: list[float],
    ) -> None:
        for method, path, body in calls:
            began = time.perf_counter()
            head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await _answer(reader)
            over = time.perf_counter()
            took.append(over - began)
            if over >= until:
                break
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length))
    if not head.startswith((b"http/1.1 202", b"http/1.1 200")):
        raise CommandFailed(f"a call is answered {head[9:12].decode()}: {body[:200].decode()}")


@contextmanager
def console(shared: bool = False) -> Iterator[Console]:
    """A new console on a new database, which are gone afterwards; `shared`: the one for all quick rows."""
    if shared:
        yield _shared()
    else:
        with _new() as one:
            yield one


@cache
def _shared() -> Console:
    return _until_the_end.enter_context(_new())


def end_shared() -> None:
    """End the console for all quick rows, if there is one."""
    _until_the_end.close()
    _shared.cache_clear()


_until_the_end = ExitStack()
atexit.register(end_shared)


@contextmanager
def _new() -> Iterator[Console]:
    place = Path(tempfile.mkdtemp(prefix="rtk-bench-"))
    place.chmod(0o711)  # the database's user passes through it where root measures
    try:
        with _up(place) as url:
            yield Console(url, _provisioned(place), place / "data")
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _up(place: Path) -> Iterator[str]:
    command: list[str | Path] = [RTK, "up", "--data", place / "data", "--port", "0"]
    with (place / "output").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**environment(place), **TOKENS})
    try:
        yield _address(place, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _address(place: Path, process: "subprocess.Popen[bytes]") -> str:
    told, until = place / "data" / "console.json", time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        if told.exists():
            return f"http://127.0.0.1:{json.loads(told.read_text())['port']}"
        time.sleep(0.05)
    last = (place / "output").read_text().strip().splitlines()[-1:] or ["it says nothing"]
    raise CommandFailed(f"rtk up does not come up: {last[0]}")


def _provisioned(place: Path) -> str:
    words = ["--email", "bench@example.org", "--organization", "Bench", "--team", "Team"]
    command: list[str | Path] = [RTK, "provision", "--data", place / "data", *words, "--token-file", place / "token"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(place), check=False)
    if done.returncode:
        raise CommandFailed(f"rtk provision: {done.stderr.strip()[-200:]}")
    return (place / "token").read_text().strip()


def entry(slot: int) -> dict[str, object]:
    """A measurement as a run sends it."""
    times = {"t": slot + 0.1, "due": float(slot), "started": float(slot), "ended": slot + 0.065}
    said = {"kind": "measurement", "phase": "conditions", "slot": slot, "outcome": "met", "value": 65.1, "reason": None}
    return {**said, "probes": PROBES, **times}


def telling(path: str, size: int) -> Iterator[Call]:
    """The calls by which a run tells its record, so many entries a call, without end."""
    tail = json.dumps([entry(slot) for slot in range(size)])
    return (("POST", f"{path}/record", f'{{"from":{number * size},"entries":{tail}}}'.encode()) for number in count())


def reading(paths: list[str], first: int = 0) -> Iterator[Call]:
    """Calls that read these in turn, without end."""
    return (("GET", paths[number % len(paths)], b"") for number in count(first))
