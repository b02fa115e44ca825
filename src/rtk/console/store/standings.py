"""How promises stand, by what their runs count for: one query for any number of verifications.

Measurements are never looked at, so that it takes the same whatever was measured.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from rtk.console.store.models import Objective, Run, Verification
from rtk.insight.proof import Counts
from rtk.insight.standing import standing_of
from rtk.insight.standing_shape import LASTS_S, PromiseStanding
from rtk.insight.standing_wording import sentences
from rtk.insight.sums import RunSums, Sums
from rtk.insight.uncounted import Uncounted, sentence

# Runs that count, and those that counted when the latest of them ended: it may have lapsed since.
_RUNS = """
SELECT o.id, tried.others, beside.old, beside.unjudged, beside.apart, beside.earlier,
  e.run_id::text, extract(epoch FROM e.at)::float8, e.verdict, e.slots,
  e.least_good, e.least_outages, e.least_chances, e.least_outlasting,
  e.most_good, e.most_outages, e.most_chances, e.most_outlasting, e.stopped_inside, e.outage_slots
FROM unnest(%s::uuid[], %s::bigint[], %s::float8[]) AS o (id, revision, lasts)
CROSS JOIN LATERAL (
  SELECT count(*) AS others FROM store_revision AS r WHERE r.verification_id = o.id AND r.id <> o.revision
    AND EXISTS (SELECT FROM store_evidence WHERE revision_id = r.id AND verdict IS NOT NULL)
) AS tried
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE NOT fresh) AS old, count(*) FILTER (WHERE fresh AND verdict IS NULL) AS unjudged,
    count(*) FILTER (WHERE fresh AND verdict IS NOT NULL AND revision_id IS NULL) AS apart,
    count(*) FILTER (WHERE fresh AND verdict IS NOT NULL AND revision_id <> o.revision) AS earlier
  FROM (
    SELECT verdict, revision_id, at > %s - make_interval(secs => o.lasts) AS fresh
    FROM store_evidence WHERE verification_id = o.id
  ) AS each
) AS beside
LEFT JOIN LATERAL (
  SELECT max(at) AS at FROM store_evidence WHERE revision_id = o.revision AND verdict IS NOT NULL AND at <= %s
) AS latest ON true
LEFT JOIN store_evidence AS e ON e.revision_id = o.revision AND e.verdict IS NOT NULL
  AND e.at > latest.at - make_interval(secs => o.lasts) AND e.at <= latest.at
"""


class Standing(NamedTuple):
    """How a verification's promise stands; `beside` are its runs that have ended and do not count."""

    promise: PromiseStanding
    frequency_s: float
    beside: Mapping[Uncounted, int] = MappingProxyType({})

    @property
    def apart(self) -> int:
        """Judged runs of the same time that measured something else than the verification says."""
        return self.beside.get(Uncounted.APART, 0)

    @property
    def counted(self) -> str:
        """How many runs count, and why the others do not; empty where all do."""
        return sentence(self.promise.runs, self.beside, self.promise.lasts_s)

    @property
    def says(self) -> tuple[str, ...]:
        """All that is to be said of it, the headline first."""
        return (*sentences(self.promise, self.frequency_s), *filter(None, [self.counted]))


def uncounted(run: Run, verification: Verification, at: datetime) -> Uncounted | None:
    """Return why a run of a verification does not count toward how its promise stands; None where it does.

    Of one that has not ended, or of a verification that promises nothing, there is nothing to say: None.
    """
    evidence, promise = getattr(run, "evidence", None), verification.revision
    if evidence is None or promise is None or promise.target is None:
        return None
    if evidence.at <= at - timedelta(seconds=lasts_s(verification)):
        return Uncounted.TOO_OLD
    if evidence.verdict is None:
        return Uncounted.UNJUDGED
    if evidence.revision_id is None:
        return Uncounted.APART
    return None if evidence.revision_id == promise.pk else Uncounted.EARLIER


def lasts_s(verification: Verification) -> float:
    """Return for how long a run counts (seconds): the shorter of what the verification and its objective say."""
    promise = verification.objective
    told = (verification.proof_lasts_s, promise.proof_lasts_s if promise else None)
    return min((each for each in told if each), default=LASTS_S)


def of(verifications: Iterable[Verification], at: datetime) -> dict[UUID, Standing]:
    """Return how each of these stands at a moment, but for those that promise nothing. One query.

    Their `objective` and `revision` had better be selected along.
    """
    promising = {each.pk: each for each in verifications if each.revision and each.revision.target is not None}
    if not promising:
        return {}
    runs: dict[UUID, list[RunSums]] = {key: [] for key in promising}
    beside: dict[UUID, tuple[int, ...]] = {}
    for key, others, old, unjudged, apart, earlier, *row in _rows(promising, at):
        beside[key] = others, old, unjudged, apart, earlier
        if row[0] is not None:
            run, ended_at, verdict, *counts, outage_slots = row
            runs[key].append(RunSums(run, ended_at, verdict, _sums(*counts), outage_slots))
    return {key: _standing(each, runs[key], beside[key], at) for key, each in promising.items()}


def of_objectives(objectives: Iterable[Objective], at: datetime) -> dict[UUID, list[Standing]]:
    """Return how each objective stands by its verifications, archived ones left out. Two queries."""
    found: dict[UUID, list[Standing]] = {each.pk: [] for each in objectives}
    alive = Verification.objects.filter(objective__in=list(found), deleted_at=None, archived_at=None)
    rows = list(alive.select_related("objective", "revision").only(*USED))
    stands = of(rows, at)
    for each in rows:
        if each.objective_id and each.pk in stands:
            found[each.objective_id].append(stands[each.pk])
    return found


USED = (
    *("id", "team", "proof_lasts_s", "objective__proof_lasts_s", "objective__id"),
    *("revision__target", "revision__frequency_s"),
)


def _rows(promising: Mapping[UUID, Verification], at: datetime) -> list[tuple[Any, ...]]:
    keys = [[key, each.revision_id, lasts_s(each)] for key, each in promising.items()]
    columns = [list(column) for column in zip(*keys, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [*columns, at, at])
        return list(cursor.fetchall())


@lru_cache(maxsize=4096)
def _sums(slots: int, *counts: int) -> Sums:
    """The counts of a run. Most runs of a verification are alike, and to make each anew takes most of the time."""
    *readings, stopped_inside = counts
    as_bad = Counts(slots, *readings[:4])
    as_good = as_bad if readings[:4] == readings[4:] else Counts(slots, *readings[4:])
    return Sums(as_bad, as_good, stopped_inside)


def _standing(verification: Verification, runs: list[RunSums], beside: tuple[int, ...], at: datetime) -> Standing:
    revision, (others, *uncounting) = verification.revision, beside
    assert revision is not None
    assert revision.target is not None
    found = standing_of(runs, revision.target, at.timestamp(), lasts_s=lasts_s(verification), attempt=1 + others)
    return Standing(found, revision.frequency_s, dict(zip(Uncounted, uncounting, strict=True)))
