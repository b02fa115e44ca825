"""The console: how soon its first page is there, the first time ever and again; its memory while nothing happens."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import requests

from bench.places import RTK, environment
from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from rtk.lab import processes

FIRST_S, AGAIN_S, IDLE_MIB = 8.0, 4.0, 350.0
PAGE = "/accounts/login/"
OURS = ("RTK_", "DATABASE_URL")


def run(sitting: Sitting) -> Row:
    """The row."""
    sitting.asks(
        "`rtk up` to the first page, the first time ever, its database made; the same again; memory while idle, its"
        " database included",
        f"≤ {FIRST_S:g} s; ≤ {AGAIN_S:g} s; ≤ {IDLE_MIB:g} MiB",
    )
    idle_s = sitting.either(10, 1)
    found = sitting.interleaved({"console": partial(_trial, idle_s)})["console"]
    first, again, idle = spread(found, "first s"), spread(found, "again s"), spread(found, "idle MiB")
    return sitting.row(
        f"{first.tell(' s')}; {again.tell(' s')}; {idle.tell(' MiB', 0)}",
        first.median <= FIRST_S and again.median <= AGAIN_S and idle.median <= IDLE_MIB,
    )


def _trial(idle_s: float) -> Figures:
    with tempfile.TemporaryDirectory(prefix="rtk-bench-") as name:
        Path(name).chmod(0o711)  # where root measures, another user runs the database and has to pass through
        data = Path(name) / "data"
        with up(data) as (_, first_s):
            pass
        with up(data) as (console, again_s):
            time.sleep(idle_s)
            return {"first s": first_s, "again s": again_s, "idle MiB": memory_mib(int(console["pid"]))}


@contextmanager
def up(data: Path) -> Iterator[tuple[dict[str, Any], float]]:
    """A console and what it tells of itself; and the seconds from the command to its first page."""
    environ = {key: value for key, value in environment().items() if not key.startswith(OURS)}
    rtk = partial(subprocess.run, check=True, env={**environ, "RTK_DATA": str(data)}, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    rtk([RTK, "up", "--detach", "--port", "0"])
    try:
        console = json.loads((data / "console.json").read_text())
        with requests.Session() as browser:
            browser.trust_env = False
            browser.get(f"{console['url']}{PAGE}", timeout=30).raise_for_status()
        yield console, time.monotonic() - began
    finally:
        rtk([RTK, "down"])


def memory_mib(pid: int) -> float:
    """Proportional memory of a process and all below it: what they share counts once."""
    all_of_it = [pid, *(one.pid for one in processes.below(pid))]
    rollups = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in all_of_it]
    return sum(int(size) for text in rollups for size in re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)) / 1024
