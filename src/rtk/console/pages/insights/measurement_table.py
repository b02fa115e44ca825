"""The table of a run's measurements, a page at a time, and all of them as a file of comma-separated values."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.http import QueryDict

from rtk.console.store import measurement_queries
from rtk.console.store.models import Run
from rtk.console.streaming import asked
from rtk.figures import elapsed, number, precise_duration
from rtk.insight.facts import OUTCOMES, SlotMeasurement, Threshold
from rtk.report.text import plain

ROWS = 25  # of a page of the table
_CHUNK = 5_000  # measurements at a time: a million of them never are here at once
_HEAD = ("phase", "slot", "due_s", "due_utc", "started_s", "ended_s", "took_s", "outcome", "value", "unit", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


class TablePosition(NamedTuple):
    """Where the table goes on: after the entry of a number, with measurements of one outcome or of any."""

    after: int = -1
    outcome: str = ""

    @property
    def code(self) -> int | None:
        """The outcome as it is stored."""
        return OUTCOMES.index(self.outcome) if self.outcome in OUTCOMES else None

    @property
    def chosen(self) -> bool:
        """Whether somebody went somewhere in the table."""
        return self != TablePosition()


class NumberedMeasurement(NamedTuple):
    """A measurement with the number of its entry."""

    n: int
    measurement: SlotMeasurement


class MeasurementRow(NamedTuple):
    """A measurement in words."""

    phase: str
    slot: str
    clock: str
    at: datetime | None
    outcome: str
    value: str
    took: str
    reason: str


def place_of(query: QueryDict) -> TablePosition:
    """Where an address says that the table goes on; from its beginning where it says nothing of sense."""
    after, outcome = query.get("after", ""), query.get("outcome", "")
    # Of fewer than 19 digits: PostgreSQL's bigint holds all of these.
    known = after.isascii() and after.isdecimal() and len(after) < 19
    return TablePosition(int(after) if known else -1, outcome if outcome in OUTCOMES else "")


def rows(
    found: list[NumberedMeasurement], threshold: Threshold, frequency_s: float, began: float
) -> list[MeasurementRow]:
    """A page of the table; `began` is when the run did (seconds since 1970)."""
    shown = []
    for _, m in found[:ROWS]:
        took = None if m.started is None or m.ended is None else m.ended - m.started
        shown.append(
            MeasurementRow(
                phase=m.phase,
                slot=f"{m.slot:,}",
                clock=elapsed(m.due, min(1.0, frequency_s)),
                at=moment(began + m.due),
                outcome=m.outcome,
                value=plain(number(m.value, threshold.unit), 40),
                took=precise_duration(took),
                reason=plain(m.reason, 300) if m.reason else "",
            )
        )
    return shown


def follows(found: list[NumberedMeasurement]) -> int | None:
    """The `after` of the page that follows, None where there is none."""
    return found[ROWS - 1].n if len(found) > ROWS else None


def moment(epoch: float) -> datetime | None:
    """A stamp as a moment; None where the calendar has no such moment."""
    try:
        return datetime.fromtimestamp(epoch, UTC)
    except (OverflowError, ValueError, OSError):
        return None


async def lines(run: Run, unit: str, began: float) -> AsyncIterator[str]:
    """All measurements in the order of their entries, as lines of CSV, a few thousand at a time."""
    yield _written([_HEAD])
    after: int | None = -1
    while after is not None:
        page = await asked(measurement_queries.columns)(run, after, _CHUNK)
        after = page["next"]
        cells = []
        for m in page["items"]:
            at, started, ended = moment(began + m["due"]), m["started"], m["ended"]
            took = None if started is None or ended is None else round(ended - started, 6)
            when = (m["due"], at.isoformat() if at else "", started, ended, took)
            how = (m["outcome"], m["value"], harmless(unit), harmless(m["reason"] or ""))
            cells.append((m["phase"], m["slot"], *when, *how))
        yield _written(cells)


def _written(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """Text that a spreadsheet takes for text: what begins as a formula does gets an apostrophe before it."""
    line = plain(text, 2_000)
    return f"'{line}" if line.startswith(_FORMULA) else line
