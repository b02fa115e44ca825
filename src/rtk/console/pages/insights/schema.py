"""What the script of a run's page reads, as types: the data of its chart.

`python -m tools.typescript` writes `frontend/src/schema.ts` from them, and a test says when that is stale. So mypy
holds what is answered here, and TypeScript what is read there, to one description.
"""

from typing import Literal, NotRequired, TypedDict

from rtk.console.store.run_state import RunState
from rtk.insight.facts import Phase


class ChartThreshold(TypedDict):
    """The bounds a value is held against; empty where nothing is known of them."""

    lower: NotRequired[float | None]
    upper: NotRequired[float | None]
    unit: NotRequired[str]


class ChartPhase(TypedDict):
    """When a phase began and ended, and how many slots it planned."""

    phase: Phase
    started: float
    ended: float | None
    planned: int


class ChartActivity(TypedDict):
    """A condition or a rollback as it went; `lasts` is how long its effect goes on after it returned, where told."""

    name: str
    started: float
    ended: float | None
    status: str
    failure: str | None
    lasts: float | None


class ChartCondition(ChartActivity):
    """A condition: `until` is when it was over (None: not yet), `gone` from when to when its effect did not show."""

    until: float | None
    gone: list[tuple[float, float | None]]


class ChartUndo(TypedDict):
    """Where the undoing is, and since when."""

    state: Literal["started", "ended", "skipped"]
    at: float


class OverlappingRun(TypedDict):
    """Another run of the team meanwhile; `began` and `ended` are seconds since the epoch."""

    name: str
    url: str
    began: float
    ended: float | None
    verdict: str | None


class OutsideEvent(TypedDict):
    """Something that happened outside; `at` is seconds since the epoch."""

    at: float
    kind: str
    title: str
    source: str


class ChartContext(TypedDict):
    """What else went on while a run did."""

    runs: list[OverlappingRun]
    outside: list[OutsideEvent]


class ChartColumns(TypedDict):
    """Measurements as columns of one length; `phase` and `outcome` are codes, `value` is null where there is none."""

    phase: list[int]
    slot: list[int]
    due_ms: list[float]
    outcome: list[int]
    value: list[float | None]


class ChartFacts(TypedDict):
    """What a run's record says of it besides its measurements; moments are seconds since it began."""

    threshold: ChartThreshold
    phases: list[ChartPhase]
    conditions: list[ChartCondition]
    rollbacks: list[ChartActivity]
    events: list[tuple[float, str]]


class ChartSurroundings(ChartFacts):
    """A run without its measurements."""

    run: str
    at: float
    next: int
    state: RunState
    stop: str | None
    verdict: str | None
    planned: dict[Phase, int]
    lengths: dict[Phase, float]
    frequency_s: float
    per_deviation: float | None
    undo: ChartUndo | None
    ends: float | None


class ChartPart(ChartSurroundings):
    """What a live page asks for anew: all but the measurements, which the stream tells."""

    lanes: ChartContext


class ChartMeasurements(TypedDict, total=False):
    """The measurements of a run; `reasons` say by phase and slot why some deviated or were missed."""

    columns: ChartColumns
    reasons: dict[Phase, dict[str, str]]


class ChartData(ChartPart, ChartMeasurements):
    """All that a chart is drawn from. Moments are seconds since the run began: `at` seconds since the epoch.

    `next` is the number of the entry that is not in it yet; a live page asks for it without the measurements. Phases
    that last as long as they take have neither `planned` slots nor `lengths`; `per_deviation` is the share of the
    budget that one deviated measurement spends.
    """
