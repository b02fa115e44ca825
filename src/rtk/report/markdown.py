"""A run as Markdown that fits a comment on a pull request: at most 60 lines, every name inert."""

import re
from collections.abc import Iterator

from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.moments import and_more, most_telling
from rtk.report.story import Table, story
from rtk.report.text import plain

MOST_MOMENTS = 12
MOST_UNDO = 5
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:])")
_HARMLESS = frozenset("+-.!:()#$")


def markdown(insight: Insight, facts: Facts) -> str:
    """The whole text, ending in a line break."""
    told = story(insight, facts)
    lines = [f"### {told.verdict.symbol} {told.verdict.word}: {escaped(told.title, 120)}", ""]
    lines.append(f"**{escaped(told.headline, 600)}**")
    if told.why:
        lines += ["", escaped(told.why, 600)]
    if told.former:
        lines += ["", escaped(told.former, 900)]
    if told.next_step:
        lines += ["", f"**Next:** {escaped(told.next_step, 600)}"]
    if told.alarm:
        lines += ["", f"> **{told.restored.show()}.** {escaped(told.alarm)}"]
        for one in [one for one in told.undo if one.by_hand][:MOST_UNDO]:
            lines += [">", f"> {escaped(one.name, 80)}, by hand: {code(one.by_hand, 2000)}"]
    if answers := tuple((f.label, f.value, f.explanation) for f in told.answers[1:]):
        lines += ["", *_table(Table(("question", "answer", "detail"), answers))]
    if told.numbers:
        lines += ["", *_table(told.phases), *(["", escaped(told.quantiles, 600)] if told.quantiles else [])]
    moments = [(one.clock, one.utc, escaped(one.text, 160)) for one in most_telling(told.moments, MOST_MOMENTS)]
    lines += ["", "| run | UTC | what happened |", "|---|---|---|", *(f"| {' | '.join(each)} |" for each in moments)]
    if more := and_more(told.moments, MOST_MOMENTS, "the other reports"):
        lines.append(f"| | | {more} |")
    lines += ["", *(f"- {escaped(limit, 300)}" for limit in told.limits[:5])]
    lines += ["", f"{escaped(told.objective)}. {escaped(told.when)}."]
    lines += ["", escaped(told.standing, 700)] if told.standing else []
    if told.files:
        lines.append(", ".join(f"{escaped(name, 40)}: {code(place, 200)}" for name, place in told.files[:5]))
    return "\n".join(lines) + "\n"


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


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(escaped(cell, 400) for cell in row)} |"
