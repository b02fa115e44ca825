"""How long outages of an objective's runs lasted: what its next run learns from the ones before it.

Each run keeps how many outages it saw and how long they lasted, so that what they teach is one sum of few numbers.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import now

from rtk.console import sql
from rtk.console.store.models import Run, Verification
from rtk.insight.outage_length import Learned, OutageLength, lesson, outage_length

WITHIN = timedelta(days=90)

_TAUGHT = """
SELECT coalesce(sum(r.outages_seen_s), 0)::float8, coalesce(sum(r.outages_seen), 0)::bigint, count(*)
FROM store_verification v JOIN store_run r ON r.verification_id = v.id
WHERE v.objective_id = %(objective)s AND v.deleted_at IS NULL AND r.outages_seen_s > 0 AND r.created_at > %(since)s
"""


def learned(objective: UUID | None, at: datetime | None = None) -> Learned | None:
    """Return what the runs of the last 90 days teach of an objective's outages; None of too few. One query."""
    if objective is None:
        return None
    return sql.made(lesson, _TAUGHT, objective=objective, since=(at or now()) - WITHIN)[0]


def length_of(verification: Verification) -> OutageLength:
    """Return how long outages are taken to last in a run of a verification that began now."""
    promise = verification.objective
    declared = (verification.outage_lasts_s, promise.outage_lasts_s if promise else None)
    return outage_length(verification.frequency_s, *declared, learned=learned(verification.objective_id))


def keep(run: Run) -> None:
    """Put what a run saw, by its insight, into the columns that are summed up."""
    seen = (run.insight or {}).get("seen") or {}
    run.outages_seen, run.outages_seen_s = seen.get("outages"), seen.get("seconds")
