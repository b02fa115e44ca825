"""Two runs of a team side by side."""

from collections.abc import Iterable
from typing import NamedTuple

from rtk.console.pages.insights import run_lookup, stored_insight
from rtk.console.store.models import Run
from rtk.figures import NO_DATA, number
from rtk.insight.shape import Insight
from rtk.report import quantiles
from rtk.report.figure import Figure
from rtk.report.setting import Medium
from rtk.report.story import RunReport, story
from rtk.report.text import plain

_MOST = "max"
_LARGEST = "the largest value under the conditions"
_QUANTILE = "of the values under the conditions, with its upper bound, or for how long to measure until it has one"


class Side(NamedTuple):
    """One of the two."""

    run: Run
    told: RunReport | None


class ComparedFigure(NamedTuple):
    """A figure of both; `same` when there is no difference.

    `explanation` is of both; where it differs it is empty, and `notes` explain each value by itself.
    """

    label: str
    values: tuple[str, str]
    explanation: str
    notes: tuple[str, str] = ("", "")

    @property
    def cells(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Each value with its own note."""
        return (self.values[0], self.notes[0]), (self.values[1], self.notes[1])

    @property
    def same(self) -> bool:
        return self.values[0] == self.values[1]


def sides(runs: tuple[Run, Run]) -> tuple[Side, Side]:
    """Both runs with what is told of them; nothing is of one under way."""
    insights = map(_insight, runs)
    told = [story(each, stored_insight.bare(each), Medium.PAGE) if each else None for each in insights]
    return Side(runs[0], told[0]), Side(runs[1], told[1])


def _insight(run: Run) -> Insight | None:
    return stored_insight.insight_from(run_lookup.kept_of(run))


def rows(both: tuple[Side, Side]) -> list[ComparedFigure]:
    """Every figure of both, and the values of the conditions phase; none where one of the two has no insight."""
    first, second = (side.told for side in both)
    if first is None or second is None:
        return []
    shown = {each.key for each in first.numbers}
    others = beside(*([each for each in side.figures if each.key not in shown] for side in (first, second)))
    one, other = (_during(_insight(side.run)) for side in both)
    names = [*(name for name in dict.fromkeys((*one, *other)) if name != _MOST), _MOST]
    values = []
    for name in names:
        pair = (one.get(name, NO_DATA), other.get(name, NO_DATA))
        values.append(ComparedFigure(name, pair, _LARGEST if name == _MOST else _QUANTILE))
    return [*beside(first.numbers, second.numbers), *others, *values]


def beside(first: Iterable[Figure], second: Iterable[Figure]) -> list[ComparedFigure]:
    """The figures of one run beside those of another; what one of the two lacks is no data of it."""
    one, other = ({each.key: each for each in figures} for figures in (first, second))
    found = []
    for key in dict.fromkeys((*one, *other)):
        a, b = one.get(key), other.get(key)
        told = a or b
        assert told is not None, "one of the two has it"
        values = (a.value if a else NO_DATA, b.value if b else NO_DATA)
        if a is None or b is None or a.explanation == b.explanation:
            found.append(ComparedFigure(told.label, values, told.explanation))
        else:
            found.append(ComparedFigure(told.label, values, "", (a.explanation, b.explanation)))
    return found


def _during(insight: Insight | None) -> dict[str, str]:
    found = next((each for each in insight.phases if each.phase == "conditions"), None) if insight else None
    if insight is None or found is None:
        return {}
    most = plain(number(found.maximum, insight.unit), 40)
    return {**quantiles.of_phase(found, insight, insight.unit), _MOST: most}
