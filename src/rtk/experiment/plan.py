"""What a verification asks for: the plan that is scheduled, and shown before anything runs."""

from fractions import Fraction

from msgspec import Struct

from rtk.insight.facts import Phase, ServiceLevelObjective
from rtk.insight.occurs import Occurs
from rtk.insight.outage_length import Learned


class StopWhen(Struct, frozen=True):
    """When to stop before the time: undo, then recovery, then a verdict by the rule for stopped runs.

    `deviated_in_a_row`: so many deviated measurements one after another; `budget_spent`: a share of the
    objective's budget; `max_duration_s`: seconds since the run began; `decided`: that the verdict is fail even if
    every slot that is left were met, and then the run is as complete as one that ended in its time.
    """

    deviated_in_a_row: int | None = None
    budget_spent: float | None = None
    max_duration_s: float | None = None
    decided: bool = False


class ValueLimit(Struct, frozen=True):
    """The greatest good value of the probe at a position, in its unit ("ms" or none), beside its own tolerance.

    `words` is the promise it comes from, such as "p95 <= 300ms".
    """

    position: int
    upper: float
    unit: str
    words: str


class Plan(Struct, frozen=True):
    """A verification's schedule and promise; times are seconds.

    `occurs` is how often the conditions are expected in life, and what they may cost then.
    `limit` is what an objective about a quantile sets to one probe's value; None for any other.
    `outage_lasts_s` is how long an outage lasts on average, by the file or an option; None: nobody said.
    `outage_learned` is what a console learned of the objective's earlier runs.
    `proof_lasts_s` is for how long a run counts toward the standing of the promise, by the file; None: the default.
    `acts_on` names what no second run may act on meanwhile; None: it is computed from the actions.
    `require_baseline` lets no condition begin where the baseline misses the objective already.
    `max_in_flight` None: max(32, ceil(limit / frequency) + 1), at most 1,000 (DESIGN §4.2).
    """

    frequency_s: float
    duration_s: float
    warm_up_s: float = 0.0
    cool_down_s: float = 0.0
    objective: ServiceLevelObjective | None = None
    max_in_flight: int | None = None
    stop_when: StopWhen = StopWhen()
    verification_id: str | None = None
    acts_on: str | None = None
    outage_lasts_s: float | None = None
    occurs: Occurs | None = None
    limit: ValueLimit | None = None
    require_baseline: bool = False
    outage_learned: Learned | None = None
    proof_lasts_s: float | None = None

    def slots(self, phase: Phase) -> int:
        """How many slots are planned in a phase whose method returns within the duration."""
        return slot_count(self.length(phase), self.frequency_s)

    def length(self, phase: Phase) -> float:
        """Return a phase's planned length; 0 for `onset` and `undo`, which last as long as they take."""
        planned = {"baseline": self.warm_up_s, "conditions": self.duration_s, "recovery": self.cool_down_s}
        return planned.get(phase, 0.0)


def slot_count(duration_s: float, frequency_s: float) -> int:
    """ceil(duration / frequency), exactly: 1.1 s every 0.1 s is 11, where floats say 12."""
    ratio = Fraction(str(duration_s)) / Fraction(str(frequency_s))
    return -(-ratio.numerator // ratio.denominator)
