"""The slots that a run which died owes: planned or due, and without an entry in its record."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rtk.experiment.plan import slot_count
from rtk.insight.facts import PHASES, MissedReason
from rtk.verify.missed import sentence
from rtk.verify.record import Entry, Recorded, Slot

LENGTHS = {"baseline": "warm_up_s", "conditions": "duration_s", "recovery": "cool_down_s"}  # where the plan has them
ENDLESS = ("onset", "undo")  # without a planned length: their slots are due until the run is dead


@dataclass
class _Kept:
    """What a record holds of one phase; `start` is the due time of slot 0, None where the phase did not begin."""

    start: float | None = None
    planned: int = 0
    is_over: bool = False
    measured: bytearray = field(default_factory=bytearray)

    def add(self, slot: int, start: float) -> None:
        self.measured.extend(bytes(max(0, slot + 1 - len(self.measured))))
        self.measured[slot] = 1
        self.start = start

    def turn(self, entry: Entry) -> None:
        """Take in that the phase began or ended; of its beginning a slot's due time tells more exactly."""
        self.planned, self.is_over = max(self.planned, entry["planned"]), entry["state"] == "ended"
        self.start = entry["t"] if self.start is None else self.start


def unmeasured(recorded: Recorded) -> Iterator[Entry]:
    """Yield the fields of a measurement for each slot that has no entry, phase by phase."""
    plan = recorded.head["plan"]
    kept: dict[str, _Kept] = {phase: _Kept() for phase in PHASES}
    last = 0.0
    for entry in recorded.slots_and_entries():
        if isinstance(entry, Slot):
            kept[entry.phase].add(entry.slot, entry.due - entry.slot * plan["frequency_s"])
            last = max(last, entry.t)
        elif entry["kind"] == "phase":
            kept[entry["phase"]].turn(entry)
            last = max(last, entry["t"])
    nothing = dict.fromkeys(("started", "ended", "value"))
    missed = {"outcome": "missed", "reason": sentence(MissedReason.RUN_DIED), "code": MissedReason.RUN_DIED}
    begins = last
    for phase in PHASES:
        found, length = kept[phase], float(plan.get(LENGTHS.get(phase, ""), 0.0))
        start = begins if found.start is None else found.start
        slots = max(slot_count(length, plan["frequency_s"]), found.planned, len(found.measured))
        if phase in ENDLESS and found.start is not None and not found.is_over:
            slots = max(slots, int((last - start) / plan["frequency_s"]) + 1)
        for slot in range(slots):
            if slot >= len(found.measured) or not found.measured[slot]:
                due = round(start + slot * plan["frequency_s"], 6)
                yield {"phase": phase, "slot": slot, "due": due, **nothing, "probes": [], **missed}
        begins = max(begins, start + length)
