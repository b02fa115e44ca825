"""A run as Markdown that fits a comment on a pull request: at most 60 lines, every name inert."""

import re
from collections.abc import Iterator

from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.moments import and_more, most_telling
from rtk.report.story import RunReport, Table, story
from rtk.report.text import plain

MOST_MOMENTS = 12
MOST_UNDO = 5
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:])")
_HARMLESS = frozenset("+-.!:()#$")


def markdown(insight: Insight, facts: Facts) -> str:
    """The whole text, ending in a line break."""
    return "\n".join(_lines(story(insight, facts))) + "\n"


def escaped(text: str, limit: int = 240) -> str:
    """Text that stands for itself in a paragraph or a table cell: no markup, no mention, no line break."""
    inert = _ACTIVE.sub(lambda m: m[1] if m[1] in _HARMLESS else "\\" + m[1], plain(text, limit))
    # A zero-width space keeps an @ from calling a person, and a scheme from becoming a link.
    inert = inert.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b.")
    # At the start of a line these begin a heading or a list.
    return re.sub(r"^(\d*)(?=[#+\-=>.)](?:[ #=-]|$))", r"\1\\", inert)


def code(text: str, limit: int = 1000) -> str:
    """Text as code, whatever backticks it holds."""
    line = plain(text, limit)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def _lines(told: RunReport) -> Iterator[str]:
    yield f"### {told.verdict.symbol} {told.verdict.word}: {escaped(told.title, 120)}"
    yield ""
    yield f"**{escaped(told.headline, 600)}**"
    if told.why:
        yield from ("", escaped(told.why, 600))
    if told.former:
        yield from ("", escaped(told.former, 900))
    if told.next_step:
        yield from ("", f"**Next:** {escaped(told.next_step, 600)}")
    if told.alarm:
        yield from ("", f"> **{told.restored.show()}.** {escaped(told.alarm)}")
        by_hand = [(escaped(one.name, 80), code(one.by_hand, 2000)) for one in told.undo if one.by_hand]
        yield from (line for name, command in by_hand[:MOST_UNDO] for line in (">", f"> {name}, by hand: {command}"))
    if answers := tuple((f.label, f.value, f.explanation) for f in told.answers[1:]):
        yield from ("", *_table(Table(("question", "answer", "detail"), answers)))
    if told.numbers:
        yield from ("", *_table(told.phases))
        yield from ("", escaped(told.quantiles, 600)) if told.quantiles else ()
    yield from ("", "| run | UTC | what happened |", "|---|---|---|")
    for moment in most_telling(told.moments, MOST_MOMENTS):
        yield f"| {moment.clock} | {moment.utc} | {escaped(moment.text, 160)} |"
    if more := and_more(told.moments, MOST_MOMENTS, "the other reports"):
        yield f"| | | {more} |"
    yield from ("", *(f"- {escaped(limit, 300)}" for limit in told.limits[:5]))
    yield from ("", f"{escaped(told.objective)}. {escaped(told.when)}.")
    yield from ("", escaped(told.standing, 700)) if told.standing else ()
    if told.files:
        yield ", ".join(f"{escaped(name, 40)}: {code(place, 200)}" for name, place in told.files[:5])


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(escaped(cell, 400) for cell in row)} |"
