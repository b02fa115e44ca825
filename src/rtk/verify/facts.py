"""From the record to the facts an insight is computed from."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from rtk.experiment.refs import probes_of
from rtk.insight.effect import EffectChange, EffectState
from rtk.insight.facts import (
    PHASES,
    ActivitySpan,
    Beside,
    Facts,
    Gate,
    MeasurementSeries,
    Neighbour,
    PhaseSpan,
    RunEvent,
    ServiceLevelObjective,
    SlotMeasurement,
    Threshold,
)
from rtk.insight.measurement import FIELDS
from rtk.insight.occurs import Occurs
from rtk.insight.outage_length import learned_from
from rtk.insight.status import ActivityStatus, RunStatus, UndoState
from rtk.insight.stops import StopCause, Stopping, stopping_of
from rtk.verify.numbers import played_of
from rtk.verify.record import Entry, Recorded, Slot

PROOFS = 1_000_000  # where proofs stand among the rollbacks: after all of them
ORDER: dict[str, int] = {phase: place for place, phase in enumerate(PHASES)}
PHASE_BIT = 48  # a slot's place in the order: its phase above this bit, its number below
ROLES = {"condition": "conditions", "rollback": "rollbacks"}


@dataclass
class _Reading:
    """What has been read of a record so far."""

    phases: dict[str, PhaseSpan] = field(default_factory=dict)
    spans: dict[tuple[str, int], ActivitySpan] = field(default_factory=dict)
    events: list[RunEvent] = field(default_factory=list)
    effects: list[EffectChange] = field(default_factory=list)
    rolled_back: bool | None = None
    gate: Gate | None = None
    end: Entry = field(default_factory=dict)
    neighbours: list[Neighbour] = field(default_factory=list)
    last: float = 0.0


def facts_of(recorded: Recorded, files: dict[str, str] | None = None) -> Facts:
    """The facts of a recorded run, also of one that broke off: then up to the last whole entry."""
    reading, measured, keys = _Reading(), MeasurementSeries(), array("q")
    for entry in recorded.slots_and_entries():
        if isinstance(entry, Slot):
            keys.append(ORDER[entry.phase] << PHASE_BIT | entry.slot)
            measured.add(*entry.columns())
            reading.last = max(reading.last, entry.t)
        else:
            reading.last = max(reading.last, entry["t"])
            _read(reading, entry, recorded.head)
    # Slots stand in the record as they ended, but count in the order of their phases and numbers.
    if not all(before <= after for before, after in pairwise(keys)):
        order = array("q", sorted(range(len(keys)), key=keys.__getitem__))
        measured = MeasurementSeries(measured[index] for index in order)
    return _facts(recorded.head, reading, measured, files or {})


def facts_of_entries(
    head: Entry, entries: Iterable[Entry], measurements: Iterable[SlotMeasurement], last: float = 0.0
) -> Facts:
    """The facts of a run whose measurements and other entries come from elsewhere, such as a journal.

    `last` is when the last measurement was noted: a run that broke off lasted until its last entry.
    """
    reading = _Reading(last=last)
    for entry in entries:
        reading.last = max(reading.last, entry["t"])
        _read(reading, entry, head)
    whole = measurements if isinstance(measurements, MeasurementSeries) else MeasurementSeries(measurements)
    return _facts(head, reading, whole, {})


def measurement_of(entry: Entry) -> SlotMeasurement:
    """A measurement's entry as a measurement."""
    return SlotMeasurement(**{name: entry[name] for name in FIELDS if name != "code"}, code=entry.get("code"))


def _read(reading: _Reading, entry: Entry, head: Entry) -> None:
    kind: str = entry["kind"]
    at: float = entry["t"]
    if kind == "phase":
        at = entry.get("at", at)  # a record of version 1 says only when the entry was made
        begun = reading.phases.get(entry["phase"])  # its line may be damaged
        is_end = entry["state"] == "ended"
        started = begun.started if is_end and begun else at
        reading.phases[entry["phase"]] = PhaseSpan(entry["phase"], started, at if is_end else None, entry["planned"])
    elif kind in ("intent", "activity") and entry["role"] in ROLES:
        reading.spans[(entry["role"], entry["index"])] = _span(reading, entry, head)
    elif kind == "proof":
        _read_proof(reading, entry)
    elif kind == "rollbacks":
        reading.rolled_back = entry["state"] != UndoState.SKIPPED
    elif kind == "event":
        reading.events.append(RunEvent(at, entry["text"]))
        if gate := entry.get("gate"):
            reading.gate = Gate(int(gate["tries"]), str(gate["reason"]))
    elif kind == "neighbour":
        reading.neighbours.append(neighbour_of(entry))
    elif kind == "end":
        reading.end = entry


