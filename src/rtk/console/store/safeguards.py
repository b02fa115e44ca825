"""Safeguards: what forbids runs at this moment, and who made, changed or lifted it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from rtk.console.people import audit
from rtk.console.people.models import Team, User
from rtk.console.store import lists
from rtk.console.store.models import Safeguard
from rtk.console.store.problem import Problem, unknown
from rtk.console.store.weekly import SHOWN, Hours, kept_hours, weekly_of


class SafeguardState(StrEnum):
    """How a safeguard stands: only one in force forbids runs."""

    IN_FORCE = "in-force"
    PLANNED = "planned"
    OVER = "over"
    LIFTED = "lifted"


class SafeguardView(NamedTuple):
    """How a safeguard stands at a moment: until when it is in force, and its next hours where they come each week."""

    state: SafeguardState
    until: datetime | None
    hours: tuple[Hours, ...] = ()


def standing_of(one: Safeguard, at: datetime) -> SafeguardView:
    """Return how a safeguard stands at a moment: in force for a while, planned, over or lifted."""
    if not one.active:
        return SafeguardView(SafeguardState.LIFTED, one.ends_at)
    since = max(at, one.begins_at or at)
    hours: tuple[Hours, ...] = ()
    if one.weekly:  # its next hours, cut where it begins or ends
        first = one.begins_at or datetime.min.replace(tzinfo=UTC)
        last = one.ends_at or datetime.max.replace(tzinfo=UTC)
        within = takewhile(lambda each: each.begins_at < last, kept_hours(one.weekly, since))
        hours = tuple(Hours(max(each.begins_at, first), min(each.ends_at, last)) for each in islice(within, SHOWN))
    if (one.ends_at is not None and one.ends_at <= at) or (one.weekly and not hours):
        return SafeguardView(SafeguardState.OVER, one.ends_at)
    until = hours[0].ends_at if hours else one.ends_at
    if since > at or (hours and hours[0].begins_at > at):
        return SafeguardView(SafeguardState.PLANNED, until, hours)
    return SafeguardView(SafeguardState.IN_FORCE, until, hours)


def visible(team: Team) -> QuerySet[Safeguard]:
    """The safeguards that concern a team: its own, and those of its whole organization."""
    return Safeguard.objects.filter(Q(team=team) | Q(everywhere=True, team__org=team.org_id))


def forbidding(team: Team, at: datetime | None = None) -> list[Safeguard]:
    """The safeguards that forbid a run of a team at a moment."""
    moment = at or now()
    found = visible(team).filter(active=True).select_related("created_by").order_by("name")
    begun = found.filter(Q(begins_at=None) | Q(begins_at__lte=moment)).exclude(ends_at__lte=moment)
    return [each for each in begun if standing_of(each, moment).state is SafeguardState.IN_FORCE]


def find(team: Team, key: str) -> Safeguard:
    """A safeguard that concerns a team. Raises `Problem`."""
    found: Safeguard | None = lists.by_id(visible(team).select_related("team__org"), key)
    if found is None:
        raise unknown("safeguard")
    return found


def make(team: Team, user: User, told: Mapping[str, Any], lasts_s: float | None = None) -> Safeguard:
    """Make a safeguard of the values of its columns; one that lasts so many seconds needs no end. Raises `Problem`."""
    made = Safeguard(team=team, created_by=user, **_read(told))
    if lasts_s is not None:
        if made.ends_at is not None:
            raise Problem(422, "lasts_s: expected either it or ends_at, found both", "lasts_s")
        made.begins_at = made.begins_at or now()
        try:
            made.ends_at = made.begins_at + timedelta(seconds=lasts_s)
        except OverflowError:
            says = "begins_at: expected a moment from which it can last so long"
            raise Problem(422, says, "begins_at") from None
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
        changed = {key: value for key, value in _read(told).items() if getattr(mine, key) != value}
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


def _read(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with weekly hours as they are kept: read once, so that whatever is kept can be read."""
    weekly = told.get("weekly")
    return {**told, "weekly": weekly_of(weekly).as_dict()} if weekly else told


def _refuse_reversed(one: Safeguard) -> None:
    if one.begins_at and one.ends_at and one.ends_at <= one.begins_at:
        raise Problem(422, "ends_at: expected a moment after begins_at", "ends_at")


def _record(one: Safeguard, user: User, action: str, more: Mapping[str, Any]) -> None:
    audit.record(one.team.org, user, action, one.name[:254], {"id": str(one.id), **more})
