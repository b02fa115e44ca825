"""`python -m bench.ingest [--quick]`: what the console takes in, on its own PostgreSQL with fsync on.

A console in a process of its own, clients in this one, all on the same machine: batches of 1,000 measurements over
4 connections beside a bare COPY into the same table, single entries over 50, and reading a list over 20.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from bench.row import percentile
from rtk.console.postgres import Postgres

EXPERIMENT = {
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
PLAN = {"frequency_s": 0.1, "duration_s": 86_400}
PROBES = [{"output": 65.1, "status": "succeeded", "start": 1.0, "end": 1.1, "duration": 0.1, "tolerance_met": True}]


@dataclass
class Tally:
    """What came back: seconds of each call, and how many rows are durable."""

    took: list[float] = field(default_factory=list)
    rows: int = 0


class Console:
    """A console that serves in a process of its own."""

    def __init__(self, url: str, token: str, database: Postgres) -> None:
        self.url, self.token, self.database = url, token, database
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        (org,) = self.session.get(f"{url}/api/v1/organizations", timeout=30).json()
        self.team = f"/api/v1/organizations/{org['id']}/teams/{org['teams'][0]['id']}"
        form = {"name": "bench", "experiment": EXPERIMENT, "frequency": 1, "duration": 60}
        made = self.session.post(f"{url}{self.team}/verifications", json=form, timeout=30)
        self.runs = f"{self.team}/verifications/{made.json()['id']}/runs"

    def run(self) -> str:
        """The path of a run that has begun."""
        path = f"{self.runs}/{uuid4()}"
        answer = self.session.put(self.url + path, json={"plan": PLAN, "experiment": EXPERIMENT}, timeout=30)
        answer.raise_for_status()
        return path


@contextmanager
def console(place: Path) -> Iterator[Console]:
    """A new console on a new database."""
    database = Postgres(place / "data")
    database.start()
    environment = {**os.environ, "DATABASE_URL": database.url(), "DJANGO_SETTINGS_MODULE": "rtk.console.settings"}
    django = [sys.executable, "-m", "django"]
    subprocess.run([*django, "migrate", "--verbosity", "0"], env=environment, check=True)
    provision = "from rtk.console.people.provision import provision; print(provision('a@example.org', 'Bench', 'Team'))"
    made = subprocess.run([*django, "shell", "-v0", "-c", provision], env=environment, check=True, capture_output=True)
    port = free_port()
    serve = [
        sys.executable,
        "-m",
        "uvicorn",
        "rtk.console.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen([*serve, "--no-access-log", "--timeout-graceful-shutdown", "1"], env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield Console(url, made.stdout.decode().split()[-1], database)
    finally:
        server.terminate()
        server.wait(20)
        database.stop()


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(url: str) -> None:
    """Return once somebody answers."""
    for _ in range(300):
        try:
            requests.head(url, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")


def entry(slot: int) -> dict[str, object]:
    """A measurement as a run sends it."""
    times = {"t": slot + 0.1, "due": float(slot), "started": float(slot), "ended": slot + 0.065}
    return {
        "kind": "measurement",
        "phase": "conditions",
        "slot": slot,
        "outcome": "met",
        "value": 65.1,
        "reason": None,
        "probes": PROBES,
        **times,
    }


async def talk(
    console: Console, method: str, calls: Callable[[int], tuple[str, bytes]], rows: int, seconds: float, tally: Tally
) -> None:
    """One connection, one call after another, until the time is over."""
    host = urlsplit(console.url)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    ends, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < ends:
        path, body = calls(number)
        headers = ("Host: localhost", f"Authorization: Bearer {console.token}", f"Content-Length: {len(body)}")
        head = "\r\n".join((f"{method} {path} HTTP/1.1", *headers, "", ""))
        began = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        if not answer.startswith((b"HTTP/1.1 202", b"HTTP/1.1 200")):
            raise RuntimeError(answer.decode())
        tally.took.append(time.perf_counter() - began)
        tally.rows += rows
        number += 1
    writer.close()


def measured(console: Console, connections: int, size: int, seconds: float) -> Tally:
    """Records of so many entries a call, over so many connections, each for a run of its own."""
    tail = json.dumps([entry(slot) for slot in range(size)])

    def calls_of(path: str) -> Callable[[int], tuple[str, bytes]]:
        return lambda number: (f"{path}/record", f'{{"from":{number * size},"entries":{tail}}}'.encode())

    tally, runs = Tally(), [console.run() for _ in range(connections)]

    async def work() -> None:
        await asyncio.gather(*(talk(console, "POST", calls_of(run), size, seconds, tally) for run in runs))

    asyncio.run(work())
    return tally


def read(console: Console, connections: int, seconds: float) -> Tally:
    """A list read over so many connections."""
    tally = Tally()

    async def work() -> None:
        calls = [talk(console, "GET", lambda _: (console.runs, b""), 1, seconds, tally) for _ in range(connections)]
        await asyncio.gather(*calls)

    asyncio.run(work())
    return tally


def copied(console: Console, rows: int) -> float:
    """Rows a second of a bare COPY into the same table, in transactions of 1,000."""
    run = console.run().rpartition("/")[2]
    with console.database.connect() as connection:
        day = connection.execute("SELECT day FROM store_run WHERE id = %s", [run]).fetchone()
        assert day is not None
        began = time.perf_counter()
        for first in range(0, rows, 1000):
            with connection.cursor() as cursor, cursor.copy("COPY store_measurement FROM STDIN") as copy:
                copy.write("".join(line(run, number, str(day[0])) for number in range(first, first + 1000)))
        return rows / (time.perf_counter() - began)


def line(run: str, n: int, day: str) -> str:
    """A measurement as a line of COPY, in the order of the table's columns."""
    return f"{run}\t{n}\t{n}\t{n}.1\t{n}\t{n}\t{n}.065\t65.1\t{day}\t1\t0\t\\N\t{json.dumps(PROBES)}\n"


def main(words: list[str] | None = None) -> int:
    """Measure and print; 0 when every row held."""
    options = argparse.ArgumentParser(prog="python -m bench.ingest", description=__doc__)
    options.add_argument("--quick", action="store_true", help="only show that everything works, in seconds")
    seconds = 1.0 if options.parse_args(words).quick else 10.0
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o711)
        with console(Path(directory)) as one:
            measured(one, 4, 1000, 0.5)  # warm
            bare = copied(one, int(20_000 * seconds))
            batches, singles, lists = (
                measured(one, 4, 1000, seconds),
                measured(one, 50, 1, seconds),
                read(one, 20, seconds),
            )
    rate, calls, reads = batches.rows / seconds, len(singles.took) / seconds, len(lists.took) / seconds
    slowest = percentile(singles.took, 99) * 1000
    rows = [
        (
            f"batches of 1,000: {rate:,.0f} measurements/s, p99 {percentile(batches.took, 99) * 1000:.0f} ms",
            rate >= 60_000,
        ),
        (f"beside a bare COPY of {bare:,.0f}/s: {rate / bare:.2f}", rate / bare >= 0.3),
        (
            f"single entries, 50 connections: {calls:,.0f} calls/s, p99 {slowest:.1f} ms",
            calls >= 2_500 and slowest <= 60,
        ),
        (f"a list, 20 connections: {reads:,.0f} calls/s", reads >= 300),
    ]
    for told, held in rows:
        print("held " if held else "MISSED", told)
    return 0 if all(held for _, held in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
