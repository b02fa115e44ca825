"""What runs spent of objectives: their deviating time within the window that ends now.

A run that has its insight is counted by it. Of the others, which go on, or began before the window, the measurements
that deviated within it are counted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from rtk.console.store.intake import OUTCOME_CODES
from rtk.console.store.models import Objective
from rtk.insight.budget import Balance, balance_of, exact

LONGEST = timedelta(days=92)  # three phases of 30 days, and some time to end
RESULTS = 5
DEVIATED = OUTCOME_CODES["deviated"]

# What a run in the window spent: by its insight, or (None) to be counted.
_RUNS = """
FROM unnest(%s::uuid[], %s::timestamptz[]) AS o(id, since)
JOIN store_verification v ON v.objective_id = o.id
JOIN store_run r ON r.verification_id = v.id
"""
_CAME_TO = "coalesce(r.verdict, CASE WHEN r.ended_at IS NULL THEN r.state END)"
_KNOWN = "r.deviating_s IS NOT NULL AND r.insight_next = r.next"
_COUNTED = f"""
SELECT o.id, {{}} 1, r.plan, (
  SELECT count(*) FROM store_measurement m WHERE m.run_id = r.id AND m.day = r.day AND m.outcome = %s
  AND m.due >= extract(epoch FROM o.since - r.created_at)
) {_RUNS}
WHERE (r.created_at >= o.since AND NOT coalesce({_KNOWN}, false)) OR (
  r.created_at < o.since AND r.created_at > o.since - %s AND coalesce(r.ended_at, r.heard_at) >= o.since
)
"""  # noqa: S608 - of constants
_KEPT = f"""
SELECT o.id, {{}} count(*), NULL, sum(r.deviating_s::numeric) {_RUNS}
WHERE r.created_at >= o.since AND {_KNOWN} GROUP BY o.id
"""
_RESULTS = """
SELECT o.id, last.verdict FROM unnest(%s::uuid[]) AS o(id), LATERAL (
  SELECT each.verdict, each.created_at FROM store_verification v, LATERAL (
    SELECT r.verdict, r.created_at FROM store_run r WHERE r.verification_id = v.id AND r.ended_at IS NOT NULL
    ORDER BY r.created_at DESC, r.id DESC LIMIT %s
  ) each WHERE v.objective_id = o.id ORDER BY each.created_at DESC LIMIT %s
) last ORDER BY last.created_at
"""
_SPENT_BY = f"""
SELECT r.id, v.name, r.created_at, {_CAME_TO}, r.deviating_s {_RUNS}
WHERE r.created_at >= o.since AND {_KNOWN} AND r.deviating_s > 0 ORDER BY r.created_at DESC LIMIT %s
"""
_NAMED, _UNNAMED = f"r.id, v.name, r.created_at, {_CAME_TO},", "NULL::uuid, NULL, NULL::timestamptz, NULL,"
_ALL = f"{_KEPT.format('')} UNION ALL {_COUNTED.format('')}"
_ALL_NAMED = f"{_KEPT.format(_UNNAMED)} UNION ALL {_COUNTED.format(_NAMED)}"  # those kept are one row without a name


class Account(NamedTuple):
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


def accounts(objectives: Sequence[Objective], at: datetime) -> dict[UUID, Account]:
    """The account of each objective in the window that ends at a moment. One query."""
    parts: dict[UUID, list[float]] = {each.id: [] for each in objectives}
    runs = dict.fromkeys(parts, 0)
    windows = _windows(objectives, at)
    for objective, number, plan, spent in _rows(_ALL, [*windows, DEVIATED, *windows, LONGEST]):
        runs[objective] += number
        parts[objective].append(float(spent) if plan is None else _seconds(plan, spent))
    return {
        each.id: Account(balance_of(each.target, each.window_s, parts[each.id]), runs[each.id]) for each in objectives
    }


def spent_by(objective: Objective, at: datetime, most: int) -> tuple[Account, list[Spent]]:
    """An objective's account, and the last runs that spent of it, newest first. Two queries."""
    window, counted, parts, runs = _windows([objective], at), list[Spent](), list[float](), 0
    for _, *name, number, plan, spent in _rows(_ALL_NAMED, [*window, DEVIATED, *window, LONGEST]):
        runs += number
        parts.append(float(spent) if plan is None else _seconds(plan, spent))
        if plan is not None:
            counted.append(Spent._make((*name, parts[-1])))
    last = [Spent(*row) for row in _rows(_SPENT_BY, [*window, most])]
    spenders = sorted([*last, *filter(_spent, counted)], key=lambda each: each.at, reverse=True)
    return Account(balance_of(objective.target, objective.window_s, parts), runs), spenders[:most]


def _spent(run: Spent) -> bool:
    return run.deviating_s > 0


def results(objectives: Sequence[Objective]) -> dict[UUID, list[str | None]]:
    """The verdicts of each objective's last runs that ended, oldest first. One query."""
    found: dict[UUID, list[str | None]] = {each.id: [] for each in objectives}
    for objective, verdict in _rows(_RESULTS, [list(found), RESULTS, RESULTS]):
        found[objective].append(verdict)
    return found


def _windows(objectives: Sequence[Objective], at: datetime) -> list[Any]:
    """The ids, and since when each one's window is; without a window all runs there were count."""
    since = [at - timedelta(seconds=each.window_s or 366 * 86_400.0) for each in objectives]
    return [[each.id for each in objectives], since]


def _seconds(plan: str, count: int) -> float:
    frequency_s = msgspec.json.decode(plan)["frequency_s"]
    return float(int(count) * exact(frequency_s))


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
