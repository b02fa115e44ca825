"""How promises stand, by what their runs count for: one query for any number of verifications.

Measurements are never looked at, so that it takes the same whatever was measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from rtk.console import sql
from rtk.console.store import standing_weights
from rtk.console.store.columns import array_of
from rtk.console.store.models import Objective, Run, Verification
from rtk.insight.standing import standing_of_columns
from rtk.insight.standing_shape import LASTS_S, PromiseStanding
from rtk.insight.standing_wording import sentences
from rtk.insight.sums import CountColumns, RunColumns
from rtk.insight.uncounted import Uncounted, sentence

_COUNTS = ("good", "outages", "chances", "outlasting")
_COLUMNS = ("slots", "stopped_inside", *(f"{reading}_{each}" for reading in ("least", "most") for each in _COUNTS))
_VERDICTS = {verdict[0]: verdict for verdict in standing_weights.JUDGED}
_LASTS = f"coalesce(least(nullif(v.proof_lasts_s, 0), nullif(p.proof_lasts_s, 0)), {LASTS_S})"
_OF = f"""
SELECT v.id, v.revision_id AS revision, v.objective_id, r.target, r.frequency_s, {_LASTS} AS lasts
FROM store_verification AS v JOIN store_revision AS r ON r.id = v.revision_id
LEFT JOIN store_objective AS p ON p.id = v.objective_id WHERE r.target IS NOT NULL
"""  # noqa: S608 - of constants
_OF_THESE = f"{_OF} AND v.id = ANY(%(these)s)"
_OF_OBJECTIVES = f"{_OF} AND v.objective_id = ANY(%(these)s) AND v.deleted_at IS NULL AND v.archived_at IS NULL"
_OF_A_TEAM = f"""
SELECT v.id, v.revision_id AS revision, p.id AS objective_id, r.target, r.frequency_s, {_LASTS} AS lasts, p.name,
  p.target AS promised, p.quantile, p.window_s
