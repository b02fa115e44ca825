"""What runs spent of objectives: for how long they were seen not to be kept, within the window that ends now.

One outage that several runs saw is one outage: what is spent is the union of the intervals in which runs deviated. It
is taken of each place by itself where that is known, and added up; what was seen from nobody knows where counts as far
as no known place saw it. A run that has its insight is known by the intervals kept then, others by their measurements.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from rtk.console.store.intake import OUTCOME_CODES
from rtk.console.store.models import Objective
from rtk.console.store.run_state import NotedState, RunState
from rtk.insight.budget import Balance, balance_of
from rtk.insight.plan_limits import LONGEST_WINDOW_S

LONGEST = timedelta(days=92)  # three phases of 30 days, and some time to end
RESULTS = 5  # as many as marks draw of each
DEVIATED = OUTCOME_CODES["deviated"]

_RUNS = """
FROM unnest(%s::uuid[], %s::timestamptz[]) AS o(id, since)
JOIN store_verification v ON v.objective_id = o.id
JOIN store_run r ON r.verification_id = v.id
"""
# A row notes states by words of its own, of which one is another than what pages know.
_STATE = f"CASE r.state WHEN '{NotedState.LOST}' THEN '{RunState.LOST_CONTACT}' ELSE r.state END"
_CAME_TO = f"coalesce(r.verdict, CASE WHEN r.ended_at IS NULL THEN {_STATE} END)"
_KNOWN = "coalesce(r.deviating_s IS NOT NULL AND r.insight_next = r.next, false)"
_WITHIN = """(r.created_at >= o.since OR (
  r.created_at < o.since AND r.created_at > o.since - %s AND coalesce(r.ended_at, r.heard_at) >= o.since
))"""
_FREQUENCY = "(r.plan::json->>'frequency_s')::float8"
_COUNT = f"SELECT o.id, count(*) {_RUNS} WHERE {_WITHIN} GROUP BY 1"
_LENGTH = "(SELECT coalesce(sum(extract(epoch FROM upper(s) - lower(s))), 0) FROM unnest({}) AS s)"
_DAY = "({} AT TIME ZONE 'UTC')::date"
# A whole day that one verification saw from one place counts as it is kept; only elsewhere intervals are put together.
_SPENT = f"""
WITH o AS (SELECT * FROM unnest(%s::uuid[], %s::timestamptz[]) AS o(id, since)),
live AS (
  SELECT o.id, tstzrange(d.since, d.since + make_interval(secs => {_FREQUENCY})) * tstzrange(o.since, NULL) AS span
  FROM o JOIN store_verification v ON v.objective_id = o.id JOIN store_run r ON r.verification_id = v.id
  JOIN store_measurement m ON m.run_id = r.id AND m.day = r.day AND m.day >= %s AND m.outcome = %s,
  LATERAL (SELECT r.created_at + make_interval(secs => m.due)) AS d(since)
  WHERE NOT {_KNOWN} AND {_WITHIN}
),
shared AS (
  SELECT id, {_DAY.format("lower(span)")} AS day FROM live UNION SELECT id, {_DAY.format("upper(span)")} FROM live
  UNION SELECT id, {_DAY.format("since")} FROM o
),
kept AS (
  SELECT o.id, o.since, x.place, x.day, x.spans, x.seconds, count(*) OVER (PARTITION BY o.id, x.day) = 1
    AND NOT EXISTS (SELECT FROM shared t WHERE t.id = o.id AND t.day = x.day) AS alone
  FROM o JOIN store_verification v ON v.objective_id = o.id
  JOIN store_outage x ON x.verification_id = v.id AND x.day >= {_DAY.format("o.since")}
),
seen AS (
  SELECT id, place, s * tstzrange(since, NULL) AS span FROM kept, unnest(spans) AS s WHERE NOT alone
  UNION ALL SELECT id, '', span FROM live
),
places AS (SELECT id, place, range_agg(span) AS spans FROM seen GROUP BY 1, 2),
known AS (SELECT id, range_agg(s) AS spans FROM places, unnest(spans) AS s WHERE place <> '' GROUP BY 1),
parts AS (
  SELECT id, seconds FROM kept WHERE alone
  UNION ALL
  SELECT p.id, {_LENGTH.format("CASE p.place WHEN '' THEN p.spans - coalesce(k.spans, '{}') ELSE p.spans END")}
  FROM places p LEFT JOIN known k ON k.id = p.id
)
SELECT id, sum(seconds) FROM parts GROUP BY 1
"""  # noqa: S608 - of constants
_RESULTS = """
SELECT o.id, last.verdict FROM unnest(%s::uuid[]) AS o(id), LATERAL (
  SELECT each.verdict, each.created_at FROM store_verification v, LATERAL (
    SELECT r.verdict, r.created_at FROM store_run r WHERE r.verification_id = v.id AND r.ended_at IS NOT NULL
    ORDER BY r.created_at DESC, r.id DESC LIMIT %s
  ) each WHERE v.objective_id = o.id ORDER BY each.created_at DESC LIMIT %s
) last ORDER BY last.created_at
"""
_SPENT_BY = f"""
SELECT r.id, v.name, r.created_at, {_CAME_TO}, CASE WHEN {_KNOWN} THEN r.deviating_s ELSE {_FREQUENCY} * (
  SELECT count(*) FROM store_measurement m WHERE m.run_id = r.id AND m.day = r.day AND m.day >= %s AND m.outcome = %s
) END AS spent {_RUNS} WHERE {_WITHIN} AND (NOT {_KNOWN} OR r.deviating_s > 0)
"""  # noqa: S608 - of constants
_SPENDERS = f"SELECT * FROM ({_SPENT_BY}) AS by_run WHERE spent > 0 ORDER BY created_at DESC LIMIT %s"  # noqa: S608


class BudgetAccount(NamedTuple):
    """What is left of a budget in its window, and how many runs there were in it."""

    balance: Balance
    runs: int


class Spent(NamedTuple):
    """A run that spent of a budget, so many seconds; `came_to` is its verdict, its state before there is one."""

    run: UUID
    name: str
    at: datetime
    came_to: str | None
    deviating_s: float


def accounts(objectives: Sequence[Objective], at: datetime) -> dict[UUID, BudgetAccount]:
    """The account of each objective in the window that ends at a moment. Two queries."""
    windows = _windows(objectives, at)
    runs = dict(_rows(_COUNT, [*windows, LONGEST]))
    spent = dict(_rows(_SPENT, [*windows, _first_day(windows[1]), DEVIATED, LONGEST]))
    found = {}
    for each in objectives:
        # A clock on the wall is kept in microseconds: what is less than ten of them is no time.
        balance = balance_of(each.target, each.window_s, [round(float(spent.get(each.id) or 0), 5)])
        found[each.id] = BudgetAccount(balance, runs.get(each.id, 0))
    return found


def spent_by(objective: Objective, at: datetime, most: int) -> tuple[BudgetAccount, list[Spent]]:
    """An objective's account, and the last runs that deviated, newest first. Three queries.

    Each is told with all that it saw itself: where several saw one outage they add up to more than the account.
    """
    account = accounts([objective], at)[objective.id]
    windows = _windows([objective], at)
    found = _rows(_SPENDERS, [_first_day(windows[1]), DEVIATED, *windows, LONGEST, most])
    return account, [Spent(*row) for row in found]


def results(objectives: Sequence[Objective]) -> dict[UUID, list[str | None]]:
    """The verdicts of each objective's last runs that ended, oldest first. One query."""
    found: dict[UUID, list[str | None]] = {each.id: [] for each in objectives}
    for objective, verdict in _rows(_RESULTS, [list(found), RESULTS, RESULTS]):
        found[objective].append(verdict)
    return found


def _windows(objectives: Sequence[Objective], at: datetime) -> list[Any]:
    """The ids, and since when each one's window is; without a window all runs there were count."""
    since = [at - timedelta(seconds=each.window_s or LONGEST_WINDOW_S) for each in objectives]
    return [[each.id for each in objectives], since]


def _first_day(since: Sequence[datetime]) -> date | None:
    """Return the day of the first run that may be in a window: PostgreSQL plans for no partition before it."""
    return min(since).astimezone(UTC).date() - LONGEST - timedelta(days=1) if since else None


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
