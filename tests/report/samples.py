"""Runs to report on: a clean one, the published one, and those that went wrong in their own ways."""

import math
from collections.abc import Callable, Iterator
from functools import cache

from msgspec.structs import replace

from rtk.insight.facts import (
    ActivitySpan,
    Facts,
    MeasurementSeries,
    Outcome,
    Phase,
    PhaseSpan,
    RunEvent,
    ServiceLevelObjective,
    SlotMeasurement,
    Threshold,
)
from rtk.insight.insight import insight
from rtk.insight.shape import Insight
from rtk.insight.stops import StopCause, Stopping

STARTED = 1587117437.0  # 2020-04-17 09:57:17 UTC
OBJECTIVE = ServiceLevelObjective(0.95, 86400.0, "EC2 instance should respond within 6 seconds")
TITLE = "Expect a quick response from a request to a server on an EC2 instance when the processor is loaded"
THRESHOLD = Threshold(upper=6000.0, unit="ms")
HOSTILE = "<script>alert(1)</script> | `x` [a](javascript:b)\n\x1b[31m\x00\u202e \U0001f525 &amp; \"'" + "w" * 10_000

Value = Callable[[int], tuple[Outcome, float | None, str | None]]


def slots(phase: Phase, start: float, count: int, frequency: float, value: Value) -> Iterator[SlotMeasurement]:
    """Measurements of one phase, slot by slot."""
    for k in range(count):
        outcome, reading, reason = value(k)
        due = start + k * frequency
        if outcome == "missed":
            yield SlotMeasurement(phase, k, due, None, None, outcome, None, reason)
        else:
            ended = due + (reading or 0.0) / 1000
            yield SlotMeasurement(phase, k, due, due + 0.001, ended, outcome, reading, reason)


def wave(low: float, high: float) -> Value:
    """Met values between two bounds, the same every time."""
    return lambda k: ("met", low + (high - low) * (0.5 + 0.5 * math.sin(k * 2.1) * math.cos(k * 0.7)), None)


def clean() -> Facts:
    """The tutorial's run as it should be: 30 slots every 10 s, a minute before and a minute after."""
    measurements = MeasurementSeries(
        [
            *slots("baseline", 2.0, 6, 10.0, wave(900, 1300)),
            *slots("conditions", 62.0, 30, 10.0, wave(2800, 5200)),
            *slots("recovery", 373.0, 6, 10.0, wave(950, 1500)),
        ]
    )
    return Facts(
        run_id="run-1",
        title=TITLE,
        frequency_s=10.0,
        duration_s=433.4,
        started_at=STARTED,
        measurements=measurements,
        objective=OBJECTIVE,
        measures=("http-response-time",),
        threshold=THRESHOLD,
        phases=(
            PhaseSpan("baseline", 2.0, 62.0, 6),
            PhaseSpan("conditions", 62.0, 362.0, 30),
            PhaseSpan("recovery", 373.0, 433.0, 6),
        ),
        conditions=(ActivitySpan("inject-cpu-load", 62.0, 64.1, "succeeded", lasts=180.0),),
        rollbacks=(ActivitySpan("Stop SSM run command", 362.4, 373.0, "succeeded"),),
        rolled_back=True,
        files={"journal": "./journal.json", "record": "~/.local/state/rtk/runs/run-1"},
    )


def deviating() -> Facts:
    """The clean run with the condition showing: five slots deviated, one of them without a value."""

    def value(k: int) -> tuple[Outcome, float | None, str | None]:
        if k == 14:
            return "missed", None, "as many measurements were under way as may be at once (32)"
        if k == 12:
            return "deviated", None, "http-response-time: the connection was refused"
        if k in (6, 7, 11, 13):
            return "deviated", 6100.0 + 210 * k, "http-response-time: above 6000"
        return wave(3400, 5800)(k)

    whole = clean()
    measured = [
        *whole.measurements.of("baseline"),
        *slots("conditions", 62.0, 30, 10.0, value),
        *whole.measurements.of("recovery"),
    ]
    return replace(whole, measurements=MeasurementSeries(measured))