FROM (
  SELECT * FROM store_objective WHERE team_id = %(team)s AND deleted_at IS NULL AND archived_at IS NULL
  ORDER BY created_at DESC, id DESC LIMIT %(most)s
) AS p LEFT JOIN (
  store_verification AS v JOIN store_revision AS r ON r.id = v.revision_id AND r.target IS NOT NULL
) ON v.objective_id = p.id AND v.deleted_at IS NULL AND v.archived_at IS NULL
"""  # noqa: S608 - of constants
# Runs that count, and those that counted when the latest of them ended: it may have lapsed since. They come as bytes,
# a column of each, since to make objects of a thousand rows takes longer than all the rules.
_RUNS = f"""
SELECT o.*, tried.others, beside.*, past.verdicts, past.moments, past.lengths, past.counts
FROM ({{of}}) AS o
CROSS JOIN LATERAL (
  SELECT count(*) AS others FROM store_revision AS r WHERE r.verification_id = o.id AND r.id <> o.revision
    AND EXISTS (SELECT FROM store_evidence WHERE revision_id = r.id AND verdict IS NOT NULL)
) AS tried
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE NOT fresh) AS old, count(*) FILTER (WHERE fresh AND verdict IS NULL) AS unjudged,
    count(*) FILTER (WHERE fresh AND verdict IS NOT NULL AND revision_id IS NULL) AS apart,
    count(*) FILTER (WHERE fresh AND verdict IS NOT NULL AND revision_id <> o.revision) AS earlier
  FROM (
    SELECT verdict, revision_id, at > %(at)s - make_interval(secs => o.lasts) AS fresh
    FROM store_evidence WHERE verification_id = o.id
  ) AS each
) AS beside
CROSS JOIN LATERAL (
  SELECT max(at) AS at FROM store_evidence WHERE revision_id = o.revision AND verdict IS NOT NULL AND at <= %(at)s
) AS latest
CROSS JOIN LATERAL (
  SELECT string_agg(left(verdict, 1), '') AS verdicts, string_agg(float8send(extract(epoch FROM at)::float8), '') AS
    moments, string_agg(float8send(outage_slots), '') AS lengths, string_agg(
    {" || ".join(f"int8send({each})" for each in _COLUMNS)}, '') AS counts
  FROM (
    SELECT * FROM store_evidence WHERE revision_id = o.revision AND verdict IS NOT NULL
      AND at > latest.at - make_interval(secs => o.lasts) AND at <= latest.at ORDER BY at DESC, run_id DESC
  ) AS e
) AS past
"""  # noqa: S608 - of constants


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


class OfAnObjective(NamedTuple):
    """An objective, and how each verification of it stands; archived ones are left out."""

    id: UUID
    name: str
    target: float
    quantile: str
    window_s: float | None
    stands: list[Standing]


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


def counts(run: Run, verification: Verification, at: datetime) -> bool:
    """Return whether a run of a verification counts toward how its promise stands."""
    evidence, promise = getattr(run, "evidence", None), verification.revision
    judged = evidence is not None and evidence.verdict is not None
    promised = promise is not None and promise.target is not None
    return judged and promised and uncounted(run, verification, at) is None


def lasts_s(verification: Verification) -> float:
    """Return for how long a run counts (seconds): the shorter of what the verification and its objective say."""
    promise = verification.objective
    told = (verification.proof_lasts_s, promise.proof_lasts_s if promise else None)
    return min((each for each in told if each), default=LASTS_S)


def of(verifications: Iterable[Verification], at: datetime) -> dict[UUID, Standing]:
    """Return how each of these stands at a moment, but for those that promise nothing. One query.

    Their `revision` had better be selected along.
    """
    promising = {each.pk for each in verifications if each.revision and each.revision.target is not None}
    if not promising:
        return {}
    return {row[0]: _standing(row, at) for row in _rows(_OF_THESE, at, these=list(promising))}


def of_objectives(objectives: Iterable[Objective], at: datetime) -> dict[UUID, list[Standing]]:
    """Return how each objective stands by its verifications, archived ones left out. One query."""
    found: dict[UUID, list[Standing]] = {each.pk: [] for each in objectives}
    for row in _rows(_OF_OBJECTIVES, at, these=list(found)) if found else ():
        found[row[2]].append(_standing(row, at))
    return found


def of_team(team: UUID, at: datetime, most: int) -> list[OfAnObjective]:
    """Return how so many of a team's latest objectives stand, archived ones left out. One query."""
    found: dict[UUID, OfAnObjective] = {}
    for row in _rows(_OF_A_TEAM, at, team=team, most=most):
        verification, _, objective, *_ = row
        name, target, quantile, window_s = row[6:10]
        one = found.setdefault(objective, OfAnObjective(objective, name, target, quantile, window_s, []))
        if verification is not None:
            one.stands.append(_standing(row, at))
    return list(found.values())


def _rows(of: str, at: datetime, **asked: Any) -> list[tuple[Any, ...]]:
    return sql.made(lambda *row: row, _RUNS.format(of=of), at=at, **asked)


def _standing(row: Sequence[Any], at: datetime) -> Standing:
    _, _, _, target, frequency_s, lasts, *_ = row
    others, *uncounting = row[-9:-4]
    verdicts, moments, lengths, counts = row[-4:]  # of the runs, the latest first
    every = array_of("q", counts or b"")  # where there is no run the database has no bytes
    slots, stopped_inside, *readings = (every[place :: len(_COLUMNS)] for place in range(len(_COLUMNS)))
    past = RunColumns(
        array_of("d", moments or b""),
        [_VERDICTS[each] for each in verdicts or ""],
        array_of("d", lengths or b""),
        slots,
        stopped_inside,
        CountColumns(*readings[: len(_COUNTS)]),
        CountColumns(*readings[len(_COUNTS) :]),
    )
    found = standing_of_columns(past, target, at.timestamp(), lasts_s=lasts, attempt=1 + others)
    return Standing(found, frequency_s, dict(zip(Uncounted, uncounting, strict=True)))
