"""Two runs of a team side by side."""

from typing import NamedTuple

from rtk.console.pages.insights import finding, kept
from rtk.console.store.models import Run
from rtk.insight.shape import Insight
from rtk.insight.words import number
from rtk.report.story import Story, story
from rtk.report.text import plain

_QUANTILES = ("p50", "p95", "p99", "maximum")
_NAMES = {"maximum": "max"}


class Side(NamedTuple):
    """One of the two."""

    run: Run
    told: Story | None


class Row(NamedTuple):
    """A figure of both; `same` when there is no difference."""

    label: str
    values: tuple[str, str]
    explanation: str

    @property
    def same(self) -> bool:
        return self.values[0] == self.values[1]


def sides(runs: tuple[Run, Run]) -> tuple[Side, Side]:
    """Both runs with what is told of them; nothing is of one under way."""
    first, second = (Side(run, _story(run)) for run in runs)
    return first, second


def _story(run: Run) -> Story | None:
    insight = _insight(run)
    return story(insight, kept.bare(insight)) if insight else None


def _insight(run: Run) -> Insight | None:
    return kept.insight_from(finding.kept_of(run))


def rows(both: tuple[Side, Side]) -> list[Row]:
    """Every figure of both, and the values of the conditions phase; none where one of the two has no insight."""
    first, second = (side.told for side in both)
    if first is None or second is None:
        return []
    counts = [
        Row(a.label, (a.value, b.value), a.explanation) for a, b in zip(first.numbers, second.numbers, strict=True)
    ]
    shown = {row.label.lower() for row in counts}
    figures = zip(first.figures, second.figures, strict=True)
    others = [Row(a.label, (a.value, b.value), a.explanation) for a, b in figures if a.label.lower() not in shown]
    return [*counts, *others, *_values(both)]


def _values(both: tuple[Side, Side]) -> list[Row]:
    told = [_during(_insight(side.run)) for side in both]
    explanation = "of the values of the conditions phase"
    return [Row(_NAMES.get(name, name), (told[0][name], told[1][name]), explanation) for name in _QUANTILES]


def _during(insight: Insight | None) -> dict[str, str]:
    found = next((each for each in insight.phases if each.phase == "conditions"), None) if insight else None
    unit = insight.unit if insight else ""
    return {name: plain(number(getattr(found, name) if found else None, unit), 40) for name in _QUANTILES}
