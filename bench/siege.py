"""A console that many want all of at once: how long somebody else waits for a page, and how soon it is as before."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import cycle
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from bench.besiegers import ALERTS_MIB, FORM_MIB, Siege
from bench.console import memory_mib
from bench.consoles import Console, entry
from bench.consoles import console as serving
from bench.pages import signed_in
from bench.places import environment
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting

IDLE, FORMS, ALERTS, STREAMS = 600, 8, 8, 1_500
MOST_MS, MOST_MIB, RECOVERED_S = 500, 512, 60.0
VISITOR = "127.0.0.2"  # those who besiege come from another address
PAGES = ("/bench/team", "/bench/team/verifications")
EVERY_S = 0.1
CALM = 10  # pages that are answered as fast as before: then it has recovered


def run(sitting: Sitting) -> Row:
    """The row."""
    idle, streams = round(sitting.either(IDLE, 30)), round(sitting.either(STREAMS, 30))
    seconds = sitting.either(30, 2)
    sitting.asks(
        f"{idle} idle connections, {FORMS} forms of {FORM_MIB} MiB, {ALERTS} of Alertmanager's of {ALERTS_MIB} MiB "
        f"and {streams} streams at once from one address, each again and again for {seconds:g} s: another visitor's "
        "page, p95; memory of the console, its database included; afterwards, until pages are as fast as before",
        f"≤ {MOST_MS} ms; ≤ {MOST_MIB} MiB; by itself",
    )
    with serving(shared=sitting.quick) as console:
        besieged = partial(_besieged, console, Siege("", "", "", "", "", idle, FORMS, ALERTS, streams), seconds)
        found = sitting.interleaved({"siege": besieged})["siege"]
    p95, memory, after = (spread(found, name) for name in ("p95 ms", "MiB", "recovered s"))
    return sitting.row(
        f"{p95.tell(' ms', 0)}, slowest {spread(found, 'slowest ms').tell(' ms', 0)}, before "
        f"{spread(found, 'before ms').tell(' ms', 0)}; {memory.tell(' MiB', 0)}; {after.tell(' s', 1)}",
        p95.median <= MOST_MS and memory.high <= MOST_MIB and after.high < RECOVERED_S,
    )


def _besieged(console: Console, kind: Siege, seconds: float) -> Figures:
    pid = int(json.loads((console.database.place / "console.json").read_text())["pid"])
    visitor = _visitor(console)
    before, files = _visits(visitor, console, 2), _files(pid)
    read, tell = (_token(console, scopes) for scopes in (["read"], ["read", "run"]))
    siege = kind._replace(url=console.url, team=console.team, run=console.run(), read=read, tell=tell)
    memory: list[float] = []

    def look() -> None:
        with suppress(OSError):  # a process of the database ended between two looks: there is another look soon
            memory.append(memory_mib(pid))

    with _sampled(look, 0.5), _told(console, siege.run):
        with _under(siege) as heard:
            during = _visits(visitor, console, seconds)
        calm = percentile(before, 95) * 2 + 20
        recovered = _recovered(visitor, console, calm, lambda: _files(pid) <= files + 20)
    print(f"siege: {heard}", file=sys.stderr, flush=True)
    return {
        "p95 ms": percentile(during, 95),
        "p50 ms": percentile(during, 50),
        "slowest ms": max(during),
        "before ms": percentile(before, 95),
        "MiB": max(memory),
        "MiB after": memory[-1],
        "recovered s": recovered,
        **heard,
    }


def _token(console: Console, scopes: list[str]) -> str:
    return str(console.call("POST", "/api/v1/tokens", {"name": "besieger", "scopes": scopes})["token"])


class _From(HTTPAdapter):
    """Connections from the visitor's address."""

    def init_poolmanager(self, *given: object, **more: object) -> None:
        super().init_poolmanager(*given, source_address=(VISITOR, 0), **more)  # type: ignore[arg-type] # any further arguments of urllib3's


def _visitor(console: Console) -> requests.Session:
    browser = signed_in(console)
    browser.mount("http://", _From())
    return browser


def _visits(visitor: requests.Session, console: Console, seconds: float) -> list[float]:
    """The milliseconds that each page took, one every little while."""
    took, until = list[float](), time.monotonic() + seconds
    for page in cycle(PAGES):
        took.append(_visit(visitor, console.url + page))
        time.sleep(EVERY_S)
        if time.monotonic() >= until:
            return took
    raise AssertionError("there are always more pages")


def _visit(visitor: requests.Session, url: str) -> float:
    began = time.perf_counter()
    answer = visitor.get(url, allow_redirects=False, timeout=60)
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return 1000 * (time.perf_counter() - began)


def _recovered(visitor: requests.Session, console: Console, calm: float, over: Callable[[], bool]) -> float:
    """Seconds until pages are as fast as before and no connection is left; `RECOVERED_S` when they never are."""
    began, fast, since = time.monotonic(), 0, 0.0
    while (now := time.monotonic() - began) < RECOVERED_S:
        calm_now = _visit(visitor, console.url + PAGES[0]) <= calm and over()
        since = since if fast else now
        fast = fast + 1 if calm_now else 0
        if fast >= CALM:
            return since
        time.sleep(EVERY_S)
    return RECOVERED_S


def _files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@contextmanager
def _under(siege: Siege) -> Iterator[dict[str, float]]:
    """Under siege; at the end what the besiegers heard is there."""
    heard: dict[str, float] = {}
    command = [sys.executable, "-m", "bench.besiegers"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(siege._asdict()) + "\n")
        process.stdin.flush()
        try:
            yield heard
        finally:
            told, _ = process.communicate(timeout=60)
    heard.update(json.loads(told))


@contextmanager
def _sampled(look: Callable[[], None], every_s: float) -> Iterator[None]:
    """Meanwhile something is done every few moments, in a thread."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(every_s):
            look()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _told(console: Console, run: str) -> Iterator[None]:
    """Meanwhile the run that is followed tells a measurement a second."""
    slots = iter(range(1_000_000))

    def tell() -> None:
        slot = next(slots)
        console.call("POST", f"{run}/record", {"from": slot, "entries": [entry(slot)]})

    with _sampled(tell, 1.0):
        yield
