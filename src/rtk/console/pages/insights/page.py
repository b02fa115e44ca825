"""Everything that the page of a run shows, put together once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.timezone import now

from rtk.console.pages import promises
from rtk.console.pages.insights import (
    condition_actions,
    data,
    heading,
    history,
    measurement_table,
    record,
    run_lookup,
    states,
    stored_insight,
)
from rtk.console.store import occurrences, runs, standings, versions
from rtk.console.store.models import Run
from rtk.console.store.outside import Outside, between
from rtk.console.store.run_state import RunState
from rtk.figures import NO_DATA, duration, fine_share, number, share
from rtk.insight.facts import Facts, Threshold
from rtk.insight.restoration_wording import problem_of, sentence_of
from rtk.insight.shape import Insight
from rtk.report import quantiles
from rtk.report.figure import LABELS, Figure, FigureKey
from rtk.report.setting import Medium
from rtk.report.story import RunReport, Table, story
from rtk.report.text import plain

AROUND = timedelta(minutes=10)  # how long before a run, and after it, something outside may have to do with it
MOST_OUTSIDE = 20
TONES = {"good": "good", "bad": "bad", "unsure": "warn", "broken": "odd", "quiet": "quiet"}  # of reports, here
_COUNTS = (FigureKey.PLANNED, FigureKey.MET, FigureKey.DEVIATED, FigureKey.MISSED)


def page(run: Run, query: QueryDict) -> dict[str, Any]:
    """What the templates of a run are rendered with, by four queries beside an insight that nobody asked for yet.

    One query more tells of other runs where something is expected of the conditions.
    """
    insight, broken = _insight(run, query.get("version", ""))
    place, state = measurement_table.place_of(query), runs.state_of(run)
    read = record.read(run, place)
    facts = read.facts(insight)
    head = read.head
    under_way = state.is_under_way
    told = story(insight, facts, Medium.PAGE) if insight and facts else None
    document = head["experiment"] if isinstance(head.get("experiment"), Mapping) else {}
    past, kept = history.history(run), (run.insight or {}).get("versions") or []
    silent = (now() - run.heard_at).total_seconds()
    return {
        "run": run,
        "state": state,
        "entries": read.entries,
        "badge": _badge(run, state, insight),
        "under_way": under_way,
        "notice": states.notice(state, run.told, silent, broken or (facts is None and not under_way)),
        "insight": insight,
        "versions": [each for each in reversed(kept) if insight and each != insight.version],
        "why_none": (run.insight or {}).get("why", "") if broken else "",
        "heading": heading.heading(run, document),
        "history": past,
        "stands": None if under_way else stands(run),
        "uncounted": history.uncounted(run, past),
        "counting": history.counting(run, past),
        "outside": outside(run),
        "thinned": data.thinned(run),
        "course": heading.course_of(run, document),
        "client": heading.client_words(run),
        **_told(run, told, insight),
        **done(read, document, under_way),
        "recoverable": insight is not None and insight.restored is False and not read.over,
        **table(read, place, head, facts),
    }


def stands(run: Run) -> promises.Stands | None:
    """How the promise of a run's verification stands now, by all its runs. One query."""
    return promises.shown(standings.of([run.verification], now()).get(run.verification_id))


def done(read: record.LoadedRecord, document: Mapping[str, Any], under_way: bool) -> dict[str, Any]:
    """What was done and undone."""
    return {"deeds": condition_actions.deeds(read.entries, document, under_way)}


def fragment(run: Run) -> dict[str, Any]:
    """The part that tells what was done and undone, by itself: while a run goes on it is asked for again."""
    read, under_way = record.read(run, measurement_table.TablePosition()), runs.state_of(run).is_under_way
    document = read.head.get("experiment")
    return {"run": run, "under_way": under_way, **done(read, document if isinstance(document, dict) else {}, under_way)}


def _badge(run: Run, state: RunState, shown: Insight | None) -> str:
    """The name of the badge: of a former insight its own verdict, whatever the run's is by the rules of now."""
    current = (run.insight or {}).get("version") or 1
    if shown is None or shown.version == current:
        return states.badge_of(run, state)
    return shown.figures.verdict or states.NO_VERDICT


def _insight(run: Run, version: str) -> tuple[Insight | None, bool]:
    """The insight, or a former one, and whether the run has ended and none can be made of what was told."""
    told = run_lookup.kept_of(run)
    # More digits are no version.
    if told and version.isdecimal() and len(version) < 5:
        told = versions.of(run, int(version)) or told
    found = stored_insight.insight_from(told)
    return found, told is not None and found is None


