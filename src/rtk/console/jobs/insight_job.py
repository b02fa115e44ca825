"""The insight of a run that has ended, computed at once: lists have a verdict before anybody asks for the run."""

import threading
from datetime import datetime
from uuid import UUID

from rtk.console.jobs.retention import unhurriedly
from rtk.console.store import insights
from rtk.console.store.models import Run


def compute(run: UUID | None, _over: threading.Event) -> datetime | None:
    """Compute what is not up to date of a run's insight, where the run is still there."""
    assert run is not None
    with unhurriedly():
        for found in Run.objects.select_related("experiment", "verification").filter(id=run):
            insights.insight_of(found)
    return None
