"""A run as Markdown that fits a comment on a pull request: at most 60 lines, every name inert."""

import re

from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.layout import rendered
from rtk.report.moments import and_more, most_telling
from rtk.report.story import Table, story
from rtk.report.text import plain

# By these bounds the whole keeps to the 60 lines of a comment.
MOST_MOMENTS = 12
MOST_UNDO = 5
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:])")
# Within a line these mean nothing; some do at its start, where they are escaped below.
_HARMLESS = frozenset("+-.!:()#$")


def markdown(insight: Insight, facts: Facts) -> str:
    """The whole text, ending in a line break."""
    told = story(insight, facts)
    answers = tuple((each.label, each.value, each.explanation) for each in told.answers[1:])
    return rendered(
        "report.md.jinja",
        (("inert", escaped), ("code", code)),
        told=told,
        by_hand=[one for one in told.undo if one.by_hand][:MOST_UNDO],
        answers=Table(("question", "answer", "detail"), answers),
        moments=most_telling(told.moments, MOST_MOMENTS),
        more=and_more(told.moments, MOST_MOMENTS, "the other reports"),
    )


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
