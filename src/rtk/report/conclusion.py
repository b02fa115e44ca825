"""What comes of a plan, in one line before all others: whether it can prove its target, how likely, and what would."""

from collections.abc import Mapping
from enum import StrEnum
from math import ceil
from typing import Any

from msgspec import Struct

from rtk.experiment.criterion import criterion_of
from rtk.experiment.plan import Plan
from rtk.experiment.quantity import written
from rtk.experiment.refs import written_out
from rtk.figures import chosen_share, count, duration, likelihood, share
from rtk.insight.budget import exact
from rtk.insight.plan_limits import LONGEST_S
from rtk.insight.power import WANTED, Prospects, prospects
from rtk.insight.promise import promised_share
from rtk.report.marks import VERDICTS
from rtk.report.text import plain

MINUTES_FROM_S = 600  # a proposal that is longer is one of whole minutes


class Doubt(StrEnum):
    """Why a plan cannot prove anything, whatever the system does; the values are part of the API."""

    NO_OBJECTIVE = "no-objective"
    NEVER_MET = "never-met"
    ENDS_EARLY = "ends-early"
    TOO_FEW = "too-few"
    OUTLASTED = "outlasted"


class Conclusion(Struct, frozen=True):
    """What comes of a plan. `doubt` is None where it can prove its target; `probe` is the name of one never met."""

    plan: Plan
    doubt: Doubt | None
    prospects: Prospects | None = None
    probe: str = ""

    def sentence(self) -> str:
        """The conclusion with its mark, on one line."""
        told = self.prospects
        if told is None:
            return (
                f"{VERDICTS[None].symbol} This plan judges nothing: it has no objective; give one with "
                '--target 95% --window 1d, or as "objective" in the file.'
            )
        if self.doubt is None:
            passes = f"a service that is {share(told.quality)} good passes it {likelihood(told.power)} of the time"
            lasting = _lasting(self.plan, told.enough or 0)
            if told.power < WANTED and self.plan.duration_s < lasting <= LONGEST_S:
                passes += f"; --for {written(lasting)} makes it {share(WANTED)}"
            return f"{VERDICTS['pass'].symbol} This plan can prove {self._promise(told)}: {passes}."
        remedy, lasting = "", _lasting(self.plan, told.needed)
        # Time is what would do, since measuring more often buys no evidence.
        if self.doubt in (Doubt.TOO_FEW, Doubt.OUTLASTED) and lasting <= LONGEST_S:
            would = "would do" if self.doubt is Doubt.TOO_FEW else f"could prove {chosen_share(told.target)}"
            remedy = f"; --for {written(lasting)} {would}"
        return f"{VERDICTS['fail'].symbol} {self._refused(told)}{remedy}."

    def _promise(self, told: Prospects) -> str:
        promised = self.plan.objective
        return plain(promised_share(told.target, promised.quantile if promised else ""), 700)

    def warning(self) -> str | None:
        """Why the plan cannot prove its target, and what time would, for who fills in a form; None where it can."""
        told = self.prospects
        if told is None or self.doubt is None:
            return None
        measure = f" Measure for {duration(self.proves_s)}." if self.proves_s is not None else ""
        return f"{self._refused(told)}.{measure}"

    @property
    def proves_s(self) -> float | None:
        """For how long to measure so that a clean run proves the target; None where time is not what is lacking."""
        told = self.prospects
        if told is None or self.doubt not in (Doubt.TOO_FEW, Doubt.OUTLASTED):
            return None
        lasting = _lasting(self.plan, told.needed)
        if lasting > MINUTES_FROM_S:
            lasting = ceil(lasting / 60) * 60.0
        return lasting if lasting <= LONGEST_S else None

    def _refused(self, told: Prospects) -> str:
        if self.doubt is Doubt.OUTLASTED:
            return f"This plan {outlasted(self.plan, told)}"
        if self.doubt is Doubt.NEVER_MET:
            why = f"its probe {plain(self.probe, 80)} can never be met"
        else:
            why = ends_early(self.plan) if self.doubt is Doubt.ENDS_EARLY else too_few(told)
        return f"This plan cannot prove {self._promise(told)}: {why}"


def conclusion_of(plan: Plan, document: Mapping[str, Any]) -> Conclusion:
    """What comes of a plan of an experiment."""
    objective = plan.objective
    if objective is None:
        return Conclusion(plan, Doubt.NO_OBJECTIVE)
    told = expected(plan, objective.target)
    hypothesis = document.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    listed = [probe for probe in probes if isinstance(probe, Mapping)] if isinstance(probes, list) else []
    for whole in written_out(listed, document):
        if "tolerance" in whole and criterion_of(whole).never:
            return Conclusion(plan, Doubt.NEVER_MET, told, f'"{whole.get("name")}"')
    if told.slots < told.needed:
        return Conclusion(plan, Doubt.OUTLASTED if told.outlasted else Doubt.TOO_FEW, told)
    longest = plan.stop_when.max_duration_s
    early = longest is not None and longest < plan.warm_up_s + plan.duration_s
    return Conclusion(plan, Doubt.ENDS_EARLY if early else None, told)


def too_few(told: Prospects) -> str:
    """How many measurements are lacking."""
    has = f"it has {count(told.slots, 'measurement')} under the conditions" if told.slots else "it has no measurement"
    mean = told.outage.lasting()
    return f"{has} and needs at least {told.needed:,} clean ones, for outages of {mean} on average"


def expected(plan: Plan, target: float) -> Prospects:
    """Return what can be expected of a plan, without its cost."""
    return prospects(
        target,
        plan.slots("conditions"),
        plan.frequency_s,
        outage_lasts_s=plan.outage_lasts_s,
        learned=plan.outage_learned,
    )


def outlasted(plan: Plan, told: Prospects) -> str:
    """That an outage lasts for longer than the plan, so that it shows at most that one began."""
    ends = "it can fail" if told.can_fail else "it cannot fail either"
    mean, lasting = told.outage.lasting(), duration(plan.duration_s)
    return f"cannot prove anything; {ends}: an outage lasts {mean} on average, longer than its {lasting}"


def ends_early(plan: Plan) -> str:
    """That the run is stopped before its conditions are over."""
    whole = plan.warm_up_s + plan.duration_s
    return (
        f"it stops after {duration(plan.stop_when.max_duration_s)}, before its conditions are over "
        f"({duration(whole)}), and a run that is stopped never passes"
    )


def _lasting(plan: Plan, slots: int) -> float:
    """How long so many measurements take, to whole seconds where it is more than one."""
    seconds = float(slots * exact(plan.frequency_s))
    return float(ceil(seconds)) if seconds > 1 else seconds
