"""From the facts of a run to its insight: the one place where all of it comes together."""

from msgspec.structs import asdict, replace

from rtk.figures import count
from rtk.insight.baseline import Baseline
from rtk.insight.budget import Spending
from rtk.insight.cause import attribution_of, cause_of, comparisons_of
from rtk.insight.facts import Facts, Phase
from rtk.insight.figures import figures_of
from rtk.insight.limits_wording import limits
from rtk.insight.moments import (
    first_deviation_after,
    invalid_condition,
    recovered_after,
    restoration_of,
    restored,
    seen_lapses,
    unrestored,
)
from rtk.insight.neighbours import said
from rtk.insight.next_step import next_step
from rtk.insight.occurrence import occurrence_of
from rtk.insight.occurrence_wording import priced
from rtk.insight.outage import deviating_time
from rtk.insight.outage_length import outage_length
from rtk.insight.proof import BAD, MISSED, Proof, prove
from rtk.insight.recovery import recovery_of
from rtk.insight.restoration_wording import sentence_of
from rtk.insight.runs import clustering_of
from rtk.insight.seen import seen_outages
from rtk.insight.shape import Insight, InvalidReason, SeenLapse
from rtk.insight.stats import statistics
from rtk.insight.status import JUDGED
from rtk.insight.sums import sums_of
from rtk.insight.tally import PhaseTally, stopped_early, tallies_of
from rtk.insight.verdict import Case, highest, is_gone
from rtk.insight.wording import Story, headline, why

_AS_THEY_ARE = ("run_id", "title", "status", "stopped", "started_at", "duration_s", "frequency_s", "neighbours")


def insight(facts: Facts) -> Insight:
    """Everything computed from a run that has ended. Raises BadInput for an objective that cannot be."""
    tallies = tallies_of(facts)
    conditions = tallies.get("conditions", PhaseTally())
    series = bytes(conditions.outcomes)
    clustering = clustering_of(series)
    outage = outage_length(facts.frequency_s, facts.outage_lasts_s, learned=facts.outage_learned)
    outage_slots = outage.slots(facts.frequency_s)
    outlasting = _outlasting(tallies)
    proof = prove(series, outage_slots, outlasting=outlasting)
    before, promised = tallies.get("baseline", PhaseTally()), facts.objective
    baseline = Baseline(before.met, before.deviated, *((promised.target, promised.quantile) if promised else ()))
    case = _case(facts, conditions, proof, baseline, outage_slots)
    is_evidence = case.judged and not case.invalid
    figures = figures_of(case, _spending(facts, conditions, tallies))
    comparisons = comparisons_of(tallies, facts.threshold.unit, broken=baseline.is_broken)
    attribution, left = attribution_of(comparisons, tallies, applied=bool(facts.conditions)), unrestored(facts)
    run, phases = statistics(facts, tallies, outage_slots)
    lapses, recovery = seen_lapses(facts), recovery_of(facts)
    complete = facts.stop is not None and facts.stop.cause.completes
    unmissed = prove(series.replace(MISSED, b""), outage_slots) if conditions.missed else proof
    story = Story(facts, case, figures, clustering, baseline, lapses, unmissed, outage)
    return Insight(
        **{name: getattr(facts, name) for name in _AS_THEY_ARE},
        objective=asdict(promised) if promised else None,
        figures=figures,
        headline=headline(story),
        why=" ".join(filter(None, (why(story), said(facts.neighbours)))),
        limits=limits(story),
        restored=restored(facts),
        stop_cause=facts.stop.cause if facts.stop else None,
        run=run,
        phases=phases,
        clustering=clustering,
        comparisons=comparisons,
        cause=cause_of(attribution, comparisons),
        attribution=attribution,
        first_deviation_after_s=None if baseline.is_broken else first_deviation_after(facts),
        recovered_after_s=recovered_after(facts),
        invalid_condition=_invalidated_by(facts, case, lapses),
        invalid_reason=case.invalid,
        without_effect=conditions.lapsed,
        missed_reasons={str(reason): many for reason, many in sorted(conditions.reasons.items())},
        restoration=restoration_of(facts),
        recovery=recovery,
        recovered=recovery.recovered,
        baseline_broken=baseline.is_broken,
        next_step=next_step(story),
        lapses=lapses,
        unrestored=left,
        not_restored=tuple(map(sentence_of, left)),
        unit=facts.threshold.unit,
        notes=_notes(tallies),
        proof=case.proof if is_evidence else None,
        at_most=highest(case) if is_evidence else None,
        outage=outage,
        sums=sums_of(series, conditions.cut_off, outlasting, complete=complete) if is_evidence else None,
        occurrence=priced(facts, occurrence_of(facts, outage_slots, judged=is_evidence)),
        seen=seen_outages(tallies, facts.frequency_s),
    )


def _case(facts: Facts, conditions: PhaseTally, proof: Proof | None, baseline: Baseline, outage_slots: float) -> Case:
    begun = conditions.planned > 0 or bool(facts.conditions)
    case = Case(
        target=facts.objective.target if facts.objective else None,
        planned=conditions.planned,
        met=conditions.met,
        deviated=conditions.deviated,
        missed=conditions.missed,
        remaining=conditions.cut_off,
        lapsed=conditions.lapsed,
        stopped=stopped_early(facts) or conditions.cut_off > 0,
        proof=proof,
        outage_slots=outage_slots,
        judged=facts.status in JUDGED and begun,
    )
    if not case.judged:
        return case
    # The first reason that holds: what was broken before comes before what came.
    if baseline.is_broken:
        return replace(case, invalid=InvalidReason.BASELINE_BROKEN)
    if invalid_condition(facts):
        return replace(case, invalid=InvalidReason.NOT_APPLIED)
    return replace(case, invalid=InvalidReason.EFFECT_GONE if is_gone(case) else None)


def _outlasting(tallies: dict[Phase, PhaseTally]) -> int:
    """For how many slots after the conditions the service was not seen good: an outage does not end with its phase."""
    after = b"".join(bytes(tallies[phase].outcomes) for phase in ("undo", "recovery") if phase in tallies)
    return len(after) - len(after.lstrip(BAD + MISSED))


def _invalidated_by(facts: Facts, case: Case, lapses: tuple[SeenLapse, ...]) -> str | None:
    if not case.invalid:
        return None
    failed = invalid_condition(facts)
    if failed:
        return failed.name
    return max(lapses, key=lambda lapse: lapse.slots).condition if is_gone(case) else None


def _spending(facts: Facts, conditions: PhaseTally, tallies: dict[Phase, PhaseTally]) -> Spending:
    return Spending(
        target=facts.objective.target if facts.objective else None,
        window_s=facts.objective.window_s if facts.objective else None,
        frequency_s=facts.frequency_s,
        duration_s=facts.duration_s,
        met=conditions.met,
        deviated=conditions.deviated,
        deviating_s=deviating_time(tallies, facts.frequency_s),
    )


def _notes(tallies: dict[Phase, PhaseTally]) -> tuple[str, ...]:
    """Where the values show the run as better than it was."""
    valued = any(tally.values for tally in tallies.values())
    without = sum(tally.valueless for tally in tallies.values())
    if not valued or not without:
        return ()
    return (f"{count(without, 'deviated measurement')} gave no value; quantiles count it as the slowest.",)
