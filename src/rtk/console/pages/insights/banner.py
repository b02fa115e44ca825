"""What a team must know on every page: a run left something that is not restored, and nobody has acknowledged it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from rtk.console.people.models import Team
from rtk.console.store.models import Run

MOST = 5  # of the newest: more than that nobody reads in a banner


class NotRestored(NamedTuple):
    """A run that is not restored, by the name of its verification."""

    id: UUID
    name: str
    at: datetime


def unacknowledged(team: Team) -> list[NotRestored]:
    """The team's newest runs that are not restored and that nobody has acknowledged: one query, by its own index."""
    left = Run.objects.filter(team=team, restored=False, acknowledged_at=None).order_by("-created_at")
    return [NotRestored(*row) for row in left.values_list("id", "verification__name", "created_at")[:MOST]]
