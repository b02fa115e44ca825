"""What happened outside of the console, as others tell it: deploys, alerts. Each event is a CloudEvent 1.0.

in the event                what becomes of it
source, id                  what it is known by: told again, it changes nothing
type, subject               kept; the title where the data has none
time                        when it happened; without it, when it was told
data.title                  its title, at most 500 characters
data.url                    where it leads, http or https only; else the source, where that is such an address
data.tags                   its tags, at most 50
data.until                  when it was over, where it lasted
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, now
from msgspec import Struct

from rtk.console.people.models import Team, User
from rtk.console.store.models import Event
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.problem import Problem

KIND = "outside"
# CloudEvents 1.0: intermediaries pass an event on that has 64 KiB or less.
MOST_AT_ONCE, MOST_BYTES = 1_000, 64 * 1024
MOST_TAGS, LONGEST_TAG, LONGEST_URL = 50, 200, 2_000
AHEAD = timedelta(minutes=5)  # how far clocks may differ
LONGEST = timedelta(days=31)  # how long something outside may last


class Outside(Struct, frozen=True):
    """Something that happened outside, such as a chart has a lane for; `until` None: it took no time."""

    id: str
    title: str
    type: str
    source: str
    url: str | None
    at: datetime
    until: datetime | None


def take(team: Team, user: User | None, events: Sequence[Any]) -> int:
    """Keep these events: how many are new. All of them or none. Raises `Problem` with the place of what is wrong."""
    refuse_crowd(len(events))
    moment = now()
    one = len(events) == 1
    rows = [_row(team, user, each, moment, "" if one else f"[{place}].") for place, each in enumerate(events)]
    # Of two with one id in a call the first counts, as if they had been told one after the other.
    alone = list({(row.source, row.outer_id): row for row in reversed(rows)}.values())
    ids = [row.outer_id for row in alone]
    kept = Event.objects.filter(team=team, source__isnull=False, outer_id__in=ids)
    known = set(kept.values_list("source", "outer_id"))
    new = [row for row in alone if (row.source, row.outer_id) not in known]
    # Another call may tell the same in this moment.
    Event.objects.bulk_create(new, ignore_conflicts=True)
    # An alert is told when it begins and again when it is over: only then its end is known.
    for row in rows:
        if row.payload and row.payload["until"]:
            same = Event.objects.filter(team=team, source=row.source, outer_id=row.outer_id)
            same.filter(payload__contains='"until":null').update(payload=row.payload)
    return len(new)


def refuse_crowd(many: int) -> None:
    """Raise `Problem` for more events than one call may tell."""
    if many > MOST_AT_ONCE:
        raise Problem(413, f"expected at most {MOST_AT_ONCE:,} events a call, found {many:,}")


def between(team: Team, begin: datetime, end: datetime) -> list[Outside]:
    """What happened outside while something of a team went on: oldest first, at most 200."""
    rows = Event.objects.filter(team=team, shown=True, kind=KIND, created_at__lte=end)
    # What began earlier may have lasted until then.
    near = rows.filter(created_at__gte=begin - LONGEST).filter(
        Q(created_at__gte=begin) | Q(payload__contains='"until":"')
    )
    found = [told(event.id, event.title, event.source, event.created_at, event.payload) for event in near[:2_000]]
    return sorted((each for each in found if (each.until or each.at) >= begin), key=lambda each: each.at)[:200]


def told(key: Any, title: str, source: str | None, at: datetime, payload: Any) -> Outside:
    """An outside event of what is stored of it."""
    said = payload if isinstance(payload, dict) else {}
    until = parse_datetime(said["until"]) if said.get("until") else None
    return Outside(str(key), title, said.get("type") or "", source or "", said.get("url"), at, until)


def _row(team: Team, user: User | None, told: Any, moment: datetime, place: str) -> Event:
    if not isinstance(told, Mapping):
        raise Problem(422, f"{place.rstrip('.') or 'the event'}: expected a mapping", place.rstrip(".") or "event")
    if told.get("specversion") != "1.0":
        raise Problem(422, f'{place}specversion: expected "1.0"', f"{place}specversion")
    data = told.get("data")
    said = data if isinstance(data, Mapping) else {}
    key, source, kind = (_text(told, name, place) or "" for name in ("id", "source", "type"))
    at = _moment(told, "time", place) or moment
    if at > moment + AHEAD:
        raise Problem(422, f"{place}time: expected a moment that is not to come", f"{place}time")
    subject = _text(told, "subject", place, needed=False)
    within = f"{place}data."
    leads_to, until = _url(said, source, within), _until(said, at, within)
    return Event(
        id=uuid4(),
        team=team,
        created_by=user,
        created_at=at,
        kind=KIND,
        outer_id=key,
        source=source,
        title=_text(said, "title", within, needed=False) or subject or kind,
        tags=_tags(said, within),
        payload={"type": kind, "subject": subject, "url": leads_to, "until": until},
        on_timeline=True,
        shown=True,
    )


def _text(values: Mapping[str, Any], name: str, place: str, needed: bool = True) -> str | None:
    value = values.get(name)
    if value is None and not needed:
        return None
    fits = isinstance(value, str) and value.strip() and len(value) <= NAME_LENGTH and _plain(value)
    if not fits:
        says = f"{place}{name}: expected text of 1 to {NAME_LENGTH} characters, none of them zero"
        raise Problem(422, says, f"{place}{name}")
    return str(value)


def _plain(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _moment(values: Mapping[str, Any], name: str, place: str) -> datetime | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        if found is not None and not is_naive(found) and 1970 <= found.year < 9000:
            return found
    except ValueError:
        pass
    says = f"{place}{name}: expected a moment with its time zone, such as 2026-01-31T12:00:00Z"
    raise Problem(422, says, f"{place}{name}")


def _until(said: Mapping[str, Any], at: datetime, place: str) -> str | None:
    found = _moment(said, "until", place)
    if found and not at <= found <= at + LONGEST:
        says = f"{place}until: expected a moment after the event's time, at most {LONGEST.days} days later"
        raise Problem(422, says, f"{place}until")
    return found.isoformat() if found else None


def _url(said: Mapping[str, Any], source: str, place: str) -> str | None:
    value = said.get("url")
    if value is None:
        return source if leads(source) else None
    if not isinstance(value, str) or not leads(value):
        says = f"{place}url: expected an http or https address of at most {LONGEST_URL:,} characters"
        raise Problem(422, says, f"{place}url")
    return value


def leads(address: str) -> bool:
    """Whether a person may be led to an address."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
    return whole and len(address) <= LONGEST_URL and address.isprintable() and " " not in address


def _tags(said: Mapping[str, Any], place: str) -> list[str]:
    tags = said.get("tags")
    if tags is None:
        return []
    fit = isinstance(tags, list) and len(tags) <= MOST_TAGS
    if not fit or not all(isinstance(tag, str) and 0 < len(tag) <= LONGEST_TAG and _plain(tag) for tag in tags):
        says = f"{place}tags: expected at most {MOST_TAGS} texts of at most {LONGEST_TAG} characters"
        raise Problem(422, says, f"{place}tags")
    return list(tags)