def _told(run: Run, told: RunReport | None, insight: Insight | None) -> dict[str, Any]:
    if told is None or insight is None:
        return {"told": None}
    # What one occurrence costs by all runs of the verification, where there are others than this one.
    found = insight.occurrence
    dearest = occurrences.dearest(run.verification_id, found.occurs) if found else None
    return {
        "told": told,
        "tone": TONES[told.verdict.tone],
        "figure": named(told),
        "phases": sideways(insight),
        "impact": impact(insight),
        "spent": insight.figures.budget_spent,
        "left": left(told, insight),
        "dearest": dearest if dearest and dearest.runs + dearest.unpriced > 1 else None,
    }


class Left(NamedTuple):
    """Something that was not undone, and what a person runs instead, if that can be told."""

    text: str
    by_hand: str


def left(told: RunReport, insight: Insight) -> list[Left]:
    """What was not undone; a command that can be shown as it is stands beside its sentence, not in it."""
    known = {each.by_hand for each in told.undo if each.by_hand}
    if not insight.unrestored:  # an insight of earlier times, in words that nobody knows any more
        return [Left(plain(sentence, 600), "") for sentence in insight.not_restored]
    return [
        Left(plain(problem_of(each), 600), each.by_hand or "")
        if each.by_hand in known
        else Left(plain(sentence_of(each), 600), "")
        for each in insight.unrestored
    ]


def named(told: RunReport) -> dict[str, Figure]:
    """The figures by their keys: `budget_spent`."""
    return {each.key: each for each in told.figures}


def sideways(insight: Insight) -> Table:
    """The table of phases with a column for each of them; quantiles only where there were values, unit in front."""
    found = (*insight.phases, insight.run)
    rows = [(LABELS[key].lower(), *(number(getattr(each, key)) for each in found)) for key in _COUNTS]
    rows.append(("observed", *(share(each.observed) for each in found)))
    if insight.run.values:
        unit = f", {plain(insight.unit, 20)}" if insight.unit else ""
        told = [quantiles.of_phase(each, insight) for each in found]
        rows.append((f"min{unit}", *(number(each.minimum) for each in found)))
        rows += [(f"{name}{unit}", *(each.get(name, NO_DATA) for each in told)) for name in quantiles.names(insight)]
        rows.append((f"max{unit}", *(number(each.maximum) for each in found)))
    return Table(("phase", *(each.phase or "whole run" for each in found)), tuple(rows))


def impact(insight: Insight) -> str:
    """Why the observed impact is not the budget, in figures; nothing where there is no such figure."""
    f, promise = insight.figures, insight.objective
    if f.observed_budget_impact is None or not promise or insight.run.met + insight.run.deviated == 0:
        return ""
    allowed, long = share(round(1 - promise["target"], 12)), duration(insight.duration_s)
    text = (
        f"{duration(f.deviating_s)} of bad time in a run of {long} is {fine_share(f.observed_budget_impact)}. "
        f"Do not compare it with the {allowed} that may deviate: it is a share of the run's own length, so a longer "
        "run of the same system would show less."
    )
    if f.budget_s is None or f.budget_spent is None:
        return f"{text} Without a window there is no budget."
    window = duration(promise.get("window_s"))
    return (
        f"{text} The budget is {allowed} of {window}, {duration(f.budget_s)}; of that this run spent "
        f"{fine_share(f.budget_spent)}."
    )


def table(
    read: record.LoadedRecord, place: measurement_table.TablePosition, head: Mapping[str, Any], facts: Facts | None
) -> dict[str, Any]:
    """The table of measurements from a place on."""
    threshold = facts.threshold if facts else Threshold()
    began = heading.began_at(read.run, head)
    return {
        "began": measurement_table.moment(began) or read.run.created_at,
        "threshold": heading.bounds(threshold),
        "unit": plain(threshold.unit, 20),
        "rows": measurement_table.rows(read.rows, threshold, float(read.run.plan["frequency_s"]), began),
        "rows_next": measurement_table.follows(read.rows),
        "place": place,
    }


def outside(run: Run) -> list[Outside]:
    """What happened outside around the run, in the order it did, and what lasted into it."""
    until = run.ended_at or min(now(), run.due_at + runs.PATIENCE)
    return between(run.team, run.created_at - AROUND, until + AROUND)[:MOST_OUTSIDE]
