"""All measurements of a run, read as columns that the database puts together: a million of them in a second.

They never are objects here, and never all in one answer. Sentences are read only of those that a report can show.
"""

from functools import cache
from itertools import compress

import psycopg
from django.db import connection

from rtk.console.store.columns import array_of
from rtk.console.store.models import Run
from rtk.insight.columns import MISSED
from rtk.insight.facts import (
    OUTCOMES,
    PHASES_BY_CODE,
    Facts,
    MeasurementSeries,
    Stored,
    code_of,
    missed_reason,
)
from rtk.insight.measurement import COLUMNS
from rtk.insight.moments import first_deviation
from rtk.insight.recovery import conditions_began

# The database sends each answer at once: one of a million measurements took 950 MiB here.
_PART = 50_000
_BEGINNING = 40  # characters of a sentence by which a reason without a code is known
_READ = f"""
SELECT count(*), max(n), string_agg(int2send((phase * {len(OUTCOMES)} + outcome)::int2), ''),
  string_agg(int8send(slot), ''), string_agg(float8send(due) || float8send(coalesce(started, 'NaN')) ||
    float8send(coalesce(ended, 'NaN')) || float8send(coalesce(value, 'NaN')), ''),
  array_agg(code) FILTER (WHERE outcome = {MISSED}),
  array_agg(left(reason, {_BEGINNING})) FILTER (WHERE outcome = {MISSED})
FROM (
  SELECT n, {COLUMNS} FROM store_measurement
  WHERE run_id = %s AND day = %s AND n > %s ORDER BY n LIMIT %s
) AS part
"""  # noqa: S608 - of constants
_SAID = """
SELECT reason FROM store_measurement WHERE run_id = %s AND day = %s AND outcome = %s ORDER BY due, slot LIMIT %s
"""
_SAID_OF = """
SELECT reason FROM store_measurement WHERE run_id = %s AND day = %s AND due = %s AND slot = %s AND outcome = %s LIMIT 1
"""
_CODES = bytes(code_of(phase, outcome) for phase in PHASES_BY_CODE for outcome in OUTCOMES).ljust(256, b"\xff")
_MISSED = bytes(code % len(OUTCOMES) == MISSED for code in range(256))


def measurements(run: Run) -> MeasurementSeries:
    """A run's measurements in the order they were due, without the sentences that go with some."""
    found = MeasurementSeries()
    after, many = -1, _PART
    with connection.cursor() as held, connection.wrap_database_errors, psycopg.Cursor(held.connection) as cursor:
        while many == _PART:
            # Not Django's own cursor: for it the database writes bytes as text, which takes half as long again.
            cursor.execute(_READ, [run.id, run.day, after, _PART], binary=True)
            many, after, kinds, slots, times, codes, said = cursor.fetchall()[0]
            if not many:
                break
            told = kinds[1::2]  # of two bytes, the lower one
            missed = compress(range(len(told)), told.translate(_MISSED))
            why, known = zip(missed, codes or (), said or (), strict=False), cache(missed_reason)
            reasons = {place: reason for place, code, text in why if (reason := known(code, text))}
            found.extend(Stored(told.translate(_CODES), array_of("q", slots), array_of("d", times), reasons))
    return found.ordered()


def explain(run: Run, facts: Facts) -> None:
    """Read the sentences of those measurements that a report shows or tells of."""
    from rtk.report.html import MOST_ROWS  # noqa: PLC0415 - what makes reports is imported for the first one

    found = facts.measurements
    kinds = found.columns()
    with connection.cursor() as cursor:
        for code in range(len(OUTCOMES)):
            cursor.execute(_SAID, [run.id, run.day, code, MOST_ROWS])
            said = [reason for (reason,) in cursor.fetchall()]
            places = compress(range(len(found)), kinds.are(code))
            found.explain((place, reason) for reason, place in zip(said, places, strict=False) if reason is not None)
        began = conditions_began(facts)
        first = None if began is None else first_deviation(facts, began)
        if first and first.reason is None:  # it may come after all that are shown
            cursor.execute(_SAID_OF, [run.id, run.day, first.due, first.slot, OUTCOMES.index(first.outcome)])
            said = [reason for (reason,) in cursor.fetchall() if reason is not None]
            found.explain((found.columns().due.index(first.due), reason) for reason in said)
