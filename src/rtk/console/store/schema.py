"""The events of a run's stream as types. The TypeScript of the pages that follow it is generated from them."""

from typing import Literal, TypedDict

from rtk.console.store.run_state import RunState
from rtk.insight.facts import Outcome, Phase


class MeasurementEntry(TypedDict):
    """A measurement as the stream tells it: `n` is the number of its entry, moments are seconds since the run began."""

    n: int
    t: float
    kind: Literal["measurement"]
    phase: Phase
    slot: int
    due: float
    started: float | None
    ended: float | None
    outcome: Outcome
    value: float | None
    reason: str | None
    code: str | None


class RunStateEvent(TypedDict):
    """How a run is, as the stream tells it whenever that has changed."""

    state: RunState
    stop: str | None
    verdict: str | None
    restored: bool | None
