"""What the guardian costs a run: the time until it is ready, and its memory and CPU while it waits."""

import os
import sys
import time
from pathlib import Path

from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from rtk.verify.guardian_client import GuardianClient

READY_MS, MEMORY_MIB, IDLE_SHARE = 50.0, 15.0, 0.001
TICKS = os.sysconf("SC_CLK_TCK")


def run(sitting: Sitting) -> Row:
    """The row."""
    sitting.asks(
        "the guardian: start until ready, as if nothing else were done meanwhile; memory (RSS) and CPU while it waits",
        f"≤ {READY_MS:g} ms; ≤ {MEMORY_MIB:g} MiB; about 0",
    )
    seconds = sitting.either(10, 0.5)
    found = sitting.interleaved({"guardian": lambda: _trial(seconds)})["guardian"]
    ready, memory, idle = spread(found, "ready ms"), spread(found, "MiB"), spread(found, "share")
    return sitting.row(
        f"{ready.tell(' ms', 1)}; {memory.tell(' MiB', 1)}; {100 * idle.median:.2f} % of a core",
        ready.median <= READY_MS and memory.median <= MEMORY_MIB and idle.median <= IDLE_SHARE,
    )


def _trial(seconds: float) -> Figures:
    began = time.monotonic()
    guard = GuardianClient([sys.executable, "-c", "pass"], lambda: b"what the undo needs", 3600.0)
    guard.ready()
    ready_ms = 1000 * (time.monotonic() - began)
    try:
        before = _cpu_s(guard.pid)
        time.sleep(seconds)
        return {"ready ms": ready_ms, "MiB": _rss_mib(guard.pid), "share": (_cpu_s(guard.pid) - before) / seconds}
    finally:
        guard.goodbye()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
