"""What a list draws of a run: at most 40 of its measurements.

Of a run that has ended they are of the whole run, and kept with it: the worst of each stretch, so that no deviation
disappears. Of any other they are the last ones.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db import connection
from msgspec.structs import asdict

from rtk.insight.facts import OUTCOMES, MeasurementSeries, Threshold
from rtk.insight.thinning import thinned

TILES = 40
# A run's first entry holds its experiment, in which there may be what the database's own JSON refuses.
_LAST = r"""
SELECT asked.run, lately.measured, lately.outcomes, (
  SELECT substring(body FROM '"threshold"\s*:\s*(\{[^{}]*\})') FROM store_recordentry
  WHERE run_id = asked.run AND day = asked.day AND n = 0 AND kind = 'run' AND day = ANY(%(days)s)
) FROM unnest(%(runs)s::uuid[], %(days)s::date[]) AS asked (run, day) CROSS JOIN LATERAL (
  SELECT array_agg(value ORDER BY n) AS measured, array_agg(outcome ORDER BY n) AS outcomes FROM (
    SELECT n, value, outcome FROM store_measurement
    WHERE run_id = asked.run AND day = asked.day AND day = ANY(%(days)s) ORDER BY n DESC LIMIT 40
  ) AS newest
) AS lately
"""


class Spark(NamedTuple):
    """Values and outcomes in their order; `threshold` holds `lower`, `upper` and `unit` where they are known."""

    values: list[float | None]
    outcomes: list[str]
    threshold: Mapping[str, Any]


NOTHING = Spark([], [], {})


class RunWithSpark(Protocol):
    """What a run's line in a list holds of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def day(self) -> date: ...
    @property
    def spark(self) -> Any: ...


def drawn(measurements: MeasurementSeries, threshold: Threshold) -> dict[str, Any]:
    """What is kept of a run that has ended."""
    found = measurements.columns()
    worst = thinned(found.kinds, found.values, TILES, threshold)
    # Six digits: more than a drawing of this size can show.
    values = [None if value is None else float(f"{value:.6g}") for value, _ in worst]
    return {"values": values, "outcomes": [outcome for _, outcome in worst], "threshold": asdict(threshold)}


def of(runs: Iterable[RunWithSpark]) -> dict[UUID, Spark]:
    """What there is to draw of each of these runs: one query, none where all of it is kept."""
    found = {run.id: run for run in runs}
    others = [run for run in found.values() if not run.spark]
    drawn = {key: _spark(**run.spark) if run.spark else NOTHING for key, run in found.items()}
    if not others:
        return drawn
    with connection.cursor() as cursor:
        # The days stand in it twice: as constants they tell which partitions need not be looked at.
        cursor.execute(_LAST, {"runs": [run.id for run in others], "days": [run.day for run in others]})
        last = cursor.fetchall()
    for run, values, outcomes, text in last:
        bounds = None
        with suppress(ValueError, RecursionError):  # a list shows a run also where its record cannot be read
            bounds = json.loads(text or "{}")
        drawn[run] = _spark(values, outcomes, bounds)
    return drawn


def _spark(values: Any, outcomes: Any, threshold: Any) -> Spark:
    bounds = threshold if isinstance(threshold, dict) else {}
    return Spark(list(values or ()), [OUTCOMES[code] for code in outcomes or ()], bounds)
