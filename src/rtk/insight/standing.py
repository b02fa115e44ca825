"""How a promise stands: all judged runs of one revision that still count, put together.

    kept          together they prove the target, there are ten of them or more, and they do not differ
    broken        the latest run that failed was not made good since; or of the time that was measured less was good
                  than was promised, with 98 %
    lapsed        it was kept, and what proved it has become too old; or nothing counts any more
    not-proven    none of these
    never-tried   there is no judged run of this revision

A failed run is made good by one that passes, or where all runs together, itself included, prove the target, once as
many slots as it had were measured since without another failure. Else a promise that no single run can prove would be
broken for a month by one outage, or any short run could clear it.

Excluding a run can only lower a standing: it is the lower one of those with and without what was excluded.
Sources: DESIGN, "Over many runs: the standing of a promise"; `rtk.insight.proof`, `dispersion` and `weighted_events`.
"""

from bisect import bisect_left
from collections.abc import Iterable
from operator import neg

from msgspec.structs import replace

from rtk.insight.bounds import RISK, proven_at_most
from rtk.insight.dispersion import DIFFER_BELOW
from rtk.insight.plan_limits import MOST_SLOTS
from rtk.insight.pool import Pool
from rtk.insight.proof import check_target
from rtk.insight.standing_shape import (
    FEWEST_RUNS,
    LASTS_S,
    STANDING_RISK,
    Exclusion,
    PromiseStanding,
    StandingReason,
    StandingState,
)
from rtk.insight.sums import RunColumns, RunSums, columns_of

_JUDGED = ("pass", "fail", "inconclusive")
LOWEST_FIRST = (
    StandingState.BROKEN,
    StandingState.NEVER_TRIED,
    StandingState.LAPSED,
    StandingState.NOT_PROVEN,
    StandingState.KEPT,
)


def standing_of(
    runs: Iterable[RunSums],
    target: float,
    now: float,
    *,
    revision: str = "",
    lasts_s: float = LASTS_S,
    attempt: int = 1,
) -> PromiseStanding:
    """Return how a promise stands at a moment (seconds since the epoch), by the runs of a revision.

    `target` is the promised share of good slots; runs count for `lasts_s`. Runs of other revisions and those without a
    verdict, or with `invalid`, are passed over. Raises BadInput for a target that is not above 0 and below 1.
    """
    check_target(target)
    judged = [each for each in runs if each.verdict in _JUDGED and each.revision == revision and each.ended_at <= now]
    judged.sort(key=lambda each: (each.ended_at, each.run_id), reverse=True)
    excluded = tuple(Exclusion(each.run_id, each.excluded) for each in judged if each.excluded is not None)
    found = standing_of_columns(columns_of(judged), target, now, lasts_s=lasts_s, attempt=attempt)
    if excluded:
        counting = columns_of([each for each in judged if each.excluded is None])
        without = standing_of_columns(counting, target, now, lasts_s=lasts_s, attempt=attempt)
        # The lower of the two; of two alike the one that proves less.
        if without.state is not StandingState.NEVER_TRIED:
            found = min(found, without, key=lambda each: (LOWEST_FIRST.index(each.state), each.at_least or 0.0))
        elif found.state is StandingState.KEPT:
            found = replace(found, state=StandingState.NOT_PROVEN, reason=StandingReason.EXCLUSIONS)
    return replace(found, excluded=excluded)


def standing_of_columns(
    runs: RunColumns, target: float, now: float, *, lasts_s: float = LASTS_S, attempt: int = 1
) -> PromiseStanding:
    """Return the same by columns of judged runs that ended by then, none of them excluded.

    Raises BadInput for a target that is not above 0 and below 1.
    """
    check_target(target)
    return _View(runs, target, now, lasts_s, attempt).standing()


def lowest(states: Iterable[StandingState]) -> StandingState:
    """Return how several promises stand together: as the lowest of them; none of them was never tried."""
    return min(states, key=LOWEST_FIRST.index, default=StandingState.NEVER_TRIED)


