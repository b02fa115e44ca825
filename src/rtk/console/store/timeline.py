"""The timeline: what happened in a team, newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rtk.console.people.models import Team, User
from rtk.console.store import lists
from rtk.console.store.models import Event
from rtk.console.store.owned import NAME_LENGTH

KINDS = (
    "verification.created",
    "verification.started",
    "verification.ended",
    "objective.created",
    "experiment.imported",
    "execution.experiment-finished",
    "run.lost-contact",
    "run.abandoned",
    "outside",
)
# Those that are a row of the page, unless they are part of a run: a run has one row, that of its start.
ROWS = frozenset(KINDS) - {"verification.ended", "run.lost-contact", "run.abandoned"}
RUN = "verification.started"


def add(
    team: Team,
    user: User | None,
    kind: str,
    subject: UUID,
    title: str,
    tags: Sequence[str] = (),
    run: UUID | None = None,
) -> None:
    """Put something on the timeline; `run` is the run that it is part of."""
    Event.objects.create(
        team=team,
        created_by=user,
        kind=kind,
        subject=subject,
        title=title[:NAME_LENGTH],
        tags=list(tags),
        on_timeline=True,
        run_id=run,
        # Noted in the row, so that an index finds the rows of a page without a look at others.
        shown=kind in ROWS and (run is None or kind == RUN),
    )


def page(team: Team, before: str | None, kind: str | None, tag: str | None, limit: int | None) -> dict[str, Any]:
    """A page of the timeline, of one kind or with one tag where asked."""
    rows = Event.objects.filter(team=team, on_timeline=True).select_related("created_by")
    if kind:
        rows = rows.filter(kind=kind)
    if tag:
        rows = rows.filter(tags__contains=[tag])
    return lists.page(rows, item, before, limit)


def item(event: Event) -> dict[str, Any]:
    """An item as it is shown."""
    return {
        "id": str(event.id),
        "kind": event.kind,
        "at": event.created_at.isoformat(),
        "subject": str(event.subject) if event.subject else None,
        "title": event.title,
        "tags": event.tags,
        "by": str(event.created_by) if event.created_by else None,
        "source": event.source,
    }
