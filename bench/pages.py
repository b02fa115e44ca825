"""How long the main pages take the server where much is stored, and what each asks the database.

The runs are copies of one that was told through the API, a few dozen a day, so that their measurements lie in as many
partitions as they would after a year. Pages are asked for one after another, over one connection.
"""

import json
import time
from functools import partial

import requests

from bench import asked, session
from bench.consoles import EXPERIMENT, PLAN, PROBES, Console, console, entry
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting

RUNS, EACH, DAYS = 10_000, 1_000, 300
TIMES = 40  # each page, a trial
MOST_MS, MOST_QUERIES = 100, 10
AT_ONCE = 500  # runs of a transaction
OF_A_TEAM = ("", "/objectives", "/verifications", "/insights", "/experiments", "/executions", "/import")
FILTERED = ("?kind=run&q=bench", "?kind=outside")

MOMENTS = """
CREATE TABLE bench_made AS SELECT n, gen_random_uuid() AS run, gen_random_uuid() AS execution,
  now() - make_interval(secs => 86400.0 * %(days)s * n / %(runs)s) AS at FROM generate_series(1, %(runs)s) AS n
"""
PARTITIONS = """
DO $$ DECLARE day date; part text; name text; BEGIN
  FOR day IN SELECT DISTINCT (at AT TIME ZONE 'UTC')::date FROM bench_made LOOP
    FOREACH part IN ARRAY ARRAY['store_recordentry', 'store_measurement'] LOOP
      name := part || '_' || to_char(day, 'YYYYMMDD');
      IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, part, day, day + 1);
      END IF;
    END LOOP;
  END LOOP;
END $$
"""
COPIES = {
    "store_execution": """SELECT copy.* FROM bench_made m, store_execution t, LATERAL jsonb_populate_record(t,
      jsonb_build_object('id', m.execution, 'created_at', m.at, 'ended_at', m.at + interval '100 s')) AS copy
      WHERE t.id = (SELECT execution_id FROM store_run WHERE id = %(run)s)""",
    "store_run": """SELECT copy.* FROM bench_made m, store_run t, LATERAL jsonb_populate_record(t, jsonb_build_object(
      'id', m.run, 'execution_id', m.execution, 'created_at', m.at, 'ended_at', m.at + interval '100 s',
      'heard_at', m.at, 'due_at', m.at, 'day', (m.at AT TIME ZONE 'UTC')::date,
      'verdict', (ARRAY['pass', 'fail', 'inconclusive', 'invalid'])[1 + m.n %% 4])) AS copy WHERE t.id = %(run)s""",
    "store_event": """SELECT copy.* FROM bench_made m, store_event t, LATERAL jsonb_populate_record(t,
      jsonb_build_object('id', gen_random_uuid(), 'created_at', m.at, 'run_id', m.run)) AS copy
      WHERE t.run_id = %(run)s""",
}
MEASUREMENTS = """
INSERT INTO store_measurement (run_id, n, slot, t, due, started, ended, value, day, phase, outcome, reason, probes)
SELECT m.run, k, k, k + 0.1, k, k, k + 0.065, 60 + k %% 13, (m.at AT TIME ZONE 'UTC')::date, 1, (k %% 97 = 0)::int,
  NULL, %(probes)s FROM bench_made m, generate_series(1, %(each)s) AS k WHERE m.n > %(first)s AND m.n <= %(last)s
"""
OUTSIDE = """
INSERT INTO store_event (id, team_id, kind, title, tags, payload, created_at, on_timeline, shown, source, outer_id)
SELECT gen_random_uuid(), r.team_id, 'outside', 'checkout ' || m.n, '{checkout}', '{"type":"deployed"}', m.at, true,
  true, 'ci', m.n::text FROM bench_made m, store_run r WHERE r.id = %(run)s
"""
TABLES = ("store_measurement", "store_run", "store_event", "store_execution", "store_recordentry")
IDS = """
SELECT r.id, r.verification_id, v.objective_id, r.experiment_id, r.execution_id
FROM store_run r JOIN store_verification v ON v.id = r.verification_id WHERE r.id = %s
"""


