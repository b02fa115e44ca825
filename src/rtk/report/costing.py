"""What one occurrence costs, as the reports show it: the answer and the figures."""

from collections.abc import Iterator
from typing import NamedTuple

from rtk.insight.occurrence import Occurrence
from rtk.insight.occurrence_wording import expected, of_one_run
from rtk.insight.words import duration
from rtk.report.marks import ALLOWANCES, Mark
from rtk.report.text import fine_share, plain

QUESTION = "What does one occurrence cost?"


class Priced(NamedTuple):
    """The answer: a mark with its word, and the sentence of one run."""

    mark: Mark
    sentence: str


def answer_of(found: Occurrence | None) -> Priced | None:
    """Return the answer; None where nobody said how often it is expected."""
    return None if found is None else Priced(ALLOWANCES[found.answer], plain(of_one_run(found), 900))


def details_of(found: Occurrence | None) -> tuple[str, ...]:
    """Return what the cost rests on, a sentence each."""
    return tuple(f"One occurrence: {each[0].lower()}{each[1:]}" for each in found.details) if found else ()


def figures_of(found: Occurrence | None) -> Iterator[tuple[str, str, str]]:
    """Yield what each figure is called, its value, and how it comes about."""
    if found is not None:
        least = "at least " if found.unpriced and found.cost_s is not None else ""
        how = "deviating time until three in a row were good, and a slot for each outage's edges"
        yield "One occurrence", f"{least}{duration(found.cost_s)}", how
        yield "All that are expected", fine_share(found.spent), f"of the budget: {expected(found.occurs)}"
