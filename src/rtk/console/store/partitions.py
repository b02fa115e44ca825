"""The partitions of entries and measurements: one a day, made before the first run of that day, dropped whole.

A run's rows lie in the partition of the day it was created, so that no row ever needs a partition that there
is not, and dropping a day drops whole runs.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection, transaction

TABLES = ("store_recordentry", "store_measurement")
PATIENCE_S = 1  # everybody else waits behind whoever waits for this lock
_LOCK = 0x52544B50  # one process makes or drops partitions at a time

_known: set[date] = set()


def ensure(day: date) -> None:
    """Make the day's partitions unless they are there."""
    if day in _known:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for table in TABLES:
            cursor.execute("SELECT to_regclass(%s)", [name(table, day)])
            if cursor.fetchone() != (None,):
                continue
            # Made beside the table, then attached: to make it a partition at once would wait for whoever reads the
            # table, such as a backup, and everybody else would wait behind.
            cursor.execute(f"CREATE TABLE {name(table, day)} (LIKE {table} INCLUDING ALL)")
            bounds = f"FROM ('{day.isoformat()}') TO ('{(day + timedelta(1)).isoformat()}')"
            cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name(table, day)} FOR VALUES {bounds}")
    transaction.on_commit(lambda: _known.add(day))


def drop_before(day: date) -> list[date]:
    """Drop the partitions of all days before one; which days those were.

    Raises OperationalError where somebody has been reading the table for long, such as a backup: to wait for that would
    keep everybody else waiting behind.
    """
    gone = sorted({each for each in days() if each < day})
    for each in gone:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS {name(table, each)}")
        _known.discard(each)
    return gone


def are_there(day: date) -> bool:
    """Whether what was told of the runs of a day is still kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(to_regclass(each)) FROM unnest(%s::text[]) AS each", [[name(t, day) for t in TABLES]]
        )
        return bool(cursor.fetchall()[0][0] == len(TABLES))


def days() -> Iterator[date]:
    """The days that have partitions, once for each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ANY(%s::regclass[])", [list(TABLES)]
        )
        names = [row[0] for row in cursor.fetchall()]
    return (date.fromisoformat(each.rpartition("_")[2]) for each in names)


def name(table: str, day: date) -> str:
    """The partition of a table for a day."""
    return f"{table}_{day:%Y%m%d}"
