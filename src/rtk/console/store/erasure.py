"""The end of what the runs of a team left behind, once the team is deleted.

Measurements, entries and outages name their run or verification by its id alone: the database has no relation that
would take them along.
"""

from typing import Any

from django.db import connection

from rtk.console.people.models import Team

# Whoever stores entries locks their runs first, in this order: it waits, and then finds no run.
_LOCK = "SELECT FROM store_run WHERE team_id = %s ORDER BY id FOR UPDATE"
_OF_RUNS = (
    "DELETE FROM {} AS row USING store_run AS run WHERE run.team_id = %s AND row.run_id = run.id AND row.day = run.day"
)
_ENTRIES, _MEASUREMENTS = map(_OF_RUNS.format, ("store_recordentry", "store_measurement"))
_OUTAGES = (
    "DELETE FROM store_outage AS row USING store_verification AS v WHERE v.team_id = %s AND row.verification_id = v.id"
)


def team_ends(instance: Team, **_: Any) -> None:
    """Before a team is deleted: delete what belongs to its runs and verifications, in the same transaction."""
    with connection.cursor() as cursor:
        for statement in (_LOCK, _ENTRIES, _MEASUREMENTS, _OUTAGES):
            cursor.execute(statement, [instance.pk])
