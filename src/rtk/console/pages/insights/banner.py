"""What a team must know on every page: a run left something that is not restored, and nobody has acknowledged it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from rtk.console.people.models import Team
from rtk.console.store.models import Run
from rtk.report.text import plain

MOST = 3  # verifications: more lines than that nobody reads in a banner
SHOWN = 120  # characters of a name
LOOKED_AT = 100  # of the newest runs


class NotRestored(NamedTuple):
    """The newest run of a verification, by its name, that is not restored; `more` of its runs before it are not."""

    id: UUID
    name: str
    at: datetime
    more: int


def unacknowledged(team: Team) -> list[NotRestored]:
    """What nobody has acknowledged, a line for each verification: one query, by an index of its own."""
    left = Run.objects.filter(team=team, restored=False, acknowledged_at=None).order_by("-created_at")
    columns = left.values_list("verification", "id", "verification__name", "created_at")[:LOOKED_AT]
    found: dict[UUID, NotRestored] = {}
    for verification, key, name, at in columns:
        newest = found.get(verification)
        found[verification] = (
            newest._replace(more=newest.more + 1) if newest else NotRestored(key, plain(name, SHOWN), at, 0)
        )
    return list(found.values())[:MOST]
