"""After a run died: what its record and its guardian know of it, and undoing it. Used by both and `chaos recover`.

The promise (DESIGN §4.4): rollbacks run at least once after an intent is durable, never by two processes at
once, never again once a rollback's end is durable. Undoing comes first: a record that cannot be read or written
keeps nothing from being undone that is known from elsewhere.
"""

import logging
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from rtk.clock import Clock
from rtk.errors import BadInput, CannotRecord
from rtk.experiment.strategy import Strategy
from rtk.insight.facts import ActivitySpan, Facts
from rtk.insight.status import UNDO_OVER, ActivityStatus, RunStatus
from rtk.insight.stops import StopCause, Stopping, decided
from rtk.verify import beside, processes
from rtk.verify.facts import status_of
from rtk.verify.hypothesis import Journal
from rtk.verify.lock import Lock, holder, is_held
from rtk.verify.places import SUFFIX
from rtk.verify.record import UNTOLD, Entry, Record, Recorded, Slot, is_finished, line_of, text_of
from rtk.verify.redact import MASK
from rtk.verify.stop import StopRequest
from rtk.verify.toolkit import Toolkit
from rtk.verify.undo_coordinator import UndoCoordinator
from rtk.verify.unmeasured import unmeasured

RESTORED = "the record was gone when the run died; this one was rebuilt from what the guardian knew"

UNDER_CONDITIONS = frozenset({"onset", "conditions", "undo"})

logger = logging.getLogger(__name__)


@dataclass
class Remains:
    """What is known of a run: conditions that began, rollbacks that ended, processes it forked.

    `unreadable` says why its record could not be read, where it is known from elsewhere.
    """

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
    unreadable: str | None = None
    phases: set[str] = field(default_factory=set)
    numbers: int = 0
    last: int = -1
    decided: Stopping | None = None  # that it was to end because it fails whatever comes

    @property
    def may_have_begun(self) -> bool:
        """Whether an entry is missing that may have been a condition's intent: then it counts as one."""
        return self.numbers <= self.last and bool(self.phases & UNDER_CONDITIONS)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return str(self.head["run"])

    @property
    def is_undone(self) -> bool:
        """Whether nothing of it is left to undo."""
        begun = self.began or self.probed or self.may_have_begun
        return not begun or self.settled or self.ended

    def names(self) -> tuple[list[str], list[str]]:
        """The names of the conditions that began, and of the rollbacks still to be played."""
        experiment = self.head["experiment"]
        rollbacks = enumerate(experiment.get("rollbacks", []))
        left = [str(a.get("name") or a.get("ref")) for i, a in rollbacks if i not in self.over and not self.is_undone]
        return list(self.named), left


