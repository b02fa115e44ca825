"""The shape of an insight: everything computed from a run's measurements.

`Insight.as_dict()` is what is printed as JSON, kept by the console and read by every report. A figure that
has no meaning is None, and is shown as "no data": never as 0 %, never as 100 %.
"""

from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct, field, to_builtins

from rtk.insight.facts import Neighbour, Phase
from rtk.insight.former import CURRENT, Former
from rtk.insight.occurrence import Occurrence
from rtk.insight.outage_length import OutageLength
from rtk.insight.proof import Proof
from rtk.insight.quantile_bound import QuantileBound
from rtk.insight.recovery import Recovery
from rtk.insight.seen import SeenOutages
from rtk.insight.status import JUDGED
from rtk.insight.stops import StopCause
from rtk.insight.sums import Sums

Verdict = Literal["pass", "fail", "inconclusive", "invalid"]


class InvalidReason(StrEnum):
    """Why a run is evidence of nothing; where several hold, the first of them in this order is told."""

    BASELINE_BROKEN = "baseline-broken"
    NOT_APPLIED = "not-applied"
    EFFECT_GONE = "effect-gone"


class Attribution(StrEnum):
    """What a run says of the conditions as the cause of what deviated; the values are part of the API."""

    NO_CONDITION = "no-condition"
    NO_BASELINE = "no-baseline"
    BASELINE_NOT_MEASURED = "baseline-not-measured"
    CONDITIONS_NOT_MEASURED = "conditions-not-measured"
    BASELINE_BROKEN = "baseline-broken"
    DIFFERENT = "different"
    NOT_PROVEN = "not-proven"


class RestoreProblem(StrEnum):
    """Why something was not undone; the values are part of the API."""

    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_GONE = "not-gone"
    NOT_PLAYED = "not-played"


class Restoration(StrEnum):
    """What became of the rollbacks; a failed one is worse than ones that were not played."""

    RESTORED = "restored"
    FAILED = "failed"
    NOT_PLAYED = "not-played"
    NOTHING_TO_UNDO = "nothing-to-undo"

    @property
    def restored(self) -> bool | None:
        """True and False where something was to be undone, else None."""
        return None if self is Restoration.NOTHING_TO_UNDO else self is Restoration.RESTORED


class Figures(Struct, frozen=True):
    """The arithmetic of DESIGN §5. Shares are 0 to 1, times are seconds."""

    planned: int
    met: int
    deviated: int
    missed: int
    coverage: float | None
    observed: float | None
    proven_at_least: float | None
    proven_at_most: float | None
    verdict: Verdict | None
    needed: int | None
    budget_s: float | None
    deviating_s: float
    budget_spent: float | None
    burn_rate: float | None
    exhausted_after_s: float | None
    affordable: int | None
    observed_budget_impact: float | None


class Stats(Struct, frozen=True):
    """Counts of a phase (or of the whole run, `phase` None), and its numeric values, from raw values.

    `quantiles` have their bounds; insights that were made before there were any have none.
    """

    phase: Phase | None
    planned: int
    met: int
    deviated: int
    missed: int
    observed: float | None
    values: int
    minimum: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    maximum: float | None
    quantiles: tuple[QuantileBound, ...] = ()


class Clustering(Struct, frozen=True):
    """The runs test (Wald-Wolfowitz) on met/deviated of the conditions phase; `outages` are stretches of deviated."""

    runs: int
    expected: float
    p: float
    clustered: bool
    outages: int = 0


class Comparison(Struct, frozen=True):
    """One phase against the baseline: is the difference real, and how large.

    `fisher_p` is the two-sided exact test on met/deviated, `mann_whitney_p` the test on values;
    `share_difference` is the deviating share minus the baseline's; `median_difference` is of values;
    `superiority` is the chance that a value of this phase exceeds one of the baseline (0.5: no effect).
    """

    phase: Phase
    fisher_p: float | None
    share_difference: float | None
    mann_whitney_p: float | None
    median_difference: float | None
    superiority: float | None
    real: bool | None
    sentence: str


