"""The comparison of a phase with the baseline, as figures and as sentences.

A difference is called real where either p-value is below 0.05 divided by the number of tests made
(Bonferroni), so that two tests together still err no more than one time in twenty where measurements are independent.
Outages make them dependent, and then they err more often: so each sentence says what it assumes.
"""

from rtk.figures import chance, number, share
from rtk.insight.compare import fisher, mann_whitney
from rtk.insight.facts import Phase
from rtk.insight.shape import Attribution, Comparison
from rtk.insight.stats import quantile
from rtk.insight.tally import PhaseTally

# For all tests of a comparison together; each gets its part of it.
ERROR = 0.05
SENTENCES: dict[Attribution, str] = {  # the others are told by the comparison, with its figures
    Attribution.NO_CONDITION: "No condition was applied, so no condition can be the cause.",
    Attribution.NO_BASELINE: "There is no baseline, so the condition cannot be told apart from the system's ordinary "
    "behaviour; a warm-up gives one.",
    Attribution.BASELINE_NOT_MEASURED: "Nothing was measured in the baseline, so the condition cannot be told apart "
    "from the system's ordinary behaviour.",
    Attribution.CONDITIONS_NOT_MEASURED: "Nothing was measured in the conditions that could be held against the "
    "baseline.",
    Attribution.BASELINE_BROKEN: "The baseline missed the target already, so what the conditions added cannot be told "
    "apart.",
}
_OF: dict[Phase, str] = {
    "baseline": "of the baseline",
    "conditions": "under the conditions",
    "recovery": "of the recovery",
}


def comparisons_of(tallies: dict[Phase, PhaseTally], unit: str = "", *, broken: bool = False) -> tuple[Comparison, ...]:
    """Conditions and recovery, each against the baseline, where both were measured; `broken` is that baseline."""
    baseline = tallies.get("baseline", PhaseTally())
    later: tuple[Phase, ...] = ("conditions", "recovery")
    return tuple(
        compare(phase, tallies[phase], baseline, unit, broken=broken)
        for phase in later
        if phase in tallies and tallies[phase].measured and baseline.measured
    )


def attribution_of(
    comparisons: tuple[Comparison, ...], tallies: dict[Phase, PhaseTally], applied: bool = True
) -> Attribution:
    """What the run says about the conditions as the cause; `applied` is whether there was any."""
    if not applied:
        return Attribution.NO_CONDITION
    if found := of_conditions(comparisons):
        return judged(found)
    if "baseline" not in tallies:
        return Attribution.NO_BASELINE
    measured = tallies["baseline"].measured
    return Attribution.CONDITIONS_NOT_MEASURED if measured else Attribution.BASELINE_NOT_MEASURED


def cause_of(attribution: Attribution, comparisons: tuple[Comparison, ...]) -> str:
    """The same in sentences, with the figures of the comparison where there is one."""
    found = of_conditions(comparisons)
    if found is None or attribution is Attribution.NO_CONDITION:
        return SENTENCES[attribution]
    return found.sentence


def of_conditions(comparisons: tuple[Comparison, ...]) -> Comparison | None:
    """The comparison of the conditions with the baseline, where both were measured."""
    return next((each for each in comparisons if each.phase == "conditions"), None)


def judged(found: Comparison) -> Attribution:
    """What a comparison says of its phase."""
    if found.real is None:
        return Attribution.BASELINE_BROKEN
    return Attribution.DIFFERENT if found.real else Attribution.NOT_PROVEN


def compare(
    phase: Phase, tally: PhaseTally, baseline: PhaseTally, unit: str = "", *, broken: bool = False
) -> Comparison:
    """One phase against the baseline; both must have been measured. Against a `broken` one nothing is judged."""
    fisher_p = fisher(tally.met, tally.deviated, baseline.met, baseline.deviated)
    deviated, before = tally.deviated / tally.measured, baseline.deviated / baseline.measured
    shares = f"Of the measurements {_OF[phase]} {share(deviated)} deviated, of the baseline {share(before)}"
    sentences = [f"{shares} (Fisher's exact test, two-sided: {chance(fisher_p)})."]
    values, others = sorted(tally.values), sorted(baseline.values)
    median, usual = quantile(values, 50), quantile(others, 50)
    p, superiority, higher_by = None, None, None
    if median is not None and usual is not None:
        p, superiority = mann_whitney(values, others)
        higher_by = median - usual
        sentences.append(
            f"The median value was {number(median, unit)} against {number(usual, unit)}; in {share(superiority)} of "
            f"pairs the value {_OF[phase]} is the higher (Mann-Whitney test, two-sided: {chance(p)})."
        )
    tests = [fisher_p] if p is None else [fisher_p, p]
    real = None if broken else min(tests) < ERROR / len(tests)
    return Comparison(
        phase=phase,
        fisher_p=fisher_p,
        share_difference=deviated - before,
        mann_whitney_p=p,
        median_difference=higher_by,
        superiority=superiority,
        real=real,
        sentence=" ".join([*sentences, _rule(real, len(tests))]),
    )


def _rule(real: bool | None, tests: int) -> str:
    if real is None:
        return SENTENCES[Attribution.BASELINE_BROKEN]
    rule = f"one of {tests} tests below {ERROR / tests:g}" if tests > 1 else f"p below {ERROR:g}"
    if real:
        return f"That is more than luck explains ({rule}), if measurements are independent; no test can say its cause."
    return f"A difference is not shown ({rule} would be needed, with independent measurements)."
