"""Measurements as they are read back, a page at a time."""

from typing import Any

from rtk.console.store.intake import PHASE_CODES
from rtk.console.store.models import Measurement, Run
from rtk.insight.facts import OUTCOMES, PHASES

KEYS = ("n", "t", "phase", "slot", "due", "started", "ended", "outcome", "value", "reason", "probes")


def page(run: Run, phase: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page `{items, next}` of a run's measurements, by the numbers of their entries; moments in seconds."""
    rows = Measurement.objects.filter(run_id=run.id, day=run.day, n__gt=after)
    if phase:
        rows = rows.filter(phase=PHASE_CODES[phase])
    found = list(rows.order_by("n").values(*KEYS)[: limit + 1])
    items = [{**row, "phase": PHASES[row["phase"]], "outcome": OUTCOMES[row["outcome"]]} for row in found[:limit]]
    return {"items": items, "next": items[-1]["n"] if len(found) > limit else None}
