"""What an occurrence costs, in sentences: of one run, and of the dearest of several."""

from math import floor

from msgspec.structs import replace

from rtk.figures import count, duration, is_one, number, rounded, share
from rtk.insight.bounds import RISK
from rtk.insight.facts import Facts
from rtk.insight.occurrence import Allowance, Occurrence, Unpriced
from rtk.insight.occurs import Occurs
from rtk.insight.tally import stopped_early

FEW = 5  # runs: fewer say little of what another may cost
_UNPRICED = {
    Unpriced.INVALID: "The run is evidence of nothing, so it does not say what an occurrence costs.",
    Unpriced.NO_CONDITION: "No condition was applied, so nothing occurred that could cost anything.",
    Unpriced.NOTHING_MEASURED: "Nothing was measured since the condition began, so its cost is unknown.",
    Unpriced.STOPPED: "The run was stopped before anything deviated, so its cost is unknown.",
}


def expected(occurs: Occurs) -> str:
    """How often it is expected, and how long then: "2 times in 30 days, 20 min each"."""
    times = "once" if occurs.times == 1 else f"{number(occurs.times)} times"
    each = "" if occurs.lasts_s is None else f", {duration(occurs.lasts_s)} each"
    return f"{times} in {duration(occurs.per_s)}{each}"


def allowed(occurs: Occurs) -> str:
    """What all that are expected may cost."""
    return "all of the budget" if occurs.allowance == 1 else f"{share(occurs.allowance)} of the budget"


def may_cost(occurs: Occurs, target: float) -> str:
    """What is expected and what one may cost, in a sentence for before a run."""
    most = duration(rounded(float(occurs.most_s(target))))
    strict = " The command exits with 2 if it costs more." if occurs.strict else ""
    told = f"together they may cost {allowed(occurs)}, so one of them {most} of bad time."
    return f"Expected {expected(occurs)}: {told}{strict}"


def priced(facts: Facts, found: Occurrence | None) -> Occurrence | None:
    """Return an occurrence with its sentence, and what that rests on."""
    if found is None:
        return None
    details = _details(found, facts.frequency_s) if found.unpriced in (None, Unpriced.NOT_RECOVERED) else ()
    cut = stopped_early(facts) and not (facts.stop and facts.stop.cause.completes)
    per_s = found.occurs.per_s
    whole = float(found.occurs.budget_s(facts.objective.target)) if facts.objective else None
    allow = "allows" if is_one(per_s) else "allow"
    budget = f"the {duration(whole)} of bad time that {duration(per_s)} {allow}"
    return replace(found, sentence=_sentence(found, budget, cut=cut), details=details)


def of_one_run(found: Occurrence) -> str:
    """Return the sentence of a run with what one run leaves open, where it says a cost."""
    return found.sentence if found.cost_s is None else f"{found.sentence} {coverage(1)}"


def coverage(runs: int) -> str:
    """How many occurrences cost no more than the dearest of n runs, in a sentence: 0.05^(1/n) of them, 95 % sure."""
    if runs == 1:
        return "That is what one run cost: another may well cost more."
    few = f", since fewer than {FEW} runs say little" if runs < FEW else ""
    # Rounded down, since it says at least.
    return f"At least {floor(100 * covered(runs))} of 100 occurrences cost no more than that (95 % sure{few})."


def covered(runs: int) -> float:
    """The share of cases that are no dearer than the dearest of so many runs, 95 % sure."""
    return float(RISK ** (1 / runs)) if runs else 0.0


def _sentence(found: Occurrence, budget: str, *, cut: bool) -> str:
    """What an occurrence costs, or why that is not known; `budget` is what they are held against."""
    cost, occurs = found.cost_s or 0.0, found.occurs
    if found.unpriced in _UNPRICED:
        return _UNPRICED[found.unpriced]
    if found.unpriced is Unpriced.NEEDS_LASTS:
        applied = duration(rounded(found.applied_s or 0.0))
        return (
            f"Deviations went on until the condition ended ({applied}), so what an occurrence costs depends on how "
            "long it lasts in life, which nobody said."
        )
    if found.unpriced is Unpriced.NOT_RECOVERED:
        already = f", already {_spent(found, budget)}" if found.answer is Allowance.BEYOND else ""
        return (
            "The service had not recovered when measuring ended, so an occurrence costs at least "
            f"{duration(rounded(cost))}{already}{'' if cut else '; a longer cool-down shows the rest'}."
        )
    if not cost:
        none = f"what is expected ({expected(occurs)}) costs no bad time"
        return f"Nothing deviated because of the condition, so by this run {none}."
    together = "" if occurs.times == 1 else "together "
    one = f"One occurrence costs {duration(rounded(cost))} of bad time"
    return f"{one}. Expected {expected(occurs)}: {together}{_spent(found, budget)}."


def _spent(found: Occurrence, budget: str) -> str:
    occurs, spent = found.occurs, share(float(f"{found.spent or 0.0:.3g}"))
    if occurs.allowance == 1:
        more = ", more than all of it" if found.answer is Allowance.BEYOND else ""
        return f"{spent} of {budget}{more}"
    than = "more than" if found.answer is Allowance.BEYOND else "within"
    return f"{spent} of {budget}, {than} the {share(occurs.allowance)} that they may cost"


def _details(found: Occurrence, frequency_s: float) -> tuple[str, ...]:
    """What the cost is made of, and what is not counted, a sentence each."""
    told = []
    if found.lasting:
        harmed, lasts = share(round(found.harmed or 0.0, 3)), duration(found.occurs.lasts_s)
        ended = f"Deviations went on until the condition ended ({harmed} of its time)"
        told.append(f"{ended}, so as much counts of the {lasts} that it is expected to last.")
    elif found.outages:
        bad, each = duration(rounded(found.deviating_s)), duration(rounded(frequency_s))
        outages = count(found.outages, "outage")
        more = f"{each} more" if found.outages == 1 else f"{each} more for each"
        told.append(
            f"That is the {bad} of {outages} and {more}, since one may begin before, and end after, it is measured."
        )
    if found.outages:
        told.append(_by_itself(found.baseline_share))
    if found.left_out_s:
        seconds = duration(rounded(found.left_out_s))
        apart = f"Another {seconds} deviated apart from that" if found.outages else f"{seconds} deviated"
        allowed = "the objective allows that much at any time"
        if not found.outages or found.baseline_share:  # a clean baseline leaves one cause
            allowed = f"the baseline deviated as often, or {allowed}"
        told.append(f"{apart}, not counted: {allowed}, so it need not be the condition's doing.")
    if found.missed:
        seconds, slots = duration(rounded(found.missed * frequency_s)), count(found.missed, "slot")
        verb, counts = ("was", "is") if found.missed == 1 else ("were", "are")
        told.append(
            f"{slots} of that ({seconds}) {verb} not measured and {counts} taken as the worst case: as deviated."
        )
    return tuple(told)


def _by_itself(baseline: float | None) -> str:
    if baseline is None:
        return "Without a baseline nobody knows how much of it would have deviated without the condition."
    if not baseline:
        return "Nothing deviated in the baseline, so nothing is taken off for it."
    return f"By the share of the baseline, {share(round(baseline, 3))} of it would have deviated without the condition."
