"""What every report tells of a run, gathered once, so that no two of them can disagree.

All texts are one line of plain characters; each format only lays them out and escapes them in its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rtk.figures import NO_DATA, bound, chosen_duration, count, duration, fine_share, multiple, number, share
from rtk.insight import clustering_wording
from rtk.insight.clustering_wording import stretches
from rtk.insight.facts import Facts
from rtk.insight.former import said
from rtk.insight.promise import promise_at_length
from rtk.insight.shape import Attribution, Insight, InvalidReason
from rtk.insight.status import ActivityStatus
from rtk.report import certainty, costing, quantiles, recovery, setting, worsening
from rtk.report.axis import utc
from rtk.report.figure import Figure, figure
from rtk.report.figure import FigureKey as Key
from rtk.report.figure import number as large
from rtk.report.marks import RECOVERED, RESTORED, Mark, verdict_mark
from rtk.report.moments import Moment, moments
from rtk.report.setting import Medium
from rtk.report.text import plain

PAGE = "page"  # what the console's page of the run is called among the files
_EVERY = {
    True: "every rollback succeeded",
    False: "not every rollback succeeded, or none was run",
    None: "nothing was to be undone",
}
_NOT_UNDONE = "Not everything was undone: the system may still be in the state the conditions put it in."


class Answer(NamedTuple):
    """A question of a hurried reader with its answer; `mark` where the answer is a state."""

    label: str
    value: str
    explanation: str
    mark: Mark | None = None


class Table(NamedTuple):
    """A table in words; the first cell of a row names it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class RollbackResult(NamedTuple):
    """One rollback: how it went and what a person does where it failed."""

    name: str
    status: str
    detail: str
    by_hand: str


@dataclass(frozen=True)
class RunReport:
    """A run as it is told. `answers` are the questions of a hurried reader with their answers; `numbers`
    are the few figures shown large, `quantiles` says what bounds those of the phases, `lacking` what each needs that
    nothing bounds; `figures` are all of them. Of a run that gave no verdict there is one cause, `why`, and one
    `next_step`, and no question that it cannot answer. That everything is undone (`restored`) and that the service was
    good again (`recovered`) are two states."""

    title: str
    objective: str
    began: str
    when: str
    verdict: Mark
    restored: Mark
    recovered: Mark
    headline: str
    why: str
    next_step: str
    former: str
    answers: tuple[Answer, ...]
    numbers: tuple[Figure, ...]
    figures: tuple[Figure, ...]
    phases: Table
    quantiles: str
    lacking: dict[str, str]
    comparisons: tuple[str, ...]
    moments: tuple[Moment, ...]
    undo: tuple[RollbackResult, ...]
    undone: str
    limits: tuple[str, ...]
    notes: tuple[str, ...]
    alarm: str | None
    files: tuple[tuple[str, str], ...]
    standing: str


def story(insight: Insight, facts: Facts, medium: Medium = Medium.COMMAND) -> RunReport:
    """Everything the reports tell of a run; `medium` is where it is read."""
    began = f"{utc(insight.started_at, '%Y-%m-%d %H:%M:%S')} UTC"
    lasted = f"lasted {duration(insight.duration_s)}, one slot every {chosen_duration(insight.frequency_s)}"
    objective, promised = "No objective was given, so nothing was promised that could be judged.", facts.objective
    if promised is not None:
        name = f"{plain(promised.name)}: " if plain(promised.name) else ""
        objective = name + plain(promise_at_length(promised.target, promised.quantile, promised.window_s), 700)
    return RunReport(
        title=plain(insight.title) or "A run without a title",
        objective=objective,
        began=began,
        when=f"{began}, {lasted}",
        verdict=verdict_mark(insight),
        restored=RESTORED[insight.restored],
        recovered=RECOVERED[insight.recovery],
        headline=plain(insight.headline, 600),
        # Of a run that is not judged both are one sentence.
        why="" if insight.why == insight.headline else plain(insight.why, 600),
        next_step=plain(setting.next_step(insight, medium), 600),
        former=plain(said(insight.version, insight.former), 900),
        undone=undone(insight, facts),
        answers=tuple(_answers(insight, facts, medium)),
        numbers=() if not insight.is_evidence and not _measured(insight) else _numbers(insight),
        figures=_figures(insight, medium),
        phases=_phases(insight),
        quantiles=plain(quantiles.caption(insight, medium), 900),
        lacking=quantiles.missing(insight),
        comparisons=tuple(plain(c.sentence, 600) for c in insight.comparisons if c.sentence),
        moments=moments(insight, facts),
        undo=_undo(facts),
        limits=tuple(plain(x, 600) for x in setting.limits(insight, medium)),
        notes=tuple(plain(x, 600) for x in (*insight.notes, *costing.details_of(insight.occurrence))),
        alarm=_NOT_UNDONE if insight.restored is False else None,
        files=tuple((plain(name, 60), plain(place, 1000)) for name, place in facts.files.items()),
        standing=f"The promise over all runs: {plain(facts.standing, 600)}" if facts.standing else "",
    )


