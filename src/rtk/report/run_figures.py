"""The figures of a run, each with how it came about: all of them, and the few that are shown large."""

from collections.abc import Iterator

from rtk.figures import NO_DATA, bound, count, duration, fine_share, multiple, number, share
from rtk.insight import clustering_wording
from rtk.insight.clustering_wording import stretches
from rtk.insight.shape import Attribution, Insight
from rtk.report import certainty, costing, recovery
from rtk.report.figure import Figure, figure
from rtk.report.figure import FigureKey as Key
from rtk.report.figure import number as large
from rtk.report.marks import RECOVERED, RESTORED
from rtk.report.setting import Medium

_EVERY = {
    True: "every rollback succeeded",
    False: "not every rollback succeeded, or none was run",
    None: "nothing was to be undone",
}


def is_measured(insight: Insight) -> bool:
    """Return whether anything was measured in any phase."""
    return insight.run.met + insight.run.deviated > 0


def large_figures(insight: Insight) -> tuple[Figure, ...]:
    """Return the few that are shown large."""
    f = insight.figures
    # Where nothing was measured, 0 would read as if the run had cost nothing.
    spent = f.budget_spent if is_measured(insight) else None
    return (
        large(Key.MET, number(f.met), "slots of the conditions phase that were good"),
        large(Key.DEVIATED, number(f.deviated), "slots of the conditions phase that were not"),
        large(Key.MISSED, number(f.missed), "slots in which nothing could be measured"),
        large(
            Key.COVERAGE,
            share(f.coverage),
            f"of {count(f.planned, 'planned slot')} were measured",
            known=f.coverage is not None,
        ),
        large(Key.BUDGET_SPENT, fine_share(spent), "by all phases of this run", known=spent is not None),
        large(Key.BURN_RATE, multiple(f.burn_rate), "times what the objective allows", known=f.burn_rate is not None),
    )


def all_figures(insight: Insight, medium: Medium) -> tuple[Figure, ...]:
    """Return every figure of a run; `medium` is where they are read."""
    f, target = insight.figures, None if insight.objective is None else insight.objective.get("target")
    outages = NO_DATA if insight.proof is None else f"{insight.proof.outages:,} of {insight.proof.chances:,}"
    together = NO_DATA, "nothing deviated under the conditions, so no deviations can have come together"
    if insight.clustering is not None and f.deviated:
        answer, seen = clustering_wording.answer(insight.clustering), stretches(insight.clustering)
        together = answer, f"deviations come together where it is found; here were {seen}"
    again = recovery.explanation(insight, medium, applied=_applied(insight))
    return (
        figure(Key.PLANNED, count(f.planned, "slot"), "slots of the conditions phase"),
        figure(Key.COVERAGE, share(f.coverage), "(met + deviated) ÷ planned"),
        figure(Key.OBSERVED, share(f.observed), "met ÷ (met + deviated)"),
        figure(Key.PROVEN_AT_LEAST, bound(certainty.proven(insight), target), certainty.proven_for(insight)),
        figure(Key.OUTAGES, outages, "begun under the conditions, of so many chances to begin"),
        figure(Key.IN_RUN_AT_MOST, bound(f.proven_at_most, target), "exact one-sided 95 % bound of its own time"),
        figure(Key.IF_INDEPENDENT, bound(f.proven_at_least, target), "were no outage longer than a slot"),
        figure(Key.NEEDED, _count(f.needed), "clean measurements that would prove the target"),
        *_budget(insight),
        figure(Key.FIRST_DEVIATION, *_first_deviation(insight)),
        figure(Key.CLUSTERING, *together),
        figure(Key.RESTORED, RESTORED[insight.restored].word, _EVERY[insight.restored]),
        figure(Key.RECOVERED, RECOVERED[insight.recovery].word, again),
        figure(
            Key.RECOVERED_AFTER,
            duration(insight.recovered_after_s),
            "from the last rollback's end to the end of the first of three met in a row",
        ),
    )


def _budget(insight: Insight) -> Iterator[Figure]:
    """Yield how much of the budget the run spent, and how long the budget would last at that rate."""
    f, known = insight.figures, is_measured(insight)
    yield figure(Key.BUDGET, duration(f.budget_s), "(1 - target) times the window")
    deviating = duration(f.deviating_s if known else None)
    yield figure(Key.DEVIATING_TIME, deviating, "of all phases: from each deviated slot to the next")
    yield figure(Key.BUDGET_SPENT, fine_share(f.budget_spent if known else None), "deviating time ÷ budget")
    yield from (figure(*each) for each in costing.figures_of(insight.occurrence))
    yield figure(Key.BURN_RATE, multiple(f.burn_rate), "(1 - observed) ÷ (1 - target)")
    if f.budget_s is not None and f.burn_rate == 0:
        yield figure(Key.EXHAUSTED_AFTER, "never", "nothing deviated under the conditions")
    else:
        yield figure(Key.EXHAUSTED_AFTER, duration(f.exhausted_after_s), "window ÷ burn rate, were it to go on")
    if f.budget_spent == 0 and known:
        yield figure(Key.AFFORDABLE, "any number", "of such runs: it cost nothing")
    else:
        yield figure(Key.AFFORDABLE, _count(f.affordable), "such runs per window")
    impact = f.observed_budget_impact if known else None
    yield figure(Key.OBSERVED_IMPACT, fine_share(impact), "deviating time ÷ the run's own length")


def _applied(insight: Insight) -> bool:
    return insight.attribution is not Attribution.NO_CONDITION


def _first_deviation(insight: Insight) -> tuple[str, str]:
    """How long after the first condition began; what deviated before is told beside it, not passed over."""
    before = next((each.deviated for each in insight.phases if each.phase == "baseline"), 0)
    since = "after the first condition began"
    if insight.baseline_broken:
        return NO_DATA, "the service deviated before any condition began"
    if not _applied(insight) or not is_measured(insight):
        return NO_DATA, "nothing was measured" if _applied(insight) else "no condition was applied"
    if insight.first_deviation_after_s is None:
        return "none", f"nothing began to deviate {since}"
    told = f"; {count(before, 'measurement')} had deviated before it" if before else ""
    return duration(insight.first_deviation_after_s), f"{since}{told}"


def _count(value: int | None) -> str:
    return NO_DATA if value is None else f"{value:,}"
