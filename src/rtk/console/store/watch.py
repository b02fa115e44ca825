"""What happens to runs by itself: contact lost, abandoned, and what is too old dropped.

`sweep` is called every few seconds, by any number of processes: each change is one conditional UPDATE. The insight of a
run that has ended is computed by a job.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now

from rtk.console.notify import outbox
from rtk.console.store import backlog, insights, partitions, runs, timeline, versions
from rtk.console.store.models import Run
from rtk.console.store.run_state import NotedState
from rtk.insight.former import CURRENT

RECENT = timedelta(days=1)  # runs that ended longer ago get their insight when somebody asks for it
MOST_INSIGHTS = 20  # of one sweep
AHEAD_DAYS = 2  # partitions made beforehand, so that the first run of a day need not wait for them


def sweep(at: datetime | None = None) -> dict[str, int]:
    """Note what has become of runs by now: how many lost contact, are abandoned, were weighed."""
    moment = at or now()
    silent = Q(heard_at__lt=moment - runs.SILENCE)
    late = silent & Q(due_at__lt=moment - runs.PATIENCE)
    lost = silent & (Q(told="record") | Q(due_at__lt=moment - runs.SILENCE))
    return {
        "abandoned": _become(NotedState.ABANDONED, late & ~Q(state=NotedState.ABANDONED), "run.abandoned"),
        "lost": _become(NotedState.LOST, lost & Q(state=NotedState.RUNNING), outbox.LOST_CONTACT),
        "weighed": backlog.weigh(MOST_INSIGHTS),
        "renewed": _renew(versions.MOST_AT_ONCE),
    }


def keep_recent_insights(at: datetime | None = None) -> int:
    """Compute the insights of runs that ended within a day and have none that is up to date; how many those are."""
    return _keep_insights(Q(ended_at__gt=(at or now()) - RECENT))


def _become(state: NotedState, which: Q, kind: str) -> int:
    changed = 0
    for run in Run.objects.filter(which, ended_at=None).select_related("verification", "team"):
        as_it_was = Run.objects.filter(id=run.id, state=run.state, heard_at=run.heard_at, ended_at=None)
        with transaction.atomic():
            # Else another process was faster, or the run was heard of meanwhile.
            if not as_it_was.update(state=state):
                continue
            changed += 1
            timeline.add(run.team, None, kind, run.id, run.verification.name)
            runs.tell(run.id)
            if kind == outbox.LOST_CONTACT:
                outbox.note(kind, run.id)
    return changed


def retain(at: datetime | None = None, days: int | None = None) -> int:
    """Drop the partitions of days that are kept no longer (0: everything is kept), make those to come.

    A run's row and its insight stay. An insight that is not up to date is computed before its measurements go.
    """
    today = (at or now()).date()
    kept = settings.RETENTION_DAYS if days is None else days
    for ahead in range(AHEAD_DAYS):
        partitions.ensure(today + timedelta(ahead))
    if not kept:
        return 0
    oldest = today - timedelta(kept)
    _keep_insights(Q(day__lt=oldest))
    _renew(None, Q(day__lt=oldest))
    return len(partitions.drop_before(oldest))


def _renew(most: int | None, which: Q = Q()) -> int:  # noqa: B008 - an empty one
    """Make insights of earlier versions anew, those of the latest runs first; how many were looked at."""
    outdated = Q(insight_version__lt=CURRENT, insight_next=F("next"))
    found = Run.objects.filter(outdated, which).select_related("experiment", "verification").order_by("-day")[:most]
    for run in found:
        insights.insight_of(run)
    return len(found)


def _keep_insights(which: Q) -> int:
    stale = Q(insight_next=None) | ~Q(insight_next=F("next"))
    found = Run.objects.filter(stale, which).select_related("experiment", "verification")
    for run in found:
        insights.insight_of(run)
    return len(found)
