"""The page of a run of a million measurements, its chart, reports and file: how long, and how much memory.

The measurements are made by the database, as a client would have told them. Memory is what the console's process and
those it starts have for themselves alone; that of the database's processes stands beside it, without what they share.
"""

import json
import re
import time
from functools import partial
from pathlib import Path
from threading import Event, Thread

import requests

from bench.consoles import EXPERIMENT, PLAN, PROBES, Console
from bench.consoles import console as serving
from bench.pages import signed_in
from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from rtk.lab import processes

MOST_S, MOST_MIB, MOST_LEFT_MIB = 1.5, 200.0, 50.0
MANY = 1_000_000
LOOK_S, SETTLED_S = 0.02, 3.0
FILES = ("html", "md", "xml", "json")

FILL = """
INSERT INTO store_measurement (run_id, n, slot, t, due, started, ended, value, day, phase, outcome, reason, probes)
SELECT r.id, n, n, n / 10.0 + 0.3, n / 10.0, CASE WHEN n %% 200 <> 7 THEN n / 10.0 END,
  CASE WHEN n %% 200 <> 7 THEN n / 10.0 + 0.3 END, CASE WHEN n %% 200 <> 7 THEN 300 + (n %% 9973 * 7919) %% 400 END,
  r.day, 1,
  CASE WHEN n %% 200 = 7 THEN 2 WHEN n %% 50 = 3 THEN 1 ELSE 0 END,
  CASE WHEN n %% 200 = 7 THEN 'no slot free' WHEN n %% 50 = 3 THEN 'it took ' || n %% 997 || ' ms, at most 500' END,
  %(probes)s
FROM store_run r, generate_series(1, %(many)s) AS n WHERE r.id = %(run)s
"""
ENDED = "UPDATE store_run SET next = %(many)s + 1, insight = NULL, insight_next = NULL WHERE id = %(run)s"
FORGET = "UPDATE store_run SET insight = NULL, insight_next = NULL WHERE id = %s"


def run(sitting: Sitting) -> Row:
    """The row."""
    many, settled_s = round(sitting.either(MANY, 2_000)), sitting.either(SETTLED_S, 0.5)
    sitting.asks(
        f"a run of {many:,} measurements: its page the first time ever, and again; its chart's data, its report as "
        "HTML, all as CSV; the most memory that the console has more meanwhile, and afterwards",
        f"the first ≤ {MOST_S:g} s; ≤ {MOST_MIB:g} MiB; ≤ {MOST_LEFT_MIB:g} MiB",
    )
    with serving(shared=sitting.quick) as one:
        path = filled(one, many)
        browser = signed_in(one)
        found = sitting.interleaved({"large": partial(viewed, one, path, browser, settled_s)})["large"]
    first, most, left = (spread(found, name) for name in ("first s", "more MiB", "left MiB"))
    others = ("again s", "chart s", "html s", "csv s")
    told = ", ".join(f"{name.removesuffix(' s')} {spread(found, name).tell(' s')}" for name in others)
    return sitting.row(
        f"{first.tell(' s')}, {told}; {most.tell(' MiB', 0)}; {left.tell(' MiB', 0)}; "
        f"database {spread(found, 'database MiB').tell(' MiB', 0)}",
        first.median <= MOST_S and most.median <= MOST_MIB and left.median <= MOST_LEFT_MIB,
    )


def filled(one: Console, many: int) -> str:
    """The path of a run that has ended and has so many measurements."""
    plan = {**PLAN, "duration_s": many / 10}
    form = {"name": "large", "experiment": EXPERIMENT, "frequency": 0.1, "duration": many / 10}
    made = one.call("POST", f"{one.team}/verifications", {**form, "objective": OBJECTIVE})
    one.verification = f"{one.team}/verifications/{made['id']}"
    path = one.run()
    run_id = path.rpartition("/")[2]
    head = {"kind": "run", "t": 0.0, "run": "r", "at": 0.0, "title": "t", "plan": plan, "experiment": EXPERIMENT}
    begun = {"kind": "phase", "t": 0.0, "phase": "conditions", "state": "started", "planned": many}
    one.call("POST", f"{path}/record", {"from": 0, "entries": [head, begun]})
    ending = {"kind": "end", "t": many / 10 + 1, "status": "completed", "deviated": True, "stopped": None}
    one.call("POST", f"{path}/record", {"from": 2, "entries": [ending]})
    one.call("POST", f"{path}/end", {"journal": {"status": "completed"}})
    given = {"probes": json.dumps(PROBES), "many": many, "run": run_id}
    with one.database.connect() as connection:
        connection.execute("UPDATE store_recordentry SET n = %(many)s + 1 WHERE run_id = %(run)s AND n = 2", given)
        connection.execute("DELETE FROM store_recordentry WHERE run_id = %(run)s AND n = 1", given)
        connection.execute(FILL, given)
        connection.execute(ENDED, given)
    return path


OBJECTIVE = {"name": "Large", "target": 0.95, "window": 86_400}


def viewed(one: Console, path: str, browser: requests.Session, settled_s: float) -> Figures:
    """Somebody looks at all there is of the run; its memory is read once so many seconds have passed."""
    run_id = path.rpartition("/")[2]
    page = f"{one.url}/bench/team/insights/{run_id}"
    with one.database.connect() as connection:
        connection.execute("VACUUM (ANALYZE) store_measurement")
        connection.execute(FORGET, [run_id])
    with Memory(one) as memory:
        took = {"first s": timed(browser, page), "again s": timed(browser, page)}
        took["chart s"] = timed(browser, f"{page}/data")
        took |= {f"{form} s": timed(browser, f"{page}/report.{form}") for form in FILES}
        took["csv s"] = timed(browser, f"{page}/measurements.csv")
        time.sleep(settled_s)
    return {**took, **memory.figures()}


def timed(browser: requests.Session, address: str) -> float:
    """Seconds until an answer is here as a whole."""
    began = time.perf_counter()
    with browser.get(address, allow_redirects=False, timeout=300, stream=True) as answer:
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        for _ in answer.iter_content(1 << 20):
            pass
    return time.perf_counter() - began


class Memory:
    """The memory of a console while something is done: what it has more at the most, and in the end."""

    def __init__(self, one: Console) -> None:
        self._pid = int(json.loads((one.database.place / "console.json").read_text())["pid"])
        self._over = Event()
        self._thread = Thread(target=self._watch)
        self._seen: list[tuple[float, float]] = [self._now()]

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._seen.append(self._now())

    def figures(self) -> Figures:
        """In MiB."""
        (before, below), (after, _) = self._seen[0], self._seen[-1]
        most, database = (max(column) for column in zip(*self._seen, strict=True))
        return {"more MiB": most - before, "left MiB": after - before, "database MiB": database - below}

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            self._seen.append(self._now())

    def _now(self) -> tuple[float, float]:
        """The console's and the database's."""
        below = processes.below(self._pid)
        of_database = [each.pid for each in below if _is_of_database(each.pid)]
        own = [self._pid, *(each.pid for each in below if each.pid not in of_database)]
        return sum(map(anonymous_mib, own)), sum(map(anonymous_mib, of_database))


def _is_of_database(pid: int) -> bool:
    return _read(pid, "comm").startswith("postgres")


def anonymous_mib(pid: int) -> float:
    """Return the memory that a process shares with no file, in MiB; 0 where it has ended."""
    found = re.search(r"^Pss_Anon:\s+(\d+) kB", _read(pid, "smaps_rollup"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _read(pid: int, what: str) -> str:
    try:
        return Path(f"/proc/{pid}/{what}").read_text()
    except OSError:
        return ""