def run(sitting: Sitting) -> Row:
    """The row."""
    runs, each = round(sitting.either(RUNS, 60)), round(sitting.either(EACH, 50))
    times, days = round(sitting.either(TIMES, 1)), round(sitting.either(DAYS, 5))
    sitting.asks(
        f"the server's time for each of the main pages, where {runs:,} runs of {days} days and {runs * each:,} "
        f"measurements are stored: p95 of {times}, of the slowest page; what a page asks the database at most",
        f"≤ {MOST_MS} ms; ≤ {MOST_QUERIES} queries",
    )
    with console(sitting.quick) as one:
        paths = filled(one, runs, each, days)
        browser = signed_in(one)
        seen(browser, one, paths, round(sitting.either(2, 1)))
        found = sitting.interleaved({"pages": partial(seen, browser, one, paths, times)})["pages"]
        queries = asked.queries(one.database.place, paths)
    slowest = {path: spread(found, f"{path} p95 ms") for path in paths}
    path = max(slowest, key=lambda each: slowest[each].median)
    most = max(queries, key=queries.__getitem__)
    told = f"{slowest[path].tell(' ms', 0)} ({named(path)}); {queries[most]} queries ({named(most)})"
    return sitting.row(told, slowest[path].median <= MOST_MS and queries[most] <= MOST_QUERIES)


def named(path: str) -> str:
    """A page's address without ids, for people."""
    parts = path.split("/")[3:]
    return "/" + "/".join("…" if len(part) == 36 else part for part in parts) if parts else path


def filled(one: Console, runs: int, each: int, days: int) -> list[str]:
    """Fill a console; the addresses of its main pages."""
    key = template(one)
    with one.database.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS bench_made")
        connection.execute(MOMENTS, {"runs": runs, "days": days})
        connection.execute(PARTITIONS)
        for table, copies in COPIES.items():
            connection.execute(f"INSERT INTO {table} {copies}", {"run": key})
        connection.execute(OUTSIDE, {"run": key})
        for first in range(0, runs, AT_ONCE):
            given = {"each": each, "first": first, "last": first + AT_ONCE, "probes": json.dumps(PROBES)}
            connection.execute(MEASUREMENTS, given)
        for table in TABLES:
            connection.execute(f"VACUUM (ANALYZE) {table}")
        connection.execute("CHECKPOINT")
        (middle,) = connection.execute("SELECT run FROM bench_made WHERE n = %s", [runs // 2]).fetchone() or (key,)
        ids = connection.execute(IDS, [middle]).fetchone() or ()
    return addresses(*map(str, ids))


def template(one: Console) -> str:
    """The id of a run that was told whole, with an objective."""
    objective = {"name": "Checkout", "target": 0.95, "window": 86_400, "tags": ["shop"]}
    form = {"name": "bench", "experiment": EXPERIMENT, "frequency": 0.1, "duration": 100, "objective": objective}
    made = one.call("POST", f"{one.team}/verifications", form)
    one.verification = f"{one.team}/verifications/{made['id']}"
    path, plan = one.run(), {**PLAN, "duration_s": 100}
    head = {"kind": "run", "t": 0.0, "run": "r", "at": 0.0, "title": "t", "plan": plan, "experiment": EXPERIMENT}
    ending = {"kind": "end", "t": 101.0, "status": "completed", "deviated": False, "stopped": None}
    one.call("POST", f"{path}/record", {"from": 0, "entries": [head, *map(entry, range(100)), ending]})
    one.call("POST", f"{path}/end", {"journal": {"status": "completed"}})
    one.call("GET", f"{path}/insight")
    return path.rpartition("/")[2]


def addresses(run: str, verification: str, objective: str, experiment: str, execution: str) -> list[str]:
    """The main pages."""
    things = (
        f"/insights/{run}",
        f"/verifications/{verification}",
        f"/objectives/{objective}",
        f"/experiments/{experiment}",
        f"/executions/{execution}",
    )
    team = [f"/bench/team{part}" for part in (*OF_A_TEAM, *FILTERED, *things)]
    return ["/bench", *team, "/bench/insights", "/bench/verifications", "/bench/executions"]


def signed_in(one: Console) -> requests.Session:
    """A browser of the console's first user."""
    browser = requests.Session()
    browser.trust_env = False
    browser.cookies.set("rtk_session", session.key(one.database.place))
    return browser


def seen(browser: requests.Session, one: Console, paths: list[str], times: int) -> Figures:
    """All pages in turn, again and again."""
    took: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(times):
        for path, seconds in took.items():
            began = time.perf_counter()
            answer = browser.get(one.url + path, allow_redirects=False, timeout=60)
            seconds.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return {f"{path} p95 ms": percentile(values, 95) for path, values in took.items()}
