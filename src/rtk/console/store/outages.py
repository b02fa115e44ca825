"""When objectives were not kept: what each run saw deviate, as intervals of the clock on the wall.

One outage that several runs saw is one outage, so what an objective has spent is the union of these intervals. They
are kept by the day for each verification and the place from which it was measured, where that is known, and grow as
insights are computed: what a page asks for are a few rows, however many runs there were.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from rtk.console.store.models import Run
from rtk.insight.facts import Facts
from rtk.insight.outage import deviating_spans

MOST_OFF = timedelta(days=31)  # between a client's clock and ours: a record may have waited for so long to be published
LONGEST_PLACE = 200
_OF_A_CONTAINER = re.compile(r"[0-9a-f]{12}(?:[0-9a-f]{52})?")  # made up anew for each, so that it names no place
_ALMOST = timedelta(microseconds=2)  # between two slots: the noise of floats

# The spans of a day grow, and telling them again changes nothing.
_KEEP = """
INSERT INTO store_outage (verification_id, place, day, spans, seconds)
SELECT %s, %s, u.day, range_agg(tstzrange(u.since, u.until)), sum(extract(epoch FROM u.until - u.since))
FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) AS u(day, since, until) GROUP BY u.day
ON CONFLICT (verification_id, place, day) DO UPDATE SET spans = store_outage.spans + EXCLUDED.spans, seconds = (
  SELECT sum(extract(epoch FROM upper(s) - lower(s))) FROM unnest(store_outage.spans + EXCLUDED.spans) AS s
)
"""

Span = tuple[datetime, datetime]


def spans_of(run: Run, facts: Facts) -> list[Span]:
    """Return when a run saw the objective not kept, in the order of time; what abuts is one span."""
    began = began_of(run, facts.started_at)
    found: list[Span] = []
    for since, until in sorted(deviating_spans(facts)):
        start = began + timedelta(seconds=since)
        end = start + timedelta(seconds=until - since)
        if found and start <= found[-1][1] + _ALMOST:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif end > start:
            found.append((start, end))
    return found


def began_of(run: Run, told: float) -> datetime:
    """Return when a run began by its client's clock, by ours where that one is far off."""
    created: datetime = run.created_at
    try:
        began = datetime.fromtimestamp(told, UTC)
    except (ValueError, OverflowError, OSError):
        return created
    return began if abs(began - created) <= MOST_OFF else created


def place_of(client: Any) -> str:
    """Return the place that a run was measured from, by what its client told of itself; empty where it is not known."""
    told = client if isinstance(client, dict) else {}
    place = told.get("place") or told.get("node")
    if not isinstance(place, str) or _OF_A_CONTAINER.fullmatch(place):
        return ""
    return place.replace("\0", " ")[:LONGEST_PLACE]


def keep(run: Run, spans: Iterable[Span]) -> None:
    """Keep what a run saw, beside what others did."""
    days = list[tuple[date, datetime, datetime]]()
    for begun, until in spans:
        since = begun
        while since < until:  # each span is cut at midnight of UTC
            day = since.astimezone(UTC).date()
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
            days.append((day, since, min(until, midnight)))
            since = midnight
    if not days:
        return
    # As the database writes arrays: psycopg looks at each value, which takes it several times as long.
    columns = [f"{{{','.join(map(str, column))}}}" for column in zip(*days, strict=True)]
    verification: UUID = run.verification_id
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [verification, place_of(run.client), *columns])
