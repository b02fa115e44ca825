"""Safeguards, as the API tells them."""

from datetime import datetime
from typing import Any

from ninja import Schema

from rtk.console.api.shown import AT, ID, Moment, like
from rtk.console.store.models import Safeguard
from rtk.console.store.safeguards import SafeguardState, standing_of


class ShownHours(Schema):
    """One stretch of hours that come each week."""

    begins_at: Moment
    ends_at: Moment

    model_config = like(begins_at=AT, ends_at="2026-03-02T16:00:00+00:00")


class ShownSafeguard(Schema):
    """A safeguard: it forbids runs while it is active, from one moment to another where those are given.

    `state` is how it stands now. `weekly` are its hours of each week, and `next_hours` the next five of them. One that
    is `everywhere` forbids the runs of all teams of the organization.
    """

    id: str
    name: str
    reason: str
    active: bool
    begins_at: Moment | None
    ends_at: Moment | None
    weekly: dict[str, Any] | None
    everywhere: bool
    state: SafeguardState
    next_hours: list[ShownHours]
    created_at: Moment

    model_config = like(
        id=ID,
        name="Sale",
        reason="no runs while it sells",
        active=True,
        begins_at=None,
        ends_at=None,
        created_at=AT,
        weekly=None,
        everywhere=False,
        state="in-force",
        next_hours=[],
    )


def shown_safeguard(made: Safeguard, at: datetime) -> dict[str, Any]:
    """Return a safeguard as it stands at a moment."""
    stands = standing_of(made, at)
    return {
        "id": str(made.id),
        "name": made.name,
        "reason": made.reason,
        "active": made.active,
        "begins_at": made.begins_at.isoformat() if made.begins_at else None,
        "ends_at": made.ends_at.isoformat() if made.ends_at else None,
        "weekly": made.weekly,
        "everywhere": made.everywhere,
        "state": stands.state,
        "next_hours": [
            {"begins_at": each.begins_at.isoformat(), "ends_at": each.ends_at.isoformat()} for each in stands.hours
        ],
        "created_at": made.created_at.isoformat(),
    }
