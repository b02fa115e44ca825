"""What the page of a run shows of its record, read by one statement.

The entries that are no measurements, the first measurement that deviated and the first that was missed, and a page
of measurements.
"""

import json
from typing import Any

from django.db import connection
from msgspec import Struct, field
from msgspec.structs import replace

from rtk.console.pages.insights.measurement_table import ROWS, NumberedMeasurement, TablePosition
from rtk.console.store import insights
from rtk.console.store.models import Run
from rtk.errors import ToolkitError
from rtk.insight.facts import OUTCOMES, Facts, SlotMeasurement
from rtk.insight.measurement import COLUMNS, NO_COLUMNS, of_columns
from rtk.insight.shape import Insight
from rtk.insight.status import UNDO_OVER, RunStatus
from rtk.insight.stops import stopping_of
from rtk.verify.facts import facts_of_entries

KINDS = ["run", "phase", "intent", "activity", "proof", "rollbacks", "event", "end"]
_BROKEN = (ToolkitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
# One look at all measurements for both firsts: of a million it is most of what the page takes.
_READ = f"""
WITH rare AS MATERIALIZED (
  SELECT min(ARRAY[due, slot, n]) FILTER (WHERE outcome = %(deviated)s) AS deviated,
    min(ARRAY[due, slot, n]) FILTER (WHERE outcome = %(missed)s) AS missed
  FROM store_measurement WHERE run_id = %(run)s AND day = %(day)s AND outcome IN (%(deviated)s, %(missed)s)
)
SELECT * FROM (
  SELECT 'entry' AS part, n, body, {NO_COLUMNS}
  FROM store_recordentry WHERE run_id = %(run)s AND day = %(day)s AND kind = ANY(%(kinds)s)
  UNION ALL (
    SELECT 'first', n, NULL, {COLUMNS} FROM store_measurement
    WHERE run_id = %(run)s AND day = %(day)s AND n IN (SELECT unnest(ARRAY[deviated[3], missed[3]])::bigint FROM rare)
  )
  UNION ALL (
    SELECT 'row', n, NULL, {COLUMNS} FROM store_measurement
    WHERE run_id = %(run)s AND day = %(day)s AND n > %(after)s
      AND (%(outcome)s::smallint IS NULL OR outcome = %(outcome)s::smallint)
    ORDER BY n LIMIT %(rows)s
  )
) AS parts ORDER BY part, n
"""  # noqa: S608 - of constants
_RARE = {outcome: OUTCOMES.index(outcome) for outcome in ("deviated", "missed")}


class LoadedRecord(Struct):
    """What was read: `entries` in their order, `firsts` in the order they were due, and `rows` of the table."""

    run: Run
    entries: list[dict[str, Any]] = field(default_factory=list)
    firsts: list[SlotMeasurement] = field(default_factory=list)
    rows: list[NumberedMeasurement] = field(default_factory=list)

    @property
    def head(self) -> dict[str, Any]:
        """The record's first entry, or what stands in its place."""
        first = self.entries[0] if self.entries and self.entries[0].get("kind") == "run" else None
        return insights.head_from(self.run, first)

    @property
    def over(self) -> bool:
        """Whether nothing is left to be played by whoever comes after a run: its rollbacks are over."""
        states = [each.get("state") for each in self.entries if each.get("kind") == "rollbacks"]
        return bool(states) and states[-1] in UNDO_OVER

    def facts(self, insight: Insight | None = None) -> Facts | None:
        """The facts without the measurements; None of a record that contradicts itself.

        Of a run that has ended, how it did is what its insight says.
        """
        try:
            facts = facts_of_entries(self.head, self.entries, self.firsts)
        except _BROKEN:
            return None
        if insight is None:
            return replace(facts, status=RunStatus.RUNNING, stop=None)
        stop = (facts.stop or stopping_of(None, insight.stopped)) if insight.stopped else None
        return replace(facts, status=insight.status, stop=stop, duration_s=insight.duration_s)


def read(run: Run, place: TablePosition) -> LoadedRecord:
    """What the page shows of a run's record, with the measurements from a place on."""
    given = {"run": run.id, "day": run.day, "kinds": KINDS, "after": place.after, "outcome": place.code, **_RARE}
    record = LoadedRecord(run)
    with connection.cursor() as cursor:
        # One row more than is shown tells whether the table goes on.
        cursor.execute(_READ, {**given, "rows": ROWS + 1})
        for part, n, body, *columns in cursor.fetchall():
            if part == "entry":
                record.entries.append(json.loads(body))
            elif part == "first":
                record.firsts.append(of_columns(columns))
            else:
                record.rows.append(NumberedMeasurement(n, of_columns(columns)))
    record.firsts.sort(key=lambda m: (m.due, m.slot))
    return record