def published() -> Facts:
    """The 2020 run: 16 met, 4 deviated, 10 missed; no baseline, no record of when the undo was done."""
    values = [5060, 4058, 4061, 4057, 6058, 5062, 5061, 6055, 4060, 4058, 5064, 5061, 4059, 4060, 5063, 6057]
    values += [3062, 5058, 5060, 6061]

    def value(k: int) -> tuple[Outcome, float | None, str | None]:
        if k % 3 == 2:
            return "missed", None, "not made"
        reading = values[k - k // 3]
        return ("deviated" if reading > 6000 else "met"), float(reading), None

    return Facts(
        run_id="published",
        title=TITLE,
        frequency_s=10.0,
        duration_s=341.0,
        started_at=STARTED,
        measurements=MeasurementSeries(slots("conditions", 0.0, 30, 10.0, value)),
        objective=OBJECTIVE,
        measures=("http-response-time",),
        threshold=THRESHOLD,
        phases=(PhaseSpan("conditions", 0.0, 300.0, 30),),
        conditions=(ActivitySpan("inject-cpu", 0.2, 6.4, "succeeded", lasts=180.0),),
    )


def invalid() -> Facts:
    """A condition that never took effect."""
    failed = ActivitySpan("inject-cpu-load", 62.0, 63.2, "failed", failure="the process ended with 254: no credentials")
    return replace(clean(), conditions=(failed,))


def broken() -> Facts:
    """A service that missed its target before any condition."""
    whole = deviating()
    bad = (m._replace(outcome="deviated", value=7_100.0) if m.phase == "baseline" else m for m in whole.measurements)
    return replace(whole, measurements=MeasurementSeries(bad))


def not_restored() -> Facts:
    """A rollback that failed three times."""
    failed = ActivitySpan(
        "Stop SSM run command",
        362.4,
        373.0,
        "failed",
        failure="the process ended with 255: InvalidCommandId",
        by_hand="aws ssm cancel-command --command-id 4b1f0e1c-91ac-4f1c-9d5e-1e1d2c3b4a59",
        tries=3,
    )
    return replace(deviating(), rollbacks=(failed,))


def long() -> Facts:
    """100,000 measurements, 20 a second, some of them deviated, some missed."""

    def value(k: int) -> tuple[Outcome, float | None, str | None]:
        if k % 9973 == 17:
            return "deviated", 640.0 + k % 7, "checkout: above 600"
        if k % 4999 == 3:
            return "missed", None, "as many measurements were under way as may be at once (32)"
        return "met", 200 + 90 * math.sin(k / 900) + 60 * math.sin(k * 1.7), None

    return replace(
        clean(),
        frequency_s=0.05,
        duration_s=5006.0,
        title="The shop answers while a zone is gone",
        outage_lasts_s=1.0,
        measurements=MeasurementSeries(
            [
                *slots("baseline", 1.0, 10_000, 0.05, wave(80, 240)),
                *slots("conditions", 501.0, 80_000, 0.05, value),
                *slots("recovery", 4506.0, 10_000, 0.05, wave(80, 240)),
            ]
        ),
        threshold=Threshold(upper=600.0, unit="ms"),
        phases=(
            PhaseSpan("baseline", 1.0, 501.0, 10_000),
            PhaseSpan("conditions", 501.0, 4501.0, 80_000),
            PhaseSpan("recovery", 4506.0, 5006.0, 10_000),
        ),
        conditions=(
            ActivitySpan("stop-zone-b", 501.0, 560.0, "succeeded"),
            ActivitySpan("fill-queue", 1400.0, 2600.0, "succeeded", lasts=300.0),
        ),
        rollbacks=(ActivitySpan("start-zone-b", 4501.0, 4506.0, "succeeded"),),
    )


def boolean() -> Facts:
    """A measure that is either met or not and has no value, every 2 s."""

    def value(k: int) -> tuple[Outcome, float | None, str | None]:
        if k in (41, 42):
            return "missed", None, "as many measurements were under way as may be at once (32)"
        return ("deviated" if k in (20, 21, 22, 60) else "met"), None, None

    return replace(
        clean(),
        frequency_s=3.0,
        measurements=MeasurementSeries(
            [
                *slots("baseline", 2.0, 20, 3.0, lambda k: ("met", None, None)),
                *slots("conditions", 62.0, 100, 3.0, value),
                *slots("recovery", 373.0, 20, 3.0, lambda k: ("met", None, None)),
            ]
        ),
        threshold=Threshold(),
        phases=(
            PhaseSpan("baseline", 2.0, 62.0, 20),
            PhaseSpan("conditions", 62.0, 362.0, 100),
            PhaseSpan("recovery", 373.0, 433.0, 20),
        ),
    )


def nothing() -> Facts:
    """The gate was not met: nothing measured, nothing done."""
    return Facts(
        run_id="gate",
        title=TITLE,
        frequency_s=10.0,
        duration_s=3.1,
        started_at=STARTED,
        measurements=MeasurementSeries(),
        objective=OBJECTIVE,
        threshold=THRESHOLD,
        status="failed",
    )


def stopped() -> Facts:
    """Stopped by hand in mid-run."""
    whole = deviating()
    kept = [m for m in whole.measurements if m.phase == "baseline" or (m.due < 200 and m.phase == "conditions")]
    return replace(
        whole,
        measurements=MeasurementSeries(kept),
        duration_s=212.0,
        stop=Stopping(StopCause.OTHER, "Ctrl-C"),
        status="interrupted",
        phases=(PhaseSpan("baseline", 2.0, 62.0, 6), PhaseSpan("conditions", 62.0, 200.0, 30)),
        rollbacks=(ActivitySpan("Stop SSM run command", 200.4, 211.0, "succeeded"),),
        events=(RunEvent(200.0, "Ctrl-C was pressed"),),
    )


def hostile() -> Facts:
    """Markup, control characters and 10,000 letters in every name."""
    whole = not_restored()
    return replace(
        whole,
        title=HOSTILE,
        objective=ServiceLevelObjective(0.95, 86400.0, HOSTILE),
        measures=(HOSTILE,),
        threshold=Threshold(upper=6000.0, unit=HOSTILE),
        measurements=MeasurementSeries(m._replace(reason=HOSTILE) for m in whole.measurements),
        conditions=tuple(replace(c, name=HOSTILE, failure=HOSTILE) for c in whole.conditions),
        rollbacks=tuple(replace(r, name=HOSTILE, failure=HOSTILE, by_hand=HOSTILE) for r in whole.rollbacks),
        events=(RunEvent(100.0, HOSTILE),),
        files={HOSTILE: HOSTILE},
        stop=Stopping(StopCause.OTHER, HOSTILE),
    )


def empty_objective() -> Facts:
    """Measured, but nothing was promised."""
    return replace(deviating(), objective=None, rollbacks=())


SAMPLES: dict[str, Callable[[], Facts]] = {
    "clean": clean,
    "deviating": deviating,
    "published": published,
    "invalid": invalid,
    "broken": broken,
    "not restored": not_restored,
    "long": long,
    "boolean": boolean,
    "nothing": nothing,
    "stopped": stopped,
    "hostile": hostile,
    "no objective": empty_objective,
}

Run = tuple[Insight, Facts]


@cache
def a_run(name: str) -> Run:
    """A sample run with its insight."""
    facts = SAMPLES[name]()
    return insight(facts), facts