class _View:
    """Judged runs, the latest first, as they stand at a moment."""

    def __init__(self, runs: RunColumns, target: float, now: float, lasts_s: float, attempt: int) -> None:
        self.runs, self.target, self.now, self.lasts_s, self.attempt = runs, target, now, lasts_s, attempt
        self.pool = Pool(runs)

    def standing(self) -> PromiseStanding:
        many = self._counting(self.now)
        if not self.runs:
            return self._told(StandingState.NEVER_TRIED, StandingReason.NEVER_TRIED)
        if not many:
            return self._told(StandingState.LAPSED, StandingReason.TOO_OLD)
        proof = self.pool.proof(many)
        state, reason = self._state(many)
        good, measured = self.pool.measured(many)
        differ = self._reason(many) is StandingReason.RUNS_DIFFER
        verdicts = self.runs.verdicts[:many]
        return replace(
            self._told(state, reason),
            at_least=min(self.pool.by_runs(many, differ=differ), proof.at_least),
            at_most=proven_at_most(good, measured, STANDING_RISK),
            runs=many,
            passed=verdicts.count("pass"),
            failed=verdicts.count("fail"),
            slots=proof.slots,
            measured=self.pool.seen(many),
            outages=proof.outages,
            chances=proof.chances,
            length=proof.length,
            length_from=proof.length_from,
            dispersion=self.pool.dispersion(many) if many >= FEWEST_RUNS else None,
            # With 95 %, since it is said of these runs alone and not looked at anew every night.
            unseen=1 - RISK ** (1 / many),
            needed=None if differ or state is StandingState.KEPT else self._lacking(many),
            expires_at=self._expires(many) if state is StandingState.KEPT else None,
        )

    def _told(self, state: StandingState, reason: StandingReason) -> PromiseStanding:
        latest = self.runs.ended_at[0] if self.runs else None
        return PromiseStanding(state, reason, self.target, lasts_s=self.lasts_s, latest_at=latest, attempt=self.attempt)

    def _counting(self, moment: float) -> int:
        """How many of the latest runs count at a moment."""
        # The latest run stands first, so that moments fall and their negatives rise.
        return bisect_left(self.runs.ended_at, self.lasts_s - moment, key=neg)

    def _state(self, many: int) -> tuple[StandingState, StandingReason]:
        reason = self._reason(many)
        good, measured = self.pool.measured(many)
        highest = proven_at_most(good, measured, STANDING_RISK)
        if highest is not None and highest < self.target:
            return StandingState.BROKEN, StandingReason.BELOW
        if self._fails(many, proven=reason is StandingReason.PROVEN):
            return StandingState.BROKEN, StandingReason.FAILED
        if reason is StandingReason.PROVEN:
            return StandingState.KEPT, reason
        # As it stood right after its latest run: what was kept then and is no longer has lapsed.
        before = self._counting(self.runs.ended_at[0])
        if before > many and self._reason(before) is StandingReason.PROVEN:
            return StandingState.LAPSED, StandingReason.TOO_OLD
        return StandingState.NOT_PROVEN, reason

    def _reason(self, many: int) -> StandingReason:
        """Whether so many of the latest runs prove the target, or why they do not."""
        if many < FEWEST_RUNS:
            return StandingReason.TOO_FEW_RUNS
        if self.pool.dispersion(many) < DIFFER_BELOW:
            return StandingReason.RUNS_DIFFER
        return StandingReason.PROVEN if self.pool.proves(self.target, many) else StandingReason.TOO_LITTLE

    def _fails(self, many: int, *, proven: bool) -> bool:
        """Whether the latest run that failed was not made good since."""
        since = 0
        for verdict, slots in zip(self.runs.verdicts[:many], self.runs.slots, strict=False):
            if verdict == "pass":
                return False
            if verdict == "fail":
                return not (proven and since >= slots)
            since += slots
        return False

    def _lacking(self, many: int) -> int | None:
        """How many clean slots more would prove the target, to half a per cent; None for more than can be measured."""
        low, high = -1, self.pool.proof(many).slots // 64
        while not self.pool.proves(self.target, many, clean=high):
            if high > MOST_SLOTS:
                return None
            low, high = high, 2 * high + 1
        while high - low > max(1, high // 200):
            middle = (low + high) // 2
            low, high = (low, middle) if self.pool.proves(self.target, many, clean=middle) else (middle, high)
        return high

    def _expires(self, many: int) -> float:
        """When fewer of these runs count than it takes; fewer runs are taken to prove less."""
        low, high = FEWEST_RUNS - 1, many
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._reason(middle) is StandingReason.PROVEN else (middle, high)
        return self.runs.ended_at[high - 1] + self.lasts_s
