"""Whether a console that holds a hundred times as much is any slower.

`python -m bench.scale 100000000` holds another amount against the row's lesser one, for amounts that take an hour.
"""

import json
import sys
import time
from functools import partial
from itertools import islice

from bench.consoles import PROBES, Console, console, telling
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

FEW, MANY = 100_000, 10_000_000
EACH = 10_000  # measurements of a run
AT_ONCE = 100  # runs
CLIENTS, BATCH, BATCHES = 4, 1_000, 25
READS = 5
MOST = 1.3
TAKING, INSIGHT = "taking in s", "insight s"

FILL = """
INSERT INTO store_measurement (run_id, n, slot, t, due, started, ended, value, day, phase, outcome, reason, probes)
SELECT r.id, n, n, n + 0.1, n, n, n + 0.065, 65.1, r.day, 1, 0, NULL, %s
FROM store_run r, generate_series(0, %s - 1) AS n WHERE r.id = ANY(%s::uuid[])
"""
ENDED = """
UPDATE store_run SET next = %s, insight_next = %s, insight = '{}', state = 'ended', ended_at = now()
WHERE id = ANY(%s::uuid[])
"""
FORGET = "UPDATE store_run SET insight = NULL, insight_next = NULL WHERE id = %s"


def run(sitting: Sitting) -> Row:
    """The row."""
    return compared(sitting, round(sitting.either(FEW, 2 * EACH)), round(sitting.either(MANY, 4 * EACH)))


def compared(sitting: Sitting, few: int, many: int) -> Row:
    """A console that holds few measurements beside one that holds many."""
    batches = round(sitting.either(BATCHES, 2))
    sitting.asks(
        f"seconds to take in {CLIENTS * batches * BATCH:,} measurements, and of the insight of one run of {EACH:,}, "
        f"where {few:,} are stored and where {many:,} are",
        f"no slower than {MOST:g} ×",
    )
    with console(sitting.quick) as small, console(sitting.quick) as large:
        found = sitting.interleaved(
            {
                f"{size:,} stored": partial(taken, one, filled(one, size), batches)
                for one, size in ((small, few), (large, many))
            }
        )
    less, more = found.values()
    ratios = {name: spread(more, name).median / spread(less, name).median for name in (TAKING, INSIGHT)}
    told = (
        f"{name} {spread(less, name).tell()} and {spread(more, name).tell()}, {ratios[name]:.2f} ×" for name in ratios
    )
    return sitting.row("; ".join(told), max(ratios.values()) <= MOST)


def filled(one: Console, size: int) -> str:
    """Fill a console with so many measurements; the path of a run that has ended."""
    runs = [one.run() for _ in range(size // EACH)]
    ids = [run.rpartition("/")[2] for run in runs]
    with one.database.connect() as connection:
        for first in range(0, len(ids), AT_ONCE):
            some = ids[first : first + AT_ONCE]
            connection.execute(FILL, [json.dumps(PROBES), EACH, some])
            connection.execute(ENDED, [EACH, EACH, some])
        connection.execute("VACUUM (ANALYZE) store_measurement")
        connection.execute("VACUUM (ANALYZE) store_run")
        connection.execute("CHECKPOINT")
    return runs[len(runs) // 2]


def taken(one: Console, path: str, batches: int) -> Figures:
    """How long it takes to take in more, and to compute an insight anew (the median of some)."""
    runs = [one.run() for _ in range(CLIENTS)]
    began = time.perf_counter()
    one.talk([islice(telling(run, BATCH), batches) for run in runs])
    ingest = time.perf_counter() - began
    insights = sorted(_insight(one, path) for _ in range(READS))
    return {TAKING: ingest, INSIGHT: insights[READS // 2]}


def _insight(one: Console, path: str) -> float:
    with one.database.connect() as connection:
        connection.execute(FORGET, [path.rpartition("/")[2]])
    began = time.perf_counter()
    found = one.call("GET", f"{path}/insight")
    assert found["met"] == EACH, found
    return time.perf_counter() - began


if __name__ == "__main__":
    print(compared(Sitting("scale"), FEW, int(sys.argv[1])))
