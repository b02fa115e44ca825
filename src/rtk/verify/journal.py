"""The journal: the Chaos Toolkit's own record of a run, streamed from ours and never built in memory.

Valid by their specification. Ours adds `extensions`, with one block named `rtk`, and an `rtk` key to every
state in `steady_states.during`, which stand in slot order; a missed slot is `steady_state_met: null`.
"""

import os
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from rtk.errors import CannotRecord
from rtk.experiment.refs import probes_of
from rtk.insight.measurement import FIELDS
from rtk.insight.status import RunStatus
from rtk.verify.facts import ORDER, PHASE_BIT
from rtk.verify.measure import isoformat, run_of
from rtk.verify.numbers import played_of
from rtk.verify.record import Entry, Recorded, plain

_encode = msgspec.json.Encoder(decimal_format="number").encode


class Slots:
    """Where each measurement of a record stands: an index of 16 bytes a measurement, in slot order."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._offsets = array("q")

    def add(self, phase: str, slot: int, offset: int) -> None:
        """Note a measurement's line."""
        self._keys.append(ORDER[phase] << PHASE_BIT | slot)
        self._offsets.append(offset)

    def in_order(self) -> Iterator[int]:
        """The offsets of the measurements' lines, phase by phase, slot by slot."""
        order = array("q", sorted(range(len(self._keys)), key=self._keys.__getitem__))
        return (self._offsets[index] for index in order)


def check_path(path: Path) -> None:
    """Raise `CannotRecord` when a journal could not be written here: known before the run starts."""
    try:
        # Beside it, not the file itself: a journal that is there already stays until this run has its own.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass
        if path.is_dir():
            raise IsADirectoryError(21, "it is a directory")
    except OSError as error:
        raise CannotRecord(f"the journal {path} cannot be written: {error.strerror}") from None


def write(path: Path, recorded: Recorded, insight: dict[str, Any]) -> None:
    """Write the journal of a record, all of it or none. Raises `CannotRecord`."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.writelines(text(recorded, insight))
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise CannotRecord(f"the journal {path} cannot be written: {error.strerror}") from None


def text(recorded: Recorded, insight: dict[str, Any], during: bool = True) -> Iterator[str]:
    """The journal as pieces of JSON; `during` False leaves out the measurements, for whoever has the record."""
    head = recorded.head
    slots, others = Slots(), list[Entry]()
    for offset, entry in recorded.located():
        if entry["kind"] == "measurement":
            slots.add(entry["phase"], entry["slot"], offset)
        else:
            others.append(entry)
    end = next((entry for entry in others if entry["kind"] == "end"), None)
    duration = end["t"] if end else max(entry["t"] for entry in others)
    top = {
        "chaoslib-version": head["client"]["chaoslib"],
        "platform": head["client"]["platform"],
        "node": head["client"]["node"],
        "experiment": head["experiment"],
        "start": isoformat(head["at"]),
        "end": isoformat(head["at"] + duration),
        "duration": duration,
        "status": end["status"] if end else RunStatus.INTERRUPTED,
        "deviated": bool(end and end["deviated"]),
        "run": _runs(head, others, "method"),
        "rollbacks": _runs(head, others, "rollbacks"),
    }
    probes = probes_of(head["experiment"])
    yield "{" + ",\n".join(f"{_json(key)}: {_json(value)}" for key, value in top.items())
    yield ',\n"steady_states": {"before": ' + _json(_hypothesis(others, "before", probes))
    yield ',\n"after": ' + _json(_hypothesis(others, "after", probes)) + ',\n"during": ['
    for number, entry in enumerate(recorded.at(slots.in_order() if during else [])):
        yield (",\n" if number else "\n") + _json(state(entry, probes))
    yield "\n]}"
    yield ',\n"extensions": ' + _json([extension(head, others, insight)]) + "\n}\n"


def _runs(head: Entry, others: list[Entry], block: str) -> list[dict[str, Any]]:
    """What was played of a part, in the order of its starts."""
    roles = {"method": ("condition", "probe"), "rollbacks": ("rollback",)}[block]
    entries = [e for e in others if e["kind"] in ("intent", "activity") and e["role"] in roles]
    begun = {e["index"]: place for place, e in enumerate(entries) if e["kind"] == "intent"}
    played = [e for e in entries if e["kind"] == "activity"]
    played.sort(key=lambda e: begun.get(e["index"], len(entries)))
    return [{"activity": played_of(head["experiment"], block, e), **e["run"]} for e in played]


def _hypothesis(others: list[Entry], which: str, probes: list[dict[str, Any]]) -> dict[str, Any] | None:
    last = [e for e in others if e["kind"] == "hypothesis" and e["which"] == which][-1:]
    return {"steady_state_met": last[0]["met"], "probes": _probes(last[0], probes)} if last else None


def _probes(entry: Entry, probes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # A measurement that was given up has fewer runs than there are probes.
    return [run_of(run, probe) for run, probe in zip(entry["probes"], probes, strict=False)]


def state(entry: Entry, probes: list[dict[str, Any]]) -> dict[str, Any]:
    """A measurement as a state of `steady_states.during`."""
    met = {"met": True, "deviated": False, "missed": None}[entry["outcome"]]
    runs = [] if met is None else _probes(entry, probes)
    return {"steady_state_met": met, "probes": runs, "rtk": {key: entry.get(key) for key in FIELDS}}


def extension(head: Entry, others: list[Entry], insight: dict[str, Any]) -> dict[str, Any]:
    """The `rtk` block: what the Chaos Toolkit's journal has no place for. `story` holds every other entry."""
    kinds = ("phase", "intent", "activity", "proof", "rollbacks", "event", "end")
    story = [{k: v for k, v in e.items() if k not in ("n", "run")} for e in others if e["kind"] in kinds]
    keys = (
        "run",
        "at",
        "title",
        "source",
        "plan",
        "threshold",
        "charted",
        "rollback_strategy",
        "client",
        "version",
    )
    return {"name": "rtk", **{key: head[key] for key in keys}, "story": story, "insight": insight}


def _json(value: Any) -> str:
    try:
        return _encode(value).decode()
    except Exception:  # noqa: BLE001 - a journal tells in words what JSON cannot hold
        return _encode(plain(value)).decode()