class SeenLapse(Struct, frozen=True):
    """A stretch of the conditions phase in which the effect of a condition did not show.

    Times are seconds: `after_s` how long it had shown by the last ask before, `of_s` how long the phase went on since
    it first showed; `lasted_s` is None where it did not come back. `slots` were due in it.
    """

    condition: str
    after_s: float
    of_s: float
    lasted_s: float | None
    slots: int
    reason: str | None


class Unrestored(Struct, frozen=True):
    """Something that was not undone: of the rollback `name`, or of all of them, where they were not played.

    `failure` says what went wrong, `by_hand` what a person runs instead, if that can be told.
    """

    problem: RestoreProblem
    name: str = ""
    tries: int = 1
    failure: str | None = None
    by_hand: str | None = None


class Insight(Struct, frozen=True):
    """An insight. `headline` is the verdict in one sentence with its certainty; `limits` what it may not be
    read as; `why` what decided it. `next_step` is what a person does next, empty while the run goes on.

    `restored` (the rollbacks succeeded) and `recovered` (the service was good again) are two facts; `recovery` says
    why the latter is None. `proof` is what all slots of the conditions prove for outages, `outage` how long those were
    taken to last, `seen` the outages of all phases; all are None in insights of version 1, which counted slots. `sums`
    are what the run adds to the standing of its promise, None where it is no evidence. `occurrence` is what one costs,
    where somebody said how often it is expected. `former` is what an insight of an earlier version said of the run, and
    `versions` are all that are kept of it. `at_most` is the upper bound that a fail rests on: of a stopped run, with
    all that was cut off good."""

    run_id: str
    title: str
    objective: dict[str, Any] | None
    figures: Figures
    headline: str
    why: str
    limits: tuple[str, ...]
    restored: bool | None
    stopped: str | None
    status: str
    duration_s: float
    frequency_s: float
    started_at: float
    run: Stats
    phases: tuple[Stats, ...]
    clustering: Clustering | None
    comparisons: tuple[Comparison, ...]
    cause: str
    first_deviation_after_s: float | None
    recovered_after_s: float | None
    invalid_condition: str | None
    not_restored: tuple[str, ...]
    stop_cause: StopCause | None = None
    invalid_reason: InvalidReason | None = None
    without_effect: int = 0
    missed_reasons: dict[str, int] = field(default_factory=dict)
    lapses: tuple[SeenLapse, ...] = ()
    restoration: Restoration = Restoration.NOTHING_TO_UNDO
    recovery: Recovery = Recovery.NOT_MEASURED
    recovered: bool | None = None
    baseline_broken: bool = False
    next_step: str = ""
    unit: str = ""
    version: int = CURRENT
    notes: tuple[str, ...] = field(default=())
    neighbours: tuple[Neighbour, ...] = field(default=())
    proof: Proof | None = None
    outage: OutageLength | None = None
    sums: Sums | None = None
    occurrence: Occurrence | None = None
    seen: SeenOutages | None = None
    former: Former | None = None
    versions: tuple[int, ...] = (CURRENT,)
    at_most: float | None = None
    attribution: Attribution | None = None
    unrestored: tuple[Unrestored, ...] = ()

    @property
    def is_evidence(self) -> bool:
        """Whether the run began and is valid; of one that is not there is one cause and one next step.

        Early insights have a next step only where they are no evidence.
        """
        begun = self.figures.planned > 0 or self.attribution not in (None, Attribution.NO_CONDITION)
        judged = self.status in JUDGED and begun
        return not self.next_step or (judged and self.figures.verdict != "invalid")

    def as_dict(self) -> dict[str, Any]:
        """The figures at the top level (the keys of the console's API), the rest beside them."""
        whole = to_builtins(self)
        return {**whole.pop("figures"), **whole}
