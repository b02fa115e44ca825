"""The end of a console that people watch: how long it takes, with streams open and one that nobody reads."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

from bench.consoles import Console, entry
from bench.consoles import console as serving
from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from bench.streams import following

MOST_S, VIEWERS = 1.0, 50
PATIENCE_S = 30.0


def run(sitting: Sitting) -> Row:
    """The row."""
    viewers = int(sitting.either(VIEWERS, 5))
    sitting.asks(
        f"SIGTERM to a console with {viewers} open streams and one that nobody reads, until its process and its "
        "database are gone",
        f"≤ {MOST_S:g} s",
    )
    found = sitting.interleaved({"stopping": lambda: _stopped(viewers)})["stopping"]
    took = spread(found, "s")
    return sitting.row(took.tell(" s"), took.high <= MOST_S)


def _stopped(viewers: int) -> Figures:
    with serving() as console:
        return {"s": asyncio.run(_timed(console, viewers))}


async def _timed(console: Console, viewers: int) -> float:
    path = console.run()
    pid = int(json.loads((console.database.place / "console.json").read_text())["pid"])
    async with following(console.url, path, [console.token] * viewers, stuck=1) as readers:
        for batch in range(10):  # more than a socket's buffers hold: whoever does not read is waited for
            entries = [entry(batch * 500 + slot) for slot in range(500)]
            await asyncio.to_thread(console.call, "POST", f"{path}/record", {"from": batch * 500, "entries": entries})
        await readers.heard_by(5_000 * viewers, PATIENCE_S)
        began = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        while _lives(pid) and time.monotonic() - began < PATIENCE_S:
            await asyncio.sleep(0.005)
        return time.monotonic() - began


def _lives(pid: int) -> bool:
    """Whether a process runs: one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
