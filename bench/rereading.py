"""How long it takes to read a record of 100,000 measurements again."""

import tempfile
import time
from pathlib import Path

from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from rtk.experiment.plan import Plan
from rtk.insight.facts import Threshold
from rtk.verify.facts import facts_of
from rtk.verify.record import VERSION, Record, Recorded

MOST_S = 1.0
PROBE = {"status": "succeeded", "output": 21.7, "tolerance_met": True, "duration": 0.0217}


def run(sitting: Sitting) -> Row:
    """The row."""
    count = round(sitting.either(100_000, 1000))
    sitting.asks(f"reading a record of {count:,} measurements again, into facts", f"≤ {MOST_S:g} s")
    with tempfile.TemporaryDirectory(prefix="rtk-bench-") as name:
        path = _record(Path(name) / "long.record", count)
        found = sitting.interleaved({"reading": lambda: _trial(path, count)})["reading"]
    seconds = spread(found, "s")
    return sitting.row(seconds.tell(" s"), seconds.median <= MOST_S)


def _record(path: Path, count: int) -> Path:
    record = Record(path, lambda: 0.0)
    record.append(
        "run",
        version=VERSION,
        run="bench",
        at=0.0,
        monotonic=0.0,
        title="long",
        plan=Plan(0.01, count / 100),
        threshold=Threshold(),
        experiment={"method": []},
    )
    record.append("phase", phase="conditions", state="started", planned=count)
    for slot in range(count):
        due = slot / 100
        record.append(
            "measurement",
            phase="conditions",
            slot=slot,
            due=due,
            started=due + 0.001,
            ended=due + 0.0227,
            outcome="met",
            value=21.7,
            reason=None,
            probes=[{"start": 1.6e9 + due, "end": 1.6e9 + due + 0.0217, **PROBE}],
        )
    record.close()
    return path


def _trial(path: Path, count: int) -> Figures:
    began = time.perf_counter()
    facts = facts_of(Recorded(path))
    took = time.perf_counter() - began
    assert len(facts.measurements) == count
    return {"s": took}
