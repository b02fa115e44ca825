"""What else went on while a run did: other runs of the team, and what was told from outside."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now

from rtk.console.pages.insights.schema import ChartContext, OutsideEvent, OverlappingRun
from rtk.console.store import outside, runs
from rtk.console.store.models import Run

MOST_RUNS, MOST_OUTSIDE = 20, 100
LOOKED_BACK = timedelta(days=2)  # a run that began longer before is not looked for
MARGIN = timedelta(seconds=60)  # what happened shortly before a run may explain what it found


def lanes(run: Run) -> ChartContext:
    """The runs of the team that overlap this one, and events from outside; moments in seconds since the epoch."""
    begin, end = run.created_at, run.ended_at or min(now(), run.due_at)
    alive = Q(ended_at=None, heard_at__gte=begin - runs.SILENCE)
    rows = Run.objects.filter(
        Q(ended_at__gte=begin) | alive,
        team=run.team_id,
        verification__deleted_at=None,
        created_at__gte=begin - LOOKED_BACK,
        created_at__lte=end,
    ).exclude(id=run.id)
    names = ("id", "verification__name", "created_at", "ended_at", "verdict")
    found = rows.order_by("-created_at", "-id").values_list(*names)[:MOST_RUNS]
    org, team = run.team.org.slug, run.team.slug
    others: list[OverlappingRun] = [
        {
            "name": name,
            "url": reverse("pages:insight", args=[org, team, key]),
            "began": began.timestamp(),
            "ended": ended.timestamp() if ended else None,
            "verdict": verdict,
        }
        for key, name, began, ended, verdict in found
    ]
    told: list[OutsideEvent] = [
        {"at": each.at.timestamp(), "kind": each.type or outside.KIND, "title": each.title, "source": each.source}
        for each in outside.between(run.team, begin - MARGIN, end + MARGIN)[::-1][:MOST_OUTSIDE]
    ]
    return {"runs": others, "outside": told}