def neighbour_of(entry: Entry) -> Neighbour:
    """Return the other run that an entry tells of."""
    beside = Beside(entry["beside"])
    return Neighbour(str(entry["run"]), str(entry["title"]), str(entry["host"]), float(entry["since"]), beside)


def _read_proof(reading: _Reading, entry: Entry) -> None:
    """How an effect changed while it was asked for, or that a condition never took effect or is not gone."""
    if entry.get("state") in set(EffectState):
        asked = float(entry.get("asked") or entry["t"])
        told = (entry.get("before"), entry.get("reason"))
        reading.effects.append(EffectChange(entry["name"], entry["index"], asked, EffectState(entry["state"]), *told))
        return
    if not entry["missing"]:
        return
    key = (entry["role"], entry["index"])
    if entry["proves"] == "effect":
        missing = f"its effect did not show: {entry['missing']}"
        begun = reading.spans.get(key) or ActivitySpan(entry["name"], entry["t"], entry["t"], ActivityStatus.FAILED)
        reading.spans[key] = replace(begun, status=ActivityStatus.FAILED, failure=missing, unproven=True)
        return
    name = f"proof that {entry['name']} is gone"
    failure = f"not shown: {entry['missing']}"
    span = ActivitySpan(name, entry["t"], entry["t"], ActivityStatus.FAILED, failure, unproven=True)
    reading.spans[("rollback", PROOFS + entry["index"])] = span


def _span(reading: _Reading, entry: Entry, head: Entry) -> ActivitySpan:
    name, at = entry["name"], entry["t"]
    if entry["kind"] == "intent":
        is_condition = entry["role"] == "condition"
        lasts = lasts_of(played_of(head["experiment"], "method", entry)) if is_condition else None
        return ActivitySpan(name, at, None, ActivityStatus.INTERRUPTED, lasts=lasts)
    begun = reading.spans.get((entry["role"], entry["index"]))
    return ActivitySpan(
        name,
        begun.started if begun else at,
        at,
        status_of(entry),
        entry.get("interrupted") or entry.get("failure"),
        entry.get("by_hand"),
        begun.lasts if begun else None,
        entry.get("tries", 1),
    )


def status_of(entry: Entry) -> ActivityStatus:
    """How an activity ended, by its entry."""
    if entry.get("interrupted"):
        return ActivityStatus.INTERRUPTED
    return ActivityStatus.FAILED if entry.get("failure") else ActivityStatus.SUCCEEDED


def lasts_of(activity: dict[str, Any]) -> float | None:
    """How long an action's effect goes on after it returned (seconds), where its extensions say so."""
    for extension in activity.get("extensions") or []:
        lasts = extension.get("lasts") if isinstance(extension, dict) else None
        if isinstance(lasts, int | float) and not isinstance(lasts, bool):
            return float(lasts)
    return None


def _facts(head: Entry, reading: _Reading, measurements: MeasurementSeries, files: dict[str, str]) -> Facts:
    plan, end, rolled_back = head["plan"], reading.end, reading.rolled_back
    began = any(role == "condition" for role, _ in reading.spans)
    # A run that died before it came to its rollbacks has no entry that says so.
    if began and rolled_back is None and head["experiment"].get("rollbacks"):
        rolled_back = False
    died = Stopping(StopCause.DIED, "the run ended without a goodbye")
    return Facts(
        run_id=head["run"],
        title=head["title"],
        frequency_s=plan["frequency_s"],
        duration_s=end.get("t", reading.last),
        started_at=head["at"],
        measurements=measurements,
        objective=ServiceLevelObjective(**plan["objective"]) if plan["objective"] else None,
        measures=tuple(activity["name"] for activity in probes_of(head["experiment"])),
        threshold=Threshold(**head["threshold"]),
        phases=tuple(reading.phases.values()),
        conditions=tuple(span for (role, _), span in reading.spans.items() if role == "condition"),
        rollbacks=tuple(span for (role, _), span in reading.spans.items() if role == "rollback"),
        rolled_back=rolled_back,
        status=end.get("status", RunStatus.INTERRUPTED),
        stop=stopping_of(end.get("cause"), end.get("detail") or end.get("stopped")) if end else died,
        gate=reading.gate,
        events=tuple(reading.events),
        effects=tuple(reading.effects),
        files=files,
        neighbours=tuple(dict.fromkeys(reading.neighbours)),
        outage_lasts_s=plan.get("outage_lasts_s"),
        occurs=Occurs.of(plan["occurs"]) if plan.get("occurs") else None,
        outage_learned=learned_from(plan.get("outage_learned")),
    )
