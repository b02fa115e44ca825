"""Measurements as they are read back, a page at a time."""

from typing import Any

import msgspec
from django.db.models import TextField
from django.db.models.functions import Cast

from rtk.console.store.intake import PHASE_CODES
from rtk.console.store.models import Measurement, Run
from rtk.insight.measurement import FIELDS, OUTCOMES, PHASES_BY_CODE

KEYS = ("n", "t", *FIELDS)


def page(run: Run, phase: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page `{items, next}` of a run's measurements, by the numbers of their entries; moments in seconds."""
    rows = Measurement.objects.filter(run_id=run.id, day=run.day, n__gt=after)
    if phase:
        rows = rows.filter(phase=PHASE_CODES[phase])
    raw = rows.order_by("n").annotate(text=Cast("probes", TextField()))
    found = list(raw.values(*KEYS, "text")[: limit + 1])
    items = []
    for row in found[:limit]:
        text = row.pop("text")  # as it came: what a probe gave need not be such that anybody here could read it
        probes = None if text is None else msgspec.Raw(text)
        named = {"phase": PHASES_BY_CODE[row["phase"]], "outcome": OUTCOMES[row["outcome"]]}
        items.append({**row, **named, "probes": probes})
    return {"items": items, "next": items[-1]["n"] if len(found) > limit else None}


def columns(run: Run, after: int, limit: int) -> dict[str, Any]:
    """The same without what the probes gave, for files of many."""
    rows = Measurement.objects.filter(run_id=run.id, day=run.day, n__gt=after).order_by("n")
    found = list(rows.values(*KEYS)[: limit + 1])
    items = [
        {**row, "phase": PHASES_BY_CODE[row["phase"]], "outcome": OUTCOMES[row["outcome"]]} for row in found[:limit]
    ]
    return {"items": items, "next": items[-1]["n"] if len(found) > limit else None}
