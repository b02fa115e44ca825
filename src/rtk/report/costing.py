"""What one occurrence costs, as the reports show it: the answer and the figures."""

from collections.abc import Iterator
from typing import NamedTuple

from rtk.figures import duration, fine_share
from rtk.insight.occurrence import Allowance, Occurrence, Unpriced
from rtk.insight.occurrence_wording import expected, of_one_run
from rtk.insight.shape import Insight
from rtk.report.figure import FigureKey
from rtk.report.marks import ALLOWANCES, Mark
from rtk.report.setting import Medium, Setting, how
from rtk.report.text import plain

QUESTION = "Can the budget bear it?"
_DIFFER = (("fail", Allowance.WITHIN), ("pass", Allowance.BEYOND))


class Priced(NamedTuple):
    """The answer: a mark with its word, and the sentence of one run."""

    mark: Mark
    sentence: str


def answer_of(insight: Insight, medium: Medium = Medium.COMMAND) -> Priced | None:
    """Return the answer; None where nobody said how often it is expected."""
    found = insight.occurrence
    if found is None:
        return None
    asked = how(Setting.OCCURS_LASTS, medium) if found.unpriced is Unpriced.NEEDS_LASTS else ""
    beside = ""
    if (insight.figures.verdict, found.answer) in _DIFFER:  # the two questions are not one
        per = duration(found.occurs.per_s)
        beside = f"The verdict is about the time while the condition lasts; this is about the budget of {per}."
    told = " ".join(filter(None, (of_one_run(found), asked, beside)))
    return Priced(ALLOWANCES[found.answer], plain(told, 900))


def details_of(found: Occurrence | None) -> tuple[str, ...]:
    """Return what the cost rests on, a sentence each."""
    return tuple(f"One occurrence: {each[0].lower()}{each[1:]}" for each in found.details) if found else ()


def figures_of(found: Occurrence | None) -> Iterator[tuple[FigureKey, str, str]]:
    """Yield which figure each is, its value, and how it comes about."""
    if found is not None:
        least = "at least " if found.unpriced and found.cost_s is not None else ""
        how = "deviating time until three in a row were good, and a slot for each outage's edges"
        yield FigureKey.ONE_OCCURRENCE, f"{least}{duration(found.cost_s)}", how
        yield FigureKey.ALL_EXPECTED, fine_share(found.spent), f"of the budget: {expected(found.occurs)}"
