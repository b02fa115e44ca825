"""What the chart of the last 30 days tells: how many events of each kind there were on each day, from one query."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.utils.timezone import now
from msgspec import Struct

from rtk.console.pages.timeline.rows import KINDS, OF_EVENT, TimelineFilter

DAYS = 30
_COUNTS = """
SELECT kind, (created_at AT TIME ZONE 'UTC')::date, count(*) FROM store_event
WHERE team_id = ANY(%(teams)s) AND shown AND created_at >= %(first)s AND kind = ANY(%(every)s) {where} GROUP BY 1, 2
"""


class Series(Struct, frozen=True):
    """How many events of a kind there were on each of the days; `chosen` is whether the kind is filtered for."""

    kind: str
    label: str
    counts: list[int]
    chosen: bool

    @property
    def total(self) -> int:
        """Those of all days."""
        return sum(self.counts)


class Month(Struct, frozen=True):
    """Days (of UTC), the last of them today, and a series for each kind."""

    days: list[date]
    series: list[Series]

    @property
    def total(self) -> int:
        """All events of the chosen kinds."""
        return sum(each.total for each in self.series if each.chosen)

    @property
    def busy(self) -> list[tuple[date, list[int]]]:
        """The days on which there was something, latest first, with a number for each kind."""
        rows = [(day, [each.counts[place] for each in self.series]) for place, day in enumerate(self.days)]
        return [row for row in reversed(rows) if any(row[1])]

    def as_dict(self) -> dict[str, object]:
        """What the chart is drawn from."""
        series = [
            {"kind": each.kind, "label": each.label, "counts": each.counts, "chosen": each.chosen}
            for each in self.series
        ]
        return {"days": [day.isoformat() for day in self.days], "series": series}


def month(asked: TimelineFilter, at: datetime | None = None) -> Month:
    """The month that ends today, of what is asked for; its kinds and moments are not: the chart lets choose them."""
    today = (at or now()).astimezone(UTC).date()
    days = [today - timedelta(back) for back in range(DAYS - 1, -1, -1)]
    where, given = TimelineFilter(asked.teams, tag=asked.tag, text=asked.text).where()
    first, every = datetime.combine(days[0], time(), UTC), [event for event, _ in KINDS.values()]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(where=where), {**given, "first": first, "every": every})
        found = {(OF_EVENT[event], day): number for event, day, number in cursor.fetchall()}
    series = [
        Series(kind, label, [found.get((kind, day), 0) for day in days], not asked.kinds or kind in asked.kinds)
        for kind, (_, label) in KINDS.items()
    ]
    return Month(days, series)
