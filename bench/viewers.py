"""Two hundred people who watch a run: what that costs the console, and on how many threads."""

import asyncio
import json
import os
import re
import time
from functools import partial
from pathlib import Path

from bench.consoles import Console, entry, reading
from bench.consoles import console as serving
from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from bench.streams import following
from rtk.lab import processes

MOST_CORES, A_SECOND = 0.3, 10
AT_ONCE, WARM_S = 32, 1.0  # requests after which every thread is there


def run(sitting: Sitting) -> Row:
    """The row."""
    viewers, seconds = int(sitting.either(200, 20)), sitting.either(20, 2)
    sitting.asks(
        f"{viewers} readers of one run's stream, each with a token of its own, {A_SECOND} measurements a second: CPU "
        "of the console's process (of its database beside it), threads more than without readers",
        f"≤ {MOST_CORES:g} cores; 0 threads",
    )
    with serving(shared=sitting.quick) as console:
        tokens = [_token(console, number) for number in range(viewers)]
        watch = partial(_watched, console, tokens, seconds)
        found = sitting.interleaved({"viewers": watch})["viewers"]
    cores, database, more = (spread(found, name) for name in ("cores", "database cores", "more threads"))
    return sitting.row(
        f"{cores.tell(' cores', 3)}; {more.median:.0f} threads more; database {database.tell(' cores', 3)}; "
        f"to the last reader p95 {spread(found, 'p95 ms').tell(' ms', 0)}",
        cores.median <= MOST_CORES and more.high <= 0 and spread(found, "lost").high == 0,
    )


def _token(console: Console, number: int) -> str:
    made = console.call("POST", "/api/v1/tokens", {"name": f"viewer {number}", "scopes": ["read"]})
    return str(made["token"])


def _watched(console: Console, tokens: list[str], seconds: float) -> Figures:
    path = console.run()
    console.talk([reading([console.team])] * AT_ONCE, WARM_S)
    pid = int(json.loads((console.database.place / "console.json").read_text())["pid"])
    return asyncio.run(_told(console, path, tokens, seconds, pid))


async def _told(console: Console, path: str, tokens: list[str], seconds: float, pid: int) -> Figures:
    async def tell(number: int) -> None:
        given = {"from": number, "entries": [entry(number)]}
        await asyncio.to_thread(console.call, "POST", f"{path}/record", given)

    before = threads(pid)
    below = [each.pid for each in processes.below(pid)]
    async with following(console.url, path, tokens) as readers:
        sent = 0
        took: list[float] = []
        began, cpu = time.monotonic(), [cpu_s(pid), sum(map(cpu_s, below))]
        for number in range(round(seconds * A_SECOND)):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            await tell(sent)
            sent += 1
            told = time.monotonic()
            if number % A_SECOND == 5:  # now and then: to look takes time itself
                await readers.heard_by(sent * len(tokens), 1.0)
                took.append(1000 * (time.monotonic() - told))
        wall = time.monotonic() - began
        spent = [cpu_s(pid) - cpu[0], sum(map(cpu_s, below)) - cpu[1]]
        after = threads(pid)
        await readers.heard_by(sent * len(tokens), 5.0)
        lost = sent * len(tokens) - readers.heard
    took.sort()
    return {
        "cores": spent[0] / wall,
        "database cores": spent[1] / wall,
        "more threads": after - before,
        "p95 ms": took[int(len(took) * 0.95)] if took else 0.0,
        "lost": lost,
    }


def threads(pid: int) -> int:
    """How many threads a process has."""
    found = re.search(r"^Threads:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
