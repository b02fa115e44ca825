"""Safeguards: what forbids runs at this moment, and who made, changed or lifted it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from rtk.console.people import audit
from rtk.console.people.models import Team, User
from rtk.console.store import lists
from rtk.console.store.models import Safeguard
from rtk.console.store.problem import Problem, unknown


class SafeguardState(StrEnum):
    """How a safeguard stands: only one in force forbids runs."""

    IN_FORCE = "in-force"
    PLANNED = "planned"
    OVER = "over"
    LIFTED = "lifted"


def state_of(one: Safeguard, at: datetime) -> SafeguardState:
    """Return how a safeguard stands at a moment."""
    if not one.active:
        return SafeguardState.LIFTED
    if one.ends_at is not None and one.ends_at <= at:
        return SafeguardState.OVER
    planned = one.begins_at is not None and one.begins_at > at
    return SafeguardState.PLANNED if planned else SafeguardState.IN_FORCE


def forbidding(team: Team, at: datetime | None = None) -> list[Safeguard]:
    """The team's safeguards that forbid a run at a moment."""
    moment = at or now()
    begun = Q(begins_at=None) | Q(begins_at__lte=moment)
    over = Q(ends_at__lte=moment)
    found = Safeguard.objects.filter(begun, ~over | Q(ends_at=None), team=team, active=True)
    return list(found.select_related("created_by").order_by("name"))


def find(team: Team, key: str) -> Safeguard:
    """A team's safeguard. Raises `Problem`."""
    found: Safeguard | None = lists.by_id(Safeguard.objects.filter(team=team).select_related("team__org"), key)
    if found is None:
        raise unknown("safeguard")
    return found


def make(team: Team, user: User, told: Mapping[str, Any], lasts_s: float | None = None) -> Safeguard:
    """Make a safeguard of the values of its columns; one that lasts so many seconds needs no end. Raises `Problem`."""
    made = Safeguard(team=team, created_by=user, **told)
    if lasts_s is not None:
        if made.ends_at is not None:
            raise Problem(422, "lasts_s: expected either it or ends_at, found both", "lasts_s")
        made.begins_at = made.begins_at or now()
        made.ends_at = _moment_after(made.begins_at, lasts_s)
    _refuse_reversed(made)
    with transaction.atomic():
        made.save()
        _record(made, user, "safeguard.created", {})
    return made


def change(found: Safeguard, user: User, told: Mapping[str, Any]) -> Safeguard:
    """Change the given columns; `active` as False lifts it.

    Raises `Problem` and changes nothing where the end would come before the begin, or where it is gone.
    """
    with transaction.atomic():
        # Of two who change it at the same moment, each changes only what they gave.
        mine = Safeguard.objects.select_for_update().filter(pk=found.pk).first()
        if mine is None:
            raise unknown("safeguard")
        changed = {key: value for key, value in told.items() if getattr(mine, key) != value}
        for key, value in changed.items():
            setattr(mine, key, value)
        _refuse_reversed(mine)
        if changed:
            mine.save(update_fields=list(changed))
            lifted = changed.get("active") is False
            _record(mine, user, "safeguard.lifted" if lifted else "safeguard.changed", {"keys": sorted(changed)})
    return mine


def delete(found: Safeguard, user: User) -> None:
    """Delete a safeguard; of two who do so at the same moment, one is recorded."""
    with transaction.atomic():
        if Safeguard.objects.filter(pk=found.pk).delete()[0]:
            _record(found, user, "safeguard.deleted", {})


def _moment_after(begins_at: datetime, lasts_s: float) -> datetime:
    try:
        return begins_at + timedelta(seconds=lasts_s)
    except OverflowError:
        raise Problem(422, "begins_at: expected a moment from which it can last so long", "begins_at") from None


def _refuse_reversed(one: Safeguard) -> None:
    if one.begins_at and one.ends_at and one.ends_at <= one.begins_at:
        raise Problem(422, "ends_at: expected a moment after begins_at", "ends_at")


def _record(one: Safeguard, user: User, action: str, more: Mapping[str, Any]) -> None:
    audit.record(one.team.org, user, action, one.name[:254], {"id": str(one.id), **more})
