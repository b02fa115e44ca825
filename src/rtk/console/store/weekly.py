"""Hours that come again each week, by the clock on the wall of a time zone; nothing here knows a database.

in a body     what it is
days          the days on which the hours begin: "mon" to "sun"
from, to      "HH:MM"; where `to` is not after `from`, it is on the next day
zone          a zone of the time zone database, such as "Europe/Berlin"
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rtk.console.store.problem import Problem

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHOWN = 5  # of the next hours, so that whoever sets a zone sees what it means
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LONGEST_ZONE = 60
_KEYS = ("days", "from", "to", "zone")
_WEEK = 7


class Hours(NamedTuple):
    """One stretch of hours, in UTC."""

    begins_at: datetime
    ends_at: datetime


class Weekly(NamedTuple):
    """Hours of some days, each week."""

    days: tuple[str, ...]
    begin: time
    end: time
    zone: ZoneInfo

    def as_dict(self) -> dict[str, Any]:
        """Return what `weekly_of` takes."""
        begin, end = f"{self.begin:%H:%M}", f"{self.end:%H:%M}"
        return {"days": list(self.days), "from": begin, "to": end, "zone": self.zone.key}

    def hours(self, after: datetime) -> Iterator[Hours]:
        """Yield those that are not over at a moment, in their order and without end."""
        # A day earlier: hours that began then may go on.
        day = after.astimezone(self.zone).date() - timedelta(days=1)
        while day.year < MAXYEAR:
            if DAYS[day.weekday()] in self.days:
                last = day if self.end > self.begin else day + timedelta(days=1)
                begins, ends = min(self._moments(day, self.begin)), max(self._moments(last, self.end))
                if ends > after:
                    yield Hours(begins, ends)
            day += timedelta(days=1)

    def _moments(self, day: date, clock: time) -> list[datetime]:
        """Return both moments of a time that comes twice or never, as clocks jump: all between them is within."""
        local = datetime.combine(day, clock, self.zone)
        return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


def kept_hours(told: Mapping[str, Any], after: datetime) -> Iterator[Hours]:
    """Yield the hours of a safeguard as it was kept, those that are not over at a moment.

    Where its zone is known no longer, as on another machine, the moment lies within: too much is forbidden, not too
    little.
    """
    try:
        yield from weekly_of(told).hours(after)
    except Problem:
        yield Hours(after, after + timedelta(days=1))


def weekly_of(told: Mapping[str, Any], place: str = "weekly") -> Weekly:
    """Return the hours of a body. Raises `Problem` with the place of what is wrong."""
    for key in told:
        if key not in _KEYS:
            raise _wrong(f"{place}.{key}", f"expected one of {', '.join(_KEYS)}")
    days = told.get("days")
    if not isinstance(days, list) or not days or any(day not in DAYS for day in days):
        raise _wrong(f"{place}.days", f"expected some of {', '.join(DAYS)}")
    begin, end = _clock(told, "from", place), _clock(told, "to", place)
    name, zone = told.get("zone"), None
    if isinstance(name, str) and 0 < len(name) <= _LONGEST_ZONE and name.isprintable():
        # There is none; it leads out of the database of zones; it is a folder there.
        with suppress(KeyError, ValueError, OSError):
            zone = ZoneInfo(name)
    if zone is None:
        raise _wrong(f"{place}.zone", "expected a time zone such as Europe/Berlin or UTC")
    return Weekly(tuple(day for day in DAYS if day in days), begin, end, zone)


def _clock(told: Mapping[str, Any], key: str, place: str) -> time:
    value = told.get(key)
    if not (isinstance(value, str) and _CLOCK.fullmatch(value)):
        raise _wrong(f"{place}.{key}", "expected a time of day such as 09:00")
    return time.fromisoformat(value)


def _wrong(place: str, expected: str) -> Problem:
    return Problem(422, f"{place}: {expected}", place)


def kept_sentence(told: Mapping[str, Any]) -> str:
    """Return the hours of a safeguard as it was kept, in words."""
    try:
        return sentence(weekly_of(told))
    except Problem:
        return "always, as its hours can no longer be read"


def sentence(weekly: Weekly) -> str:
    """Return the hours as a person says them, such as "Mon to Fri, 09:00 to 17:00, Europe/Berlin"."""
    names = [day.capitalize() for day in weekly.days]
    first = DAYS.index(weekly.days[0])
    in_a_row = weekly.days == DAYS[first : first + len(names)]
    if len(names) == _WEEK:
        days = "Every day"
    elif in_a_row and len(names) > 2:
        days = f"{names[0]} to {names[-1]}"
    else:
        days = ", ".join(names)
    if weekly.begin == weekly.end == time():
        return f"{days}, all day, {weekly.zone.key}"
    return f"{days}, {weekly.begin:%H:%M} to {weekly.end:%H:%M}, {weekly.zone.key}"
