"""What is known of a run before anything is computed from it: the only input of an insight.

All moments are seconds since the run began (monotonic), so that two of them can be subtracted;
`Facts.started_at` places them on the wall clock.
"""

from array import array
from collections.abc import Iterable, Iterator
from enum import StrEnum
from math import isnan, nan
from typing import NamedTuple

from msgspec import Struct, field

from rtk.insight.columns import Columns, only, order_of
from rtk.insight.effect import EffectChange
from rtk.insight.measurement import OUTCOMES as OUTCOMES  # noqa: PLC0414 - others know it from here
from rtk.insight.measurement import PHASES as PHASES  # noqa: PLC0414
from rtk.insight.measurement import PHASES_BY_CODE as PHASES_BY_CODE  # noqa: PLC0414
from rtk.insight.measurement import Outcome as Outcome  # noqa: PLC0414
from rtk.insight.measurement import Phase as Phase  # noqa: PLC0414
from rtk.insight.measurement import SlotMeasurement as SlotMeasurement  # noqa: PLC0414
from rtk.insight.missed_reason import CUT_OFF as CUT_OFF  # noqa: PLC0414 - others know it from here
from rtk.insight.missed_reason import MissedReason as MissedReason  # noqa: PLC0414
from rtk.insight.missed_reason import missed_reason as missed_reason  # noqa: PLC0414
from rtk.insight.occurs import Occurs
from rtk.insight.outage_length import Learned
from rtk.insight.promise import ServiceLevelObjective as ServiceLevelObjective  # noqa: PLC0414 - others know it from here
from rtk.insight.status import ActivityStatus, RunStatus
from rtk.insight.stops import Stopping

_KINDS = tuple((phase, outcome) for phase in PHASES for outcome in OUTCOMES)
_CODES: dict[tuple[str, str], int] = {kind: code for code, kind in enumerate(_KINDS)}
_OUTCOME_OF = bytes(code % len(OUTCOMES) for code in range(256))


class Stored(NamedTuple):
    """Columns of many measurements: their codes (`code_of`), slots, and four times of each, the value being the last.

    A time is not a number where there is none. `why` says by their places why some were missed.
    """

    codes: bytes
    slots: "array[int]"
    times: "array[float]"
    why: dict[int, MissedReason]


class MeasurementSeries:
    """Measurements in slot order, kept in columns: 100,000 of them take 4 MiB."""

    def __init__(self, measurements: Iterable[SlotMeasurement] = ()) -> None:
        self._codes = array("b")
        self._slots = array("q")
        self._times = array("d")
        # By place: most measurements need no sentence, and a column of them would be mostly empty.
        self._reasons: dict[int, str] = {}
        self._why: dict[int, MissedReason] = {}
        for measurement in measurements:
            self.append(measurement)

    def append(self, m: SlotMeasurement) -> None:
        """Add one; callers add them in slot order, phase by phase."""
        self.add(*m)

    def add(  # noqa: PLR0913, PLR0917 - a column each
        self,
        phase: str,
        slot: int,
        due: float,
        started: float | None,
        ended: float | None,
        outcome: str,
        value: float | None = None,
        reason: str | None = None,
        code: str | None = None,
    ) -> None:
        """The same for one that is not a tuple yet. Raises KeyError for a phase or outcome there is none of."""
        self._codes.append(_CODES[phase, outcome])
        if reason is not None:
            self._reasons[len(self._slots)] = reason
        if outcome == "missed" and (why := missed_reason(code, reason)):
            self._why[len(self._slots)] = why
        self._slots.append(slot)
        times = self._times
        times.append(due)
        times.append(nan if started is None else started)
        times.append(nan if ended is None else ended)
        times.append(nan if value is None else value)

    def extend(self, columns: "Stored") -> None:
        """Add many at once, in slot order."""
        before = len(self._slots)
        self._codes.frombytes(columns.codes)
        self._slots.extend(columns.slots)
        self._times.extend(columns.times)
        self._why |= {before + place: why for place, why in columns.why.items()}

    def ordered(self) -> "MeasurementSeries":
        """Return them in the order they were due, and of one moment by their slots; as they came where that is it."""
        order = order_of(self._times[::4], self._slots)
        if order is None:
            return self
        found = MeasurementSeries()
        found._codes = array("b", map(self._codes.__getitem__, order))
        found._slots = array("q", map(self._slots.__getitem__, order))
        found._times = array("d", bytes(8 * len(self._times)))
        for column in range(4):
            found._times[column::4] = array("d", map(self._times[column::4].__getitem__, order))
        now_at = {before: place for place, before in enumerate(order)} if self._reasons or self._why else {}
        found._reasons = {now_at[before]: reason for before, reason in self._reasons.items()}
        found._why = {now_at[before]: why for before, why in self._why.items()}
        return found

    def explain(self, reasons: Iterable[tuple[int, str]]) -> None:
        """Say of some, by their places, in a sentence why they came out as they did."""
        self._reasons.update(reasons)

    def columns(self, *phases: Phase) -> Columns:
        """Return all of them as columns, or those of some phases."""
        codes = self._codes.tobytes()
        mask = codes.translate(only(*(_CODES[phase, outcome] for phase in phases for outcome in OUTCOMES)))
        if phases and 1 not in mask:
            return Columns(b"", array("d"), array("d"), b"", tuple(MissedReason), lambda: iter(()))
        why = bytearray(len(codes))
        place_of = {reason: place + 1 for place, reason in enumerate(MissedReason)}
        for index, reason in self._why.items():
            why[index] = place_of[reason]
        whole = Columns(
            codes.translate(_OUTCOME_OF),
            self._times[::4],
            self._times[3::4],
            bytes(why),
            tuple(MissedReason),
            lambda: iter(range(len(codes))),
        )
        return whole.of(mask) if phases else whole

    def first(self, outcome: Outcome) -> SlotMeasurement | None:
        """Return the first that came out so."""
        index = self._codes.tobytes().translate(_OUTCOME_OF).find(OUTCOMES.index(outcome))
        return self[index] if index >= 0 else None

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[SlotMeasurement]:
        moments = iter(self._times)  # four of them are a measurement's
        columns = zip(self._codes, self._slots, moments, moments, moments, moments, strict=False)
        return (self._row(index, *cells) for index, cells in enumerate(columns))

    def __getitem__(self, index: int) -> SlotMeasurement:
        # A range knows negative places, and raises IndexError as a sequence has to.
        index = range(len(self))[index]
        due, started, ended, value = self._times[4 * index : 4 * index + 4]
        return self._row(index, self._codes[index], self._slots[index], due, started, ended, value)

    def _row(
        self, index: int, code: int, slot: int, due: float, started: float, ended: float, value: float
    ) -> SlotMeasurement:
        phase, outcome = _KINDS[code]
        return SlotMeasurement(
            phase,
            slot,
            due,
            None if isnan(started) else started,
            None if isnan(ended) else ended,
            outcome,
            None if isnan(value) else value,
            self._reasons.get(index),
            self._why.get(index),
        )

    def of(self, *phases: Phase) -> Iterator[SlotMeasurement]:
        """Those of the given phases, in slot order."""
        return (m for m in self if m.phase in phases)


