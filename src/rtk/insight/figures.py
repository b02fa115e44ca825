"""The arithmetic of DESIGN §5 in one place: from counts to every figure."""

from rtk.insight.bounds import proven_at_least, proven_at_most
from rtk.insight.budget import Spending, budget_of, exact
from rtk.insight.proof import independent, needed
from rtk.insight.shape import Figures
from rtk.insight.verdict import Case, slots, verdict_of


def figures(
    target: float | None,
    window_s: float | None,
    frequency_s: float,
    planned: int,
    met: int,
    deviated: int,
    missed: int,
    duration_s: float,
) -> Figures:
    """The figures of a run that ended in its time, measured in the conditions phase alone, from its counts.

    Counts have no order, so each slot counts as independent of the others.

    `target` is a share, times are seconds; `duration_s` is the whole run's. Raises BadInput for a target that
    is not above 0 and below 1.
    """
    whole = max(planned, met + deviated + missed)
    case = Case(target, planned, met, deviated, missed, proof=independent(met, whole))
    deviating_s = deviated * exact(frequency_s)
    return figures_of(case, Spending(target, window_s, frequency_s, duration_s, met, deviated, deviating_s))


def figures_of(case: Case, spending: Spending) -> Figures:
    """The figures of any run: counts and bounds of the conditions phase, deviating time of all phases.

    Where a condition never took effect nothing is proven, so there are no bounds.
    """
    planned, measured = slots(case), case.met + case.deviated
    budget = budget_of(spending)
    return Figures(
        planned=planned,
        met=case.met,
        deviated=case.deviated,
        missed=planned - measured,
        coverage=measured / planned if planned else None,
        observed=case.met / measured if measured else None,
        proven_at_least=None if case.invalid else proven_at_least(case.met, measured),
        proven_at_most=None if case.invalid else proven_at_most(case.met, measured),
        verdict=verdict_of(case),
        needed=None if case.target is None else needed(case.target, case.outage_slots),
        budget_s=budget.budget_s,
        deviating_s=budget.deviating_s,
        budget_spent=budget.spent,
        burn_rate=budget.burn_rate,
        exhausted_after_s=budget.exhausted_after_s,
        affordable=budget.affordable,
        observed_budget_impact=budget.observed_impact,
    )
