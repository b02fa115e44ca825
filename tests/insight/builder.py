"""Facts for tests: a run in a line, on a one-second grid."""

from typing import Any

from rtk.insight.facts import (
    ActivitySpan,
    Facts,
    MeasurementSeries,
    Outcome,
    Phase,
    PhaseSpan,
    ServiceLevelObjective,
    SlotMeasurement,
)

OUTCOME: dict[str, Outcome] = {".": "met", "x": "deviated", "-": "missed", "s": "missed", "i": "missed"}
REASON = {"-": "no slot free", "s": "stopped: a person asked for it", "i": "interrupted by SIGINT"}
DAY = 86400.0


def run_of(
    conditions: str,
    /,
    baseline: str = "",
    recovery: str = "",
    spans: dict[Phase, int] | None = None,
    **given: Any,
) -> Facts:
    """A run whose measurements are written as . met, x deviated, - missed, s stopped, i interrupted.

    `spans` are planned slots by phase; without it there are no phase spans. Values are 100 ms where met and
    900 ms where deviated, but for those of `given["values"]` False. An outage lasts for one slot where `given` does not
    say otherwise.
    """
    valued = given.pop("values", True)
    measurements = MeasurementSeries()
    parts: tuple[tuple[Phase, str], ...] = (
        ("baseline", baseline),
        ("conditions", conditions),
        ("recovery", recovery),
    )
    due = 0.0
    for phase, marks in parts:
        for slot, mark in enumerate(marks):
            measurements.append(_measurement(phase, slot, due, mark, valued))
            due += 1.0
    facts: dict[str, Any] = {
        "run_id": "a-run",
        "title": "Under load",
        "frequency_s": 1.0,
        "duration_s": max(due, 1.0),
        "started_at": 0.0,
        "measurements": measurements,
        "objective": ServiceLevelObjective(0.95, DAY),
        "outage_lasts_s": 1.0,
        "phases": tuple(PhaseSpan(phase, 0.0, None, n) for phase, n in (spans or {}).items()),
        "conditions": (ActivitySpan("inject-cpu", float(len(baseline)), None, "succeeded"),),
    }
    return Facts(**(facts | given))


def _measurement(phase: Phase, slot: int, due: float, mark: str, valued: bool) -> SlotMeasurement:
    if mark not in ".x":
        return SlotMeasurement(phase, slot, due, None, None, "missed", None, REASON[mark])
    value = (100.0 if mark == "." else 900.0) if valued else None
    return SlotMeasurement(phase, slot, due, due, due + 0.25, OUTCOME[mark], value)
