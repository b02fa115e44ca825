"""A figure of a run in words: which one it is, its value, and how it comes about."""

from enum import StrEnum
from typing import NamedTuple


class FigureKey(StrEnum):
    """Which figure it is; pages find them by it, whatever they are called."""

    PLANNED = "planned"
    MET = "met"
    DEVIATED = "deviated"
    MISSED = "missed"
    COVERAGE = "coverage"
    OBSERVED = "observed"
    PROVEN_AT_LEAST = "proven_at_least"
    OUTAGES = "outages"
    IN_RUN_AT_MOST = "in_run_at_most"
    IF_INDEPENDENT = "if_independent"
    NEEDED = "needed"
    BUDGET = "budget"
    DEVIATING_TIME = "deviating_time"
    BUDGET_SPENT = "budget_spent"
    ONE_OCCURRENCE = "one_occurrence"
    ALL_EXPECTED = "all_expected"
    BURN_RATE = "burn_rate"
    EXHAUSTED_AFTER = "exhausted_after"
    AFFORDABLE = "affordable"
    OBSERVED_IMPACT = "observed_impact"
    FIRST_DEVIATION = "first_deviation"
    CLUSTERING = "clustering"
    RESTORED = "restored"
    RECOVERED = "recovered"
    RECOVERED_AFTER = "recovered_after"


LABELS = {
    FigureKey.PLANNED: "Planned",
    FigureKey.MET: "Met",
    FigureKey.DEVIATED: "Deviated",
    FigureKey.MISSED: "Not measured",
    FigureKey.COVERAGE: "Coverage",
    FigureKey.OBSERVED: "Observed",
    FigureKey.PROVEN_AT_LEAST: "Proven at least",
    FigureKey.OUTAGES: "Outages",
    FigureKey.IN_RUN_AT_MOST: "In this run at most",
    FigureKey.IF_INDEPENDENT: "If independent, at least",
    FigureKey.NEEDED: "Needed",
    FigureKey.BUDGET: "Budget",
    FigureKey.DEVIATING_TIME: "Deviating time",
    FigureKey.BUDGET_SPENT: "Budget spent",
    FigureKey.ONE_OCCURRENCE: "One occurrence",
    FigureKey.ALL_EXPECTED: "All that are expected",
    FigureKey.BURN_RATE: "Burn rate",
    FigureKey.EXHAUSTED_AFTER: "Exhausted after",
    FigureKey.AFFORDABLE: "Affordable",
    FigureKey.OBSERVED_IMPACT: "Observed impact",
    FigureKey.FIRST_DEVIATION: "First deviation",
    FigureKey.CLUSTERING: "Clustering",
    FigureKey.RESTORED: "Restored",
    FigureKey.RECOVERED: "Recovered",
    FigureKey.RECOVERED_AFTER: "Recovered after",
}


class Figure(NamedTuple):
    """What it is called, its value, and how it came about: the `cells` of a table. `known`: it has a value."""

    label: str
    value: str
    explanation: str
    key: FigureKey
    known: bool = True

    @property
    def cells(self) -> tuple[str, str, str]:
        return self.label, self.value, self.explanation


def figure(key: FigureKey, value: str, explanation: str) -> Figure:
    """Return a figure of the list of all."""
    return Figure(LABELS[key], value, explanation, key)


def number(key: FigureKey, value: str, explanation: str, *, known: bool = True) -> Figure:
    """Return one of the few that are shown large, with its name in small letters."""
    return Figure(LABELS[key].lower(), value, explanation, key, known)
