"""A call's entries, checked and taken apart into the columns they are stored in.

The entries are those of `rtk.verify.record`. Those that an insight is computed from have a shape here; of other
kinds, such as `heartbeat`, only `kind` and `t` are looked at, and they are kept as they are.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from rtk.console.store.depth import may_be_deep, refuse_deep
from rtk.console.store.problem import Problem
from rtk.insight import plan_limits as limits
from rtk.insight.facts import OUTCOMES, PHASES_BY_CODE, Beside, Outcome, Phase
from rtk.insight.status import UndoState

# Clients of ours send half of each at most.
MOST_ENTRIES = 10_000
MOST_BYTES = 4 * 1024 * 1024
ACCEPTS = (1, 2)  # versions of the record

PHASE_CODES: dict[str, int] = {phase: code for code, phase in enumerate(PHASES_BY_CODE)}
OUTCOME_CODES: dict[str, int] = {outcome: code for code, outcome in enumerate(OUTCOMES)}

Count = Annotated[int, Meta(ge=0, le=2**53)]
Seconds = Annotated[float, Meta(ge=-1e12, le=1e12)]
Text = Annotated[str, Meta(max_length=65_536)]
Name = Annotated[str, Meta(max_length=4_000)]
Role = Literal["condition", "rollback", "probe"]


class Measured(Struct, gc=False):
    """A measurement."""

    kind: Literal["measurement"]
    t: Seconds
    phase: Phase
    slot: Count
    due: Seconds
    started: Seconds | None
    ended: Seconds | None
    outcome: Outcome
    value: Annotated[float, Meta(ge=-1e100, le=1e100)] | None = None
    reason: Text | None = None
    code: Annotated[str, Meta(max_length=40)] | None = None
    probes: msgspec.Raw = msgspec.Raw(b"[]")


class Other(Struct):
    """Any entry."""

    kind: Annotated[str, Meta(min_length=1, max_length=40)]
    t: Seconds


class ObjectiveOf(Struct):
    """The promise of a plan."""

    target: Annotated[float, Meta(gt=0, lt=1)]
    window_s: Annotated[float, Meta(**limits.WINDOW.bounds())] | None = None
    name: Annotated[str, Meta(max_length=limits.LONGEST_NAME)] = ""
    quantile: Annotated[str, Meta(max_length=700)] = ""


class OccursOf(Struct):
    """How often the conditions of a plan are expected; times are seconds."""

    times: Annotated[float, Meta(**limits.TIMES.bounds())]
    per_s: Annotated[float, Meta(**limits.PER.bounds())]
    lasts_s: Annotated[float, Meta(**limits.LASTS.bounds())] | None = None
    allowance: Annotated[float, Meta(**limits.BUDGET.bounds())] = 1.0
    strict: bool = False


class LearnedOf(Struct):
    """What was learned of outages before the run."""

    seconds: Annotated[float, Meta(**limits.OUTAGE.bounds())]
    outages: Count
    runs: Count


class PlanOf(Struct):
    """The plan of a run; times are seconds."""

    frequency_s: Annotated[float, Meta(**limits.FREQUENCY.bounds())]
    duration_s: Annotated[float, Meta(**limits.LENGTH.bounds())]
    warm_up_s: Annotated[float, Meta(**limits.LENGTH.bounds())] = 0.0
    cool_down_s: Annotated[float, Meta(**limits.LENGTH.bounds())] = 0.0
    outage_lasts_s: Annotated[float, Meta(**limits.OUTAGE.bounds())] | None = None
    occurs: OccursOf | None = None
    outage_learned: LearnedOf | None = None
    require_baseline: bool = False
    proof_lasts_s: Annotated[float, Meta(**limits.PROOF.bounds())] | None = None
    objective: ObjectiveOf | None = None


class ThresholdOf(Struct):
    """The bound a value is held against."""

    lower: float | None = None
    upper: float | None = None
    unit: Annotated[str, Meta(max_length=40)] = ""


class Head(Other):
    """The first entry of a record."""

    run: Name
    at: Seconds
    title: Name
    plan: PlanOf
    experiment: dict[str, Any]
    threshold: ThresholdOf = msgspec.field(default_factory=ThresholdOf)
    version: Count = 1


class PhaseOf(Other):
    """The beginning or end of a phase."""

    phase: Phase
    state: Literal["started", "ended"]
    planned: Count


class Intent(Other):
    """An activity is about to be played."""

    role: Role
    index: Count
    name: Name


class ActivityEntry(Intent):
    """An activity was played."""

    failure: Text | None = None
    interrupted: Text | None = None
    by_hand: Text | None = None
    tries: Count = 1


class ProofEntry(Intent):
    """What was looked for after an activity; `missing` says what was not there."""

    proves: Literal["effect", "restored"]
    missing: Text | None = None
    state: Text | None = None
    asked: Seconds | None = None
    before: Seconds | None = None
    reason: Text | None = None


class Rollbacks(Other):
    """Where the rollbacks are."""

    state: UndoState
    cause: Text | None = None


class EventOf(Other):
    """Something that happened."""

    text: Text


class NeighbourOf(Other):
    """Another run that acted on the same system."""

    run: Name
    title: Name
    host: Name
    since: Seconds
    beside: Beside


class End(Other):
    """The end of a run."""

    status: Annotated[str, Meta(min_length=1, max_length=40)]
    deviated: bool = False
    stopped: Text | None = None
    cause: Text | None = None
    detail: Text | None = None


SHAPES: dict[str, type[Other]] = {
    "run": Head,
    "phase": PhaseOf,
    "intent": Intent,
    "activity": ActivityEntry,
    "proof": ProofEntry,
    "rollbacks": Rollbacks,
    "event": EventOf,
    "neighbour": NeighbourOf,
    "end": End,
}


class _Call(Struct):
    first: Count = msgspec.field(name="from")
    entries: Annotated[list[msgspec.Raw], Meta(max_length=MOST_ENTRIES)]


class _Measuring(Struct, gc=False):
    first: Count = msgspec.field(name="from")
    entries: Annotated[list[Measured], Meta(max_length=MOST_ENTRIES)]


_UNHELD = re.compile("[\0\x1e\x1f]")
_MISSING = re.compile("Object missing required field `(.+)`")
_SIGNS = {0: "\u2400", 0x1E: "\u241e", 0x1F: "\u241f"}

_call = msgspec.json.Decoder(_Call).decode
_measuring = msgspec.json.Decoder(_Measuring).decode
_measured = msgspec.json.Decoder(Measured).decode
_other = msgspec.json.Decoder(Other).decode
_anything = msgspec.json.Decoder().decode
_shaped = {kind: msgspec.json.Decoder(shape).decode for kind, shape in SHAPES.items()}


class DecodedBatch(Struct):
    """The entries of one call by what they become. `places` are where in the call each stands."""

    first: int
    size: int
    measured: Sequence[Measured] = ()
    measured_at: Sequence[int] = ()
    others: list[tuple[int, Other, str]] = field(default_factory=list)
    end: End | None = None


def batch_of(body: bytes) -> DecodedBatch:
    """The entries of a call's body. Raises `Problem` with the place of the first thing that is wrong."""
    # What is passed on undecoded, such as probes, must be text as well.
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, f"the body is not UTF-8 text: byte {error.start}") from None
    try:
        whole = _measuring(body)
    except msgspec.ValidationError:
        return _mixed(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    return DecodedBatch(whole.first, len(whole.entries), whole.entries, range(len(whole.entries)))


def _mixed(text: str) -> DecodedBatch:
    try:
        call = _call(text)
    except msgspec.ValidationError as error:
        raise refusal(error) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    batch = DecodedBatch(call.first, len(call.entries))
    measured, places = list[Measured](), list[int]()
    for index, raw in enumerate(call.entries):
        entry = _entry(raw, index)
        if isinstance(entry, Measured):
            measured.append(entry)
            places.append(index)
        else:
            batch.others.append((index, entry, str(raw, "utf-8")))
            batch.end = entry if isinstance(entry, End) else batch.end
    batch.measured, batch.measured_at = measured, places
    return batch


def _entry(raw: msgspec.Raw, index: int) -> Measured | Other:
    try:
        entry = _other(raw)
        decode = _measured if entry.kind == "measurement" else _shaped.get(entry.kind)
        shaped = decode(raw) if decode else entry
    except (msgspec.DecodeError, RecursionError) as error:
        raise refusal(error, f"entries[{index}]") from None
    if not isinstance(shaped, Measured):
        # What is read back later must be readable: its numbers have values, and it is not too deep. The probes of
        # measurements are given back as the text that came, so nobody reads them.
        try:
            value = _anything(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            raise refusal(error, f"entries[{index}]") from None
        if may_be_deep(memoryview(raw)):
            refuse_deep(value, f"entries[{index}]")
    if isinstance(shaped, Head):
        accept(shaped.version, f"entries[{index}].version")
    return shaped


def accept(version: int, place: str) -> None:
    """Raise `Problem` for a record of a version that is not known here. The client keeps it: 415 is not for good."""
    if version not in ACCEPTS:
        known = " and ".join(map(str, ACCEPTS))
        updated = "console" if version > max(ACCEPTS) else "client"
        raise Problem(
            415,
            f"{place}: this console takes run records of versions {known}, not {version}: "
            f"publish the run again once the {updated} is updated",
            place,
        )


def refusal(error: Exception, place: str = "") -> Problem:
    """What msgspec found wrong, with the place it names."""
    says, _, where = str(error).partition(" - at `$")
    path = place + where.rstrip("`")
    if missing := _MISSING.match(says):
        path, says = f"{path}.{missing.group(1)}", "expected, and missing"
    return Problem(422, f"{path.lstrip('.') or 'the body'}: {says[:1].lower()}{says[1:]}", path.lstrip(".") or None)


def plain_text(value: str) -> str:
    """Text that a column can hold, without the characters that separate texts: each is shown as the sign for it."""
    return value.translate(_SIGNS) if _UNHELD.search(value) else value