def code_of(phase: Phase, outcome: Outcome) -> int:
    """Return the code by which columns say of which phase a measurement is and how it came out."""
    return _CODES[phase, outcome]


class Threshold(Struct, frozen=True):
    """The bound that a numeric value is held against, for charts: both ends inclusive."""

    lower: float | None = None
    upper: float | None = None
    unit: str = ""

    @property
    def bounds(self) -> tuple[float, ...]:
        """Those of its ends that there are, the lower one first."""
        return tuple(end for end in (self.lower, self.upper) if end is not None)


class PhaseSpan(Struct, frozen=True):
    """When a phase began and ended, and how many slots it planned."""

    phase: Phase
    started: float
    ended: float | None
    planned: int


class ActivitySpan(Struct, frozen=True):
    """A condition or a rollback as it went: `status` is `succeeded`, `failed` or `interrupted`.

    `failure` says what went wrong, in one sentence; `by_hand` is the command a person runs instead; `lasts` is how long
    its effect goes on after it returned (seconds), where told; `unproven` that its effect did not show in time.
    """

    name: str
    started: float
    ended: float | None
    status: str
    failure: str | None = None
    by_hand: str | None = None
    lasts: float | None = None
    tries: int = 1
    unproven: bool = False

    def over_at(self, undone: float | None) -> float | None:
        """Return when a condition was over, that is undone or its `lasts` past; None: not yet, or never.

        One that failed never lasted beyond its own end.
        """
        if self.ended is None or self.status == ActivityStatus.FAILED:
            return undone if self.ended is None else self.ended
        over = None if self.lasts is None else self.ended + self.lasts
        known = [moment for moment in (over, undone) if moment is not None]
        return max(self.ended, min(known)) if known else None


class RunEvent(Struct, frozen=True):
    """Something that happened, as one sentence: for the list of events and the story."""

    at: float
    text: str


class Gate(Struct, frozen=True):
    """How often the hypothesis was asked before the run where it was not met, and why it was not at last."""

    tries: int
    reason: str


class Beside(StrEnum):
    """How a run came to act on one system with another: it was there already, or it joined."""

    FIRST = "first"
    JOINED = "joined"


class Neighbour(Struct, frozen=True):
    """A run that acted on the same system meanwhile; `run_id` is empty if it is not ours to know, `since` by epoch."""

    run_id: str
    title: str
    host: str
    since: float
    beside: Beside


class Facts(Struct, frozen=True):
    """A run as it was recorded.

    `status` is the journal's: `completed`, `failed` (the gate was not met), `aborted`, `interrupted`. `stop` says why
    measuring ended before its time, None when it did not. `rolled_back` is False when rollbacks were due and not played
    (strategy `never`), None when there were none to play. `gate` is None where it was met, and of records that do not
    tell. `neighbours` are runs that acted on the same system meanwhile. `outage_lasts_s` is how long an outage lasts on
    average by the plan, `outage_learned` what earlier runs teach, `occurs` how often the conditions are expected.
    `standing` says how the promise stands over all runs, where a console knows it.
    """

    run_id: str
    title: str
    frequency_s: float
    duration_s: float
    started_at: float
    measurements: MeasurementSeries
    objective: ServiceLevelObjective | None = None
    measures: tuple[str, ...] = ()
    threshold: Threshold = Threshold()
    phases: tuple[PhaseSpan, ...] = ()
    conditions: tuple[ActivitySpan, ...] = ()
    rollbacks: tuple[ActivitySpan, ...] = ()
    rolled_back: bool | None = None
    status: str = RunStatus.COMPLETED
    stop: Stopping | None = None
    gate: Gate | None = None
    events: tuple[RunEvent, ...] = ()
    effects: tuple[EffectChange, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    neighbours: tuple[Neighbour, ...] = ()
    outage_lasts_s: float | None = None
    occurs: Occurs | None = None
    outage_learned: Learned | None = None
    standing: str = ""

    @property
    def stopped(self) -> str | None:
        """Why measuring ended before its time, in one sentence."""
        return self.stop.sentence if self.stop else None
