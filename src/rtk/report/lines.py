"""The end of a run as plain lines, for pipes and logs."""

from collections.abc import Iterator

from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.moments import and_more, most_telling
from rtk.report.story import PAGE, RunReport, story

MOST_MOMENTS = 20


def lines(insight: Insight, facts: Facts) -> list[str]:
    """What the end screen says, a fact a line, without colours or symbols."""
    return list(_lines(story(insight, facts)))


def _lines(told: RunReport) -> Iterator[str]:
    yield f"Verdict: {told.verdict.word}. {told.headline}"
    if told.why:
        yield f"Why: {told.why}"
    if told.next_step:
        yield f"Next: {told.next_step}"
    yield f"Objective: {told.objective}"
    yield f"Run: {told.when}"
    for question, answer, detail, _ in told.answers[1:]:
        yield f"{question} {answer}: {detail}"
    for row in told.phases.rows if told.numbers else ():
        name, *cells = (f"{label} {cell}" for label, cell in zip(told.phases.head, row, strict=True))
        yield f"{name.capitalize()}: {', '.join(cells)}"
    if told.numbers and told.quantiles:
        yield f"Quantiles: {told.quantiles}"
    for moment in most_telling(told.moments, MOST_MOMENTS):
        yield f"At {moment.clock} ({moment.utc} UTC): {moment.text}"
    if more := and_more(told.moments, MOST_MOMENTS):
        yield f"And {more}"
    if told.alarm:
        yield f"NOT RESTORED: {told.alarm}"
    yield from (f"By hand, for {one.name}: {one.by_hand}" for one in told.undo if one.by_hand)
    yield from (f"Page: {place}" if name == PAGE else f"File, {name}: {place}" for name, place in told.files)
