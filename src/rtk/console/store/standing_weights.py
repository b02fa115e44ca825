"""What each run counts for in the standing of its promise, kept in the transaction that keeps its insight."""

from collections.abc import Mapping
from typing import Any

from rtk.console.store import revisions
from rtk.console.store.evidence import Evidence
from rtk.console.store.models import Run

JUDGED = ("pass", "fail", "inconclusive")
_COUNTS = ("good", "outages", "chances", "outlasting")
_KEPT = [field.name for field in Evidence._meta.fields if not field.primary_key]


def keep(run: Run, insight: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Keep what a run counts for, by its insight; `document` is the experiment that it played."""
    counts = columns_of(insight) if run.verdict in JUDGED else {}
    kept = Evidence(
        run=run,
        verification_id=run.verification_id,
        revision=revisions.of_run(run, document) if counts else None,
        at=run.ended_at or run.heard_at,
        verdict=run.verdict if counts else None,
        **counts,
    )
    Evidence.objects.bulk_create([kept], update_conflicts=True, unique_fields=["run"], update_fields=_KEPT)


def columns_of(insight: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of an insight as the columns of `Evidence`; none of one that has no counts."""
    sums, outage = insight.get("sums"), insight.get("outage")
    if not sums or not outage:
        return {}
    readings = {"least": sums["as_bad"], "most": sums["as_good"]}
    counts = {f"{name}_{each}": found[each] for name, found in readings.items() for each in _COUNTS}
    return {
        "slots": sums["as_bad"]["slots"],
        **counts,
        "stopped_inside": sums["stopped_inside"],
        # An outage that is shorter than a slot is seen as one slot.
        "outage_slots": max(1.0, outage["seconds"] / insight["frequency_s"]),
    }
