"""After a run died: what its record says is left undone, and undoing it. Used by the guardian and `chaos recover`.

The promise (DESIGN §4.4): rollbacks run at least once after an intent is durable, never by two processes at
once, never again once a rollback's end is durable.
"""

import logging
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rtk.clock import Clock
from rtk.errors import BadInput, CannotRecord
from rtk.experiment.strategy import Strategy
from rtk.insight.stops import StopCause, Stopping
from rtk.verify import beside, processes
from rtk.verify.hypothesis import Journal
from rtk.verify.places import SUFFIX
from rtk.verify.record import Entry, Record, Recorded, Slot, is_finished, is_held
from rtk.verify.redact import MASK
from rtk.verify.stop import Stop
from rtk.verify.toolkit import Toolkit
from rtk.verify.undoing import Undoing

logger = logging.getLogger("chaostoolkit")


@dataclass
class Remains:
    """What a record says of its run: conditions that began, rollbacks that ended, processes it forked."""

    path: Path
    head: Entry
    began: list[int] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    probed: bool = False  # whether a probe of the method began: rollbacks may undo that too
    over: set[int] = field(default_factory=set)
    forked: set[int] = field(default_factory=set)
    settled: bool = False
    ended: bool = False
    damaged: list[int] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return str(self.head["run"])

    @property
    def is_undone(self) -> bool:
        """Whether nothing of it is left to undo."""
        return not (self.began or self.probed) or self.settled or self.ended

    def names(self) -> tuple[list[str], list[str]]:
        """The names of the conditions that began, and of the rollbacks still to be played."""
        experiment = self.head["experiment"]
        rollbacks = enumerate(experiment.get("rollbacks", []))
        left = [_name(a) for i, a in rollbacks if i not in self.over and not self.is_undone]
        return list(self.named), left


def _name(activity: Entry) -> str:
    return str(activity.get("name") or activity.get("ref"))


def remains(path: Path) -> Remains:
    """What is left of a run. Raises `BadInput` when its record cannot be read."""
    recorded = Recorded(path)
    found = Remains(path, recorded.head)
    for entry in recorded.slots_and_entries():
        if not isinstance(entry, Slot):
            _look(found, entry)
    found.damaged = recorded.damaged
    return found


def _look(found: Remains, entry: Entry) -> None:
    kind, role = entry["kind"], entry.get("role")
    if kind == "intent" and role == "condition":
        found.began.append(entry["index"])
        found.named.append(entry["name"])
    elif kind == "intent" and role == "probe":
        found.probed = True
    elif kind == "activity" and role == "rollback":
        found.over.add(entry["index"])
    elif kind == "forked":
        found.forked.add(entry["pid"])
    elif kind == "rollbacks":
        found.settled = entry["state"] in ("ended", "skipped")
    elif kind == "end":
        found.ended = True


def unfinished(directory: Path) -> tuple[list[Remains], list[str]]:
    """The runs that died and whose end nobody has recorded yet, oldest first; and why some cannot be told."""
    found, problems = [], []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            if path.stat().st_size and not is_finished(path) and not is_held(path):
                found.append(remains(path))
        except OSError as error:
            problems.append(f"the run record {path} cannot be read: {error.strerror}; it may belong to another user")
        except BadInput as error:
            problems.append(str(error))
    return found, problems


def recover(left: Remains, toolkit: Callable[[Entry], Toolkit], clock: Clock, why: Stopping) -> None:
    """Undo what is left of a run and complete its record. `why` says what ended it.

    Raises `CannotRecord` when another process is at it, `BadInput` when its secrets or configuration cannot be
    had; nothing is played then.
    """
    if os.getuid() != left.path.stat().st_uid:
        raise CannotRecord(f"the run record {left.path} belongs to another user; recover it as that user")
    processes.end(processes.marked(left.run_id) | _still_forked(left))
    if left.ended:
        return
    with suppress(OSError):
        os.chdir(left.head["directory"])
    ready = None if left.is_undone else toolkit(left.head)
    record = Record(left.path, _since(left.head, clock), ready.redact if ready else None, resume=True)
    try:
        fresh = remains(left.path)  # before the record was ours alone, another process may have been at it
        if fresh.ended:
            return
        record.note("event", durable=True, text=why.sentence)
        if ready and not fresh.is_undone:
            with processes.marking(left.run_id):
                _undo(fresh, ready, clock, record)
        beside.note(record, beside.joined(left.run_id, left.path.parents[1] / "holds"))
        record.note("end", durable=True, **_end(why))
    finally:
        record.close()
    if record.failure:
        raise CannotRecord(record.failure)


def _undo(left: Remains, toolkit: Toolkit, clock: Clock, record: Record) -> None:
    stop, journal = Stop(), Journal(toolkit.document, status="interrupted")
    with toolkit.session(journal.as_dict()):
        undoing = Undoing(left.run_id, toolkit, clock, record, stop)
        undoing.undo(_strategy(left.head), journal, dict.fromkeys(left.began), left.over)


def _strategy(head: Entry) -> Strategy:
    """What the record says; it may be of a time when anything could be said."""
    said = head["rollback_strategy"]
    return Strategy(said) if said in list(Strategy) else Strategy.ALWAYS


def forget(left: Remains, clock: Clock) -> None:
    """Record that nothing more will be done about a run."""
    record = Record(left.path, _since(left.head, clock), resume=True)
    why = Stopping(StopCause.FORGOTTEN, "the run died, and a person chose to forget it")
    record.append("end", durable=True, **_end(why))
    record.close()


def _end(why: Stopping) -> Entry:
    told = {"stopped": why.sentence, "cause": why.cause, "detail": why.detail}
    return {"status": "interrupted", "deviated": False, **told, "signal": None, "invalid": None}


def _since(head: Entry, clock: Clock) -> Callable[[], float]:
    if head.get("boot") == processes.boot_id():
        return lambda: clock.monotonic() - float(head["monotonic"])
    return lambda: clock.now() - float(head["at"])  # another boot of the machine has another monotonic clock


def _still_forked(left: Remains) -> set[int]:
    """Forks of the run that are alive: born of the run's own command, so that a reused number is left alone."""
    parts = str(left.head.get("command")).split(MASK)  # where it held a secret, any text will do
    mine = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    return {pid for pid in left.forked if mine.fullmatch(processes.command_of(pid))}
