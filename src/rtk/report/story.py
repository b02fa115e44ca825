"""What every report tells of a run, gathered once, so that no two of them can disagree.

All texts are one line of plain characters; each format only lays them out and escapes them in its own way.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from rtk.figures import NO_DATA, chosen_duration, count, duration, fine_share, number, share
from rtk.insight.facts import Facts
from rtk.insight.former import said
from rtk.insight.promise import promise_at_length
from rtk.insight.shape import Insight, InvalidReason
from rtk.insight.status import ActivityStatus
from rtk.report import certainty, costing, quantiles, recovery, setting, worsening
from rtk.report.axis import utc
from rtk.report.figure import Figure
from rtk.report.marks import RECOVERED, RESTORED, Mark, verdict_mark
from rtk.report.moments import Moment, moments
from rtk.report.run_figures import all_figures, is_measured, large_figures
from rtk.report.setting import Medium
from rtk.report.text import plain

PAGE = "page"  # what the console's page of the run is called among the files
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


class RunReport(Struct, frozen=True):
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
        numbers=() if not insight.is_evidence and not is_measured(insight) else large_figures(insight),
        figures=all_figures(insight, medium),
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
    if insight.is_evidence or is_measured(insight):
        yield Answer("What did it cost?", *_cost(insight, facts))
        if cost := costing.answer_of(insight, medium):
            yield Answer(costing.QUESTION, cost.mark.word, cost.sentence, cost.mark)
    if insight.is_evidence or facts.conditions:
        undo, again = RESTORED[insight.restored], RECOVERED[insight.recovery]
        yield Answer("Is everything undone?", undo.word, undone(insight, facts), undo)
        why = recovery.explanation(insight, medium, applied=bool(facts.conditions))
        yield Answer("Has it recovered?", again.word, why, again)


def _cost(insight: Insight, facts: Facts) -> tuple[str, str]:
    f = insight.figures
    if not is_measured(insight):
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
