"""Runs that ended before it was kept what they count for: they are weighed by their measurements, the latest first."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rtk.console import heap
from rtk.console.store import insights, standing_weights
from rtk.console.store.models import Run


def weigh(most: int) -> int:
    """Weigh such runs, so many at most; return how many were."""
    waiting = Run.objects.filter(weighed=False, insight_next__isnull=False).order_by("-created_at")
    found = list(waiting.select_related("experiment", "verification")[:most])
    for run in found:
        insight: Mapping[str, Any] = run.insight or {}
        # An old insight has no counts: it is made anew, but for one whose measurements are no longer kept.
        if run.verdict in standing_weights.JUDGED and not standing_weights.columns_of(insight):
            insight, _, _, measured = insights.computed(run)
            many = len(measured)
            # Let go of first: else there would be nothing to give back.
            del measured
            if many >= heap.LARGE:
                heap.give_back()
            insight = insight if many else {}
        document = insights.head_of(run).get("experiment") or {}
        with transaction.atomic():
            standing_weights.keep(run, insight, document)
            Run.objects.filter(pk=run.pk).update(weighed=True)
    return len(found)
