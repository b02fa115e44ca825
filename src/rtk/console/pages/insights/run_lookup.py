"""Runs found for a page: one of a team, with what belongs to it."""

from typing import Any
from uuid import UUID

from rtk.console.people import gate
from rtk.console.people.models import Team
from rtk.console.store import insights, runs
from rtk.console.store.models import Run

_ALONG = ("verification__objective", "verification__revision", "experiment", "created_by", "acknowledged_by")
# Large, and nothing of them is shown.
_UNUSED = ("client_insight", "results", "progress", "verification__stop_when")


def find(team: Team, key: UUID) -> Run:
    """A team's run, of an archived verification too: what happened, happened. Raises NotFound."""
    rows: Any = Run.objects.filter(team=team, id=key).select_related(*_ALONG).defer(*_UNUSED)
    found: Run | None = rows.first()
    if found is None:
        raise gate.NotFound("There is no such run in this team.")
    found.team = team
    return found


def kept_of(run: Run) -> dict[str, Any] | None:
    """The insight of a run that has ended, computed if nobody asked before; None while it is under way."""
    return insights.insight_of(run) if not runs.state_of(run).is_under_way else None