def _answers(insight: Insight, facts: Facts, medium: Medium) -> Iterator[Answer]:
    """Only what this run can answer: one that is evidence of nothing is not sure of anything."""
    yield Answer("Did it hold?", verdict_mark(insight).word, plain(insight.headline, 600))
    if insight.is_evidence:
        yield Answer(certainty.QUESTION, certainty.figure(insight), certainty.explanation(insight))
    if insight.is_evidence or insight.invalid_reason is InvalidReason.BASELINE_BROKEN:
        yield Answer(worsening.QUESTION, *worsening.answer(insight, facts))
    if insight.is_evidence or _measured(insight):
        yield Answer("What did it cost?", *_cost(insight, facts))
        if cost := costing.answer_of(insight, medium):
            yield Answer(costing.QUESTION, cost.mark.word, cost.sentence, cost.mark)
    if insight.is_evidence or facts.conditions:
        undo, again = RESTORED[insight.restored], RECOVERED[insight.recovery]
        yield Answer("Is everything undone?", undo.word, undone(insight, facts), undo)
        why = recovery.explanation(insight, medium, applied=bool(facts.conditions))
        yield Answer("Has it recovered?", again.word, why, again)


def _measured(insight: Insight) -> bool:
    return insight.run.met + insight.run.deviated > 0


def _cost(insight: Insight, facts: Facts) -> tuple[str, str]:
    f = insight.figures
    if not _measured(insight):
        return NO_DATA, "Nothing was measured, so what it cost is not known."
    of_budget = NO_DATA if f.budget_spent is None else f"{fine_share(f.budget_spent)} of the budget"
    spent = f"{duration(f.deviating_s)} of bad time"
    if f.budget_s is None:
        return of_budget, f"{spent}; no budget is known, because no objective with a window was given."
    fits = ""
    if f.affordable is not None and facts.objective is not None:
        fits = f"; {count(f.affordable, 'such run')} would fit in {duration(facts.objective.window_s)}"
    return of_budget, f"{spent} out of a budget of {duration(f.budget_s)}{fits}."


def undone(insight: Insight, facts: Facts) -> str:
    """Whether everything was undone, in one sentence."""
    if insight.not_restored:
        return " ".join(plain(told, 300) for told in insight.not_restored[:5])
    if insight.restored is None:
        return "Nothing was to be undone."
    return f"{count(len(facts.rollbacks), 'rollback')} succeeded."


def _numbers(insight: Insight) -> tuple[Figure, ...]:
    f = insight.figures
    # Where nothing was measured, 0 would read as if the run had cost nothing.
    spent = f.budget_spent if _measured(insight) else None
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


def _figures(insight: Insight, medium: Medium) -> tuple[Figure, ...]:
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
    f, known = insight.figures, _measured(insight)
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
    if not _applied(insight) or not _measured(insight):
        return NO_DATA, "nothing was measured" if _applied(insight) else "no condition was applied"
    if insight.first_deviation_after_s is None:
        return "none", f"nothing began to deviate {since}"
    told = f"; {count(before, 'measurement')} had deviated before it" if before else ""
    return duration(insight.first_deviation_after_s), f"{since}{told}"


def _count(value: int | None) -> str:
    return NO_DATA if value is None else f"{value:,}"


def _phases(insight: Insight) -> Table:
    asked = quantiles.names(insight)
    head = ("phase", "planned", "met", "deviated", "not measured", "observed", "min", *asked, "max")
    rows = []
    for s in (*insight.phases, insight.run):
        counts = (number(s.planned), number(s.met), number(s.deviated), number(s.missed))
        least, greatest = (plain(number(v, insight.unit), 40) for v in (s.minimum, s.maximum))
        told = quantiles.of_phase(s, insight, insight.unit)
        known = (told.get(name, NO_DATA) for name in asked)
        rows.append((s.phase or "whole run", *counts, share(s.observed), least, *known, greatest))
    return Table(head, tuple(rows))


def _undo(facts: Facts) -> tuple[RollbackResult, ...]:
    found = []
    for each in facts.rollbacks:
        tries = "1 try" if each.tries == 1 else f"{each.tries:,} tries"
        failure = f": {plain(each.failure, 600)}" if each.failure else ""
        by_hand, elsewhere = "", ""
        if each.by_hand and each.status != ActivityStatus.SUCCEEDED:
            # The command for a person is shown as it is or not at all: a changed one must not be run.
            line = plain(each.by_hand, 2000)
            if line == each.by_hand.strip():
                by_hand = line
            if not by_hand:
                elsewhere = " (the command to run by hand spans lines; the journal has it)"
        detail = f"{tries}{failure}{elsewhere}"
        found.append(RollbackResult(plain(each.name, 160), plain(each.status, 40), detail, by_hand))
    return tuple(found)
