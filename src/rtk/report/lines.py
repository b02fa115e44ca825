"""The end of a run as plain lines, for pipes and logs."""

from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.moments import and_more, most_telling
from rtk.report.story import PAGE, story

MOST_MOMENTS = 20


def lines(insight: Insight, facts: Facts) -> list[str]:
    """What the end screen says, a fact a line, without colours or symbols."""
    told = story(insight, facts)
    found = [f"Verdict: {told.verdict.word}. {told.headline}"]
    if told.why:
        found.append(f"Why: {told.why}")
    if told.next_step:
        found.append(f"Next: {told.next_step}")
    found += [f"Objective: {told.objective}", f"Run: {told.when}"]
    # The first answer is the verdict, which stands above already.
    found += [f"{question} {answer}: {detail}" for question, answer, detail, _ in told.answers[1:]]
    for row in told.phases.rows if told.numbers else ():
        name, *cells = (f"{label} {cell}" for label, cell in zip(told.phases.head, row, strict=True))
        found.append(f"{name.capitalize()}: {', '.join(cells)}")
    if told.numbers and told.quantiles:
        found.append(f"Quantiles: {told.quantiles}")
    found += [f"At {one.clock} ({one.utc} UTC): {one.text}" for one in most_telling(told.moments, MOST_MOMENTS)]
    if more := and_more(told.moments, MOST_MOMENTS):
        found.append(f"And {more}")
    if told.alarm:
        found.append(f"NOT RESTORED: {told.alarm}")
    found += [f"By hand, for {one.name}: {one.by_hand}" for one in told.undo if one.by_hand]
    return found + [f"Page: {place}" if name == PAGE else f"File, {name}: {place}" for name, place in told.files]
