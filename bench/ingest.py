"""How many measurements a second the console makes durable, beside a bare COPY into the same table."""

import json
import time
from functools import partial

from bench.consoles import PROBES, Console, console, telling
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting

CLIENTS = 4
BATCH = 1_000
LEAST_PER_S = 60_000
LEAST_RATIO = 0.3


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(10, 0.3)
    sitting.asks(
        f"measurements made durable through `…/record`, batches of {BATCH:,} over {CLIENTS} connections, "
        f"{seconds:g} s a trial; the same beside a bare COPY in transactions as large",
        f"≥ {LEAST_PER_S:,} per second, ≥ {LEAST_RATIO:g} of the COPY",
    )
    with console(sitting.quick) as one:
        told(one, seconds / 10)  # so that connections and plans are there
        contenders = {"record": partial(told, one, seconds), "COPY": partial(copied, one, seconds)}
        found = sitting.interleaved(contenders)
    record, bare = spread(found["record"], "per s"), spread(found["COPY"], "per s")
    slowest = spread(found["record"], "p99 ms")
    ratio = record.median / bare.median
    return sitting.row(
        f"{record.tell(' per second', 0)}, p99 of a call {slowest.tell(' ms', 0)}; {ratio:.2f} of the COPY's "
        f"{bare.tell(' per second', 0)}",
        record.median >= LEAST_PER_S and ratio >= LEAST_RATIO,
    )


def told(one: Console, seconds: float) -> Figures:
    """Records told by several runs at once."""
    runs = [one.run() for _ in range(CLIENTS)]
    began = time.perf_counter()
    tally = one.talk([telling(run, BATCH) for run in runs], seconds)
    took = time.perf_counter() - began
    return {"per s": BATCH * len(tally.took) / took, "p99 ms": 1000 * percentile(tally.took, 99)}


def copied(one: Console, seconds: float) -> Figures:
    """The same rows by COPY from texts that are ready, by one connection."""
    run = one.run().rpartition("/")[2]
    rows, took = 0, 0.0
    with one.database.connect() as connection:
        found = connection.execute("SELECT day::text FROM store_run WHERE id = %s", [run]).fetchone()
        assert found is not None
        while took < seconds:
            batch = "".join(line(run, number, found[0]) for number in range(rows, rows + BATCH))
            began = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy("COPY store_measurement FROM STDIN") as copy:
                copy.write(batch)
            took += time.perf_counter() - began
            rows += BATCH
    return {"per s": rows / took}


def line(run: str, n: int, day: str) -> str:
    """A measurement as a line of COPY, in the order of the table's columns."""
    return f"{run}\t{n}\t{n}\t{n}.1\t{n}\t{n}\t{n}.065\t65.1\t{day}\t1\t0\t\\N\t{json.dumps(PROBES)}\t\\N\n"
