"""Safeguards: what forbids runs at this moment."""

from datetime import datetime

from django.db.models import Q
from django.utils.timezone import now

from rtk.console.people.models import Team
from rtk.console.store.models import Safeguard


def forbidding(team: Team, at: datetime | None = None) -> list[Safeguard]:
    """The team's safeguards that forbid a run at a moment."""
    moment = at or now()
    begun = Q(begins_at=None) | Q(begins_at__lte=moment)
    over = Q(ends_at__lte=moment)
    return list(Safeguard.objects.filter(begun, ~over | Q(ends_at=None), team=team, active=True).order_by("name"))