@dataclass
class Recovered:
    """What became of a run: the rollbacks that were played, None where nothing was to be undone.

    `failure` says why its record could not take it; `restored`: that record was gone and made anew. `before` are the
    rollbacks that the run itself had played, where only its guardian knows of them.
    """

    spans: list[ActivitySpan] | None = None
    failure: str | None = None
    restored: bool = False
    before: tuple[ActivitySpan, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether rollbacks were played and every one succeeded, so that nothing is held on to."""
        return bool(self.spans) and all(span.status == ActivityStatus.SUCCEEDED for span in self.spans or ())

    def amend(self, facts: Facts) -> Facts:
        """Return the facts with what the record could not take: how the rollbacks went."""
        told = (*self.before, *(self.spans or ()))
        if self.failure is None or (self.spans is None and not told):
            return facts
        return replace(facts, rollbacks=told, rolled_back=True)


def remains(path: Path, known: Sequence[Entry] = ()) -> Remains:
    """What is left of a run, from its record and from entries that are `known` of it besides.

    Raises `BadInput` when the record cannot be read and nothing is known.
    """
    try:
        recorded = Recorded(path)
        found = Remains(path, recorded.head)
        for entry in recorded.slots_and_entries():
            number = entry.n if isinstance(entry, Slot) else entry["n"]
            if number > found.last:  # a fork has no number of its own
                found.numbers, found.last = found.numbers + 1, number
            if not isinstance(entry, Slot):
                _look(found, entry)
        found.damaged = recorded.damaged
    except BadInput as error:
        if not known or known[0]["kind"] != "run":
            raise
        found = Remains(path, known[0], unreadable=str(error))
    for entry in known:
        _look(found, entry)
    return found


def _look(found: Remains, entry: Entry) -> None:
    kind, role = entry["kind"], entry.get("role")
    if kind in ("intent", "activity") and role == "condition":  # either line may be lost
        if entry["index"] not in found.began:
            found.began.append(entry["index"])
            found.named.append(entry["name"])
    elif kind == "intent" and role == "probe":
        found.probed = True
    elif kind == "activity" and role == "rollback":
        found.over.add(entry["index"])
    elif kind == "phase":
        found.phases.add(entry["phase"])
    elif kind == "forked":
        found.forked.add(entry["pid"])
    elif kind == "rollbacks":
        found.settled |= entry["state"] in UNDO_OVER
    elif kind == "event" and entry.get("cause") == StopCause.DECIDED:
        found.decided = decided(entry["deviated"], entry["slots"])
    elif kind == "end":
        found.ended = True


def unfinished(directory: Path) -> tuple[list[Remains], list[str]]:
    """The runs that died and whose end nobody has recorded yet, oldest first; and why some cannot be told."""
    found, problems = [], []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            # One without an entry never began, so that there is nothing to undo.
            if path.stat().st_size and not is_finished(path) and not is_held(path):
                found.append(remains(path))
        except OSError as error:
            problems.append(f"the run record {path} cannot be read: {error.strerror}; it may belong to another user")
        except BadInput as error:
            problems.append(str(error))
    return found, problems


def at_work(directory: Path) -> list[str]:
    """The runs that go on, or that somebody undoes just now: `unfinished` does not list them."""
    found = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        with suppress(OSError):
            if is_held(path) and not is_finished(path):
                found.append(path.stem)
    return found


def recover(
    left: Remains, toolkit: Callable[[Entry], Toolkit], clock: Clock, why: Stopping, known: Sequence[Entry] = ()
) -> Recovered:
    """Undo what is left of a run, then complete its record. `why` says what ended it.

    `known` is what is known of it besides its record, which may be gone. Raises `CannotRecord` when another process is
    at it, `BadInput` when its secrets or configuration cannot be had; nothing is played then.
    """
    restored = _restored(left.path, known)
    if left.path.exists() and os.getuid() != left.path.stat().st_uid:
        raise CannotRecord(f"the run record {left.path} belongs to another user; recover it as that user")
    with Lock(left.path, lambda: _free(left)) as lock:
        # Before it was ours alone, another process may have been at it; what that one started is its own.
        fresh = remains(left.path, known)
        _end_processes(fresh)
        untold = _untold(fresh, known)
        if fresh.ended and not untold:
            return Recovered()
        # Rollbacks may name files relative to where the run was started; that place may be gone.
        with suppress(OSError):
            os.chdir(fresh.head["directory"])
        ready = None if fresh.is_undone else toolkit(fresh.head)
        record = Record(left.path, _since(fresh.head, clock), ready.redact if ready else None, resume=lock)
        try:
            for entry in untold:
                if entry["kind"] == "end":
                    _fill(record)
                record.note(**entry)
            if fresh.ended:
                return Recovered(None, record.failure, restored, _played(untold))
            record.note("event", durable=True, text=why.sentence)
            spans = _undone(fresh, ready, clock, record) if ready else None
            _fill(record)  # every slot that was planned has its entry before the end, which nothing follows
            beside.note(record, beside.joined(left.run_id, left.path.parents[1] / "holds"))
            record.note("end", durable=True, **_end(fresh.decided or why))
        finally:
            record.close()
    return Recovered(spans, record.failure, restored, _played(untold))


def _untold(left: Remains, known: Sequence[Entry]) -> list[Entry]:
    """The last of the known entries, those that its record could not take: what was done must not be told as undone."""
    told = set[bytes]()
    if left.unreadable is None:
        told = {text_of(_bare(entry)) for entry in Recorded(left.path).entries() if entry["kind"] not in UNTOLD}
    last = max((at for at, entry in enumerate(known, 1) if text_of(_bare(entry)) in told), default=0)
    return [_bare(entry) for entry in known[last:]]


def _bare(entry: Entry) -> Entry:
    """An entry without its number: one that could not be written has that of the next."""
    return {key: value for key, value in entry.items() if key != "n"}


def _played(entries: Sequence[Entry]) -> tuple[ActivitySpan, ...]:
    ended = [entry for entry in entries if entry["kind"] == "activity" and entry["role"] == "rollback"]
    return tuple(
        ActivitySpan(
            entry["name"],
            entry["t"],
            entry["t"],
            status_of(entry),
            entry["failure"],
            entry["by_hand"],
            tries=entry["tries"],
        )
        for entry in ended
    )


def _restored(path: Path, known: Sequence[Entry]) -> bool:
    """Make a record anew that is gone, from what is known; whether that was done. A disk may not let it."""
    with suppress(OSError):
        if not known or (path.exists() and path.stat().st_size):
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = {"n": len(known), "t": max(entry["t"] for entry in known), "kind": "event", "text": RESTORED}
        lines = [line_of({**entry, "n": number}) for number, entry in enumerate([*known, told])]
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:  # noqa: PTH123 - by its descriptor
            file.write(b"".join(lines))
        return True
    return False


def _free(left: Remains) -> None:
    """End what a dead run forked and what so holds its lock; another process that holds it is left alone."""
    pid = left.head.get("pid")
    if holder(left.path) == pid and processes.command_of(int(pid or 0)) != left.head.get("command"):
        _end_processes(left)


def _end_processes(left: Remains) -> None:
    found = processes.marked(left.run_id)
    # Forks are born of the run's own command: a number that is another's by now is left alone.
    parts = str(left.head.get("command")).split(MASK)  # where it held a secret, any text will do
    mine = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    found |= {pid for pid in left.forked if mine.fullmatch(processes.command_of(pid))}
    processes.end(found)
    if of_others := processes.of_others(found):
        numbers = ", ".join(map(str, sorted(of_others)))
        logger.warning(f"Processes of the run that belong to another user could not be ended: {numbers}")


def _undone(left: Remains, toolkit: Toolkit, clock: Clock, record: Record) -> list[ActivitySpan] | None:
    journal = Journal(toolkit.document, status=RunStatus.COMPLETED if left.decided else RunStatus.INTERRUPTED)
    undoing = UndoCoordinator(left.run_id, toolkit, clock, record, StopRequest())
    with processes.marking(left.run_id), toolkit.session(journal.as_dict(), undoing.patience):
        # A record of an earlier version may hold an unknown strategy. Nobody asked for "never", so undo the run.
        said = left.head["rollback_strategy"]
        strategy = Strategy(said) if said in list(Strategy) else Strategy.ALWAYS
        undoing.undo(strategy, journal, dict.fromkeys(left.began), left.over)
    return undoing.spans


def _fill(record: Record) -> None:
    if record.failure is None:
        for slot in unmeasured(Recorded(record.path)):
            record.note("measurement", **slot)


def forget(left: Remains, clock: Clock) -> None:
    """Record that nothing more will be done about a run."""
    record = Record(left.path, _since(left.head, clock), resume=True)
    why = Stopping(StopCause.FORGOTTEN, "the run died, and a person chose to forget it")
    record.append("end", durable=True, **_end(why))
    record.close()


def _end(why: Stopping) -> Entry:
    told = {"stopped": why.sentence, "cause": why.cause, "detail": why.detail}
    return {
        "status": RunStatus.COMPLETED if why.cause.completes else RunStatus.INTERRUPTED,
        "deviated": False,
        **told,
        "signal": None,
        "invalid": None,
    }


def _since(head: Entry, clock: Clock) -> Callable[[], float]:
    if head.get("boot") == processes.boot_id():
        return lambda: clock.monotonic() - float(head["monotonic"])
    return lambda: clock.now() - float(head["at"])  # another boot of the machine has another monotonic clock
