"""The lock on what a run acts on, as far as this machine's runs go: never two runs on one system.

A hold is a file in `$XDG_STATE_HOME/rtk/holds`, which its run keeps locked while it lives. One that takes a hold looks
at all the others while nobody else can. A hold ends with the proven undo of its run, as the run says itself or its
record does, or with a person's release; never by time alone.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtk.errors import BadInput, CannotRecord
from rtk.experiment.wording import argument
from rtk.figures import chosen_duration
from rtk.insight.facts import Neighbour
from rtk.insight.moments import restored
from rtk.insight.stops import StopCause
from rtk.verify import beside, descriptor
from rtk.verify.beside import holds_directory, join
from rtk.verify.facts import facts_of
from rtk.verify.holders import HoldingRun, HoldState
from rtk.verify.lock import is_held
from rtk.verify.places import record_path
from rtk.verify.record import Recorded
from rtk.verify.recovery import remains
from rtk.verify.systems import System, common, from_dicts

SUFFIX = ".hold"
PATIENCE_S = 5.0  # how long another process may be looking at the holds


@dataclass(frozen=True, slots=True)
class LocalHold:
    """What one run holds: who it is, where and since when (seconds since the epoch)."""

    run: str
    title: str
    since: float
    host: str
    user: str
    pid: int
    systems: tuple[System, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        own = {key: getattr(self, key) for key in ("run", "title", "since", "host", "user", "pid")}
        return {**own, "systems": [each.as_dict() for each in self.systems]}


def hold_from(values: Mapping[str, Any]) -> LocalHold:
    """Return a hold as `as_dict` gave it. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    run, title, host, user = (str(values[key]) for key in ("run", "title", "host", "user"))
    return LocalHold(run, title, float(values["since"]), host, user, int(values["pid"]), from_dicts(values["systems"]))


class Grip:
    """A hold of this process, to be let go at the end. `holders` are the runs that held the same
    already, beside which this one goes on."""

    def __init__(self, path: Path, file: int, holders: Iterable[HoldingRun]) -> None:
        self.path = path
        self._file = file
        self._is = descriptor.file_of(file)
        self.holders = tuple(holders)

    def joined(self) -> list[Neighbour]:
        """Return the runs that have begun on the same system since."""
        return beside.joined(self.path.stem, self.path.parent)

    def release(self, proven: bool) -> None:
        """Let go. Unless everything is proven to be undone, the hold goes on to stand without this process."""
        if self._file < 0:
            return
        if proven:
            _drop(self.path)
        descriptor.close(self._file, self._is)
        self._file = -1


def take(
    hold: LocalHold, alongside: bool = False, environ: Mapping[str, str] = os.environ
) -> Grip | tuple[HoldingRun, ...]:
    """Take a hold; who stands in the way where somebody does, and with `alongside` nobody does.

    Exact between processes. Raises `CannotRecord` where it cannot be kept.
    """
    directory = holds_directory(environ)
    with _alone(directory):
        holders = tuple(
            _holder(*found, shared)
            for path in _files(directory)
            if (found := _read(path, environ)) and found[0].run != hold.run
            if (shared := common(hold.systems, found[0].systems))
        )
        if holders and not alongside:
            return holders
        try:
            for each in holders:
                join(directory, each.run, hold)
            # Whole and locked before it has its name: whoever sees a hold can read it, and finds its run alive.
            path = directory / f"{hold.run}{SUFFIX}"
            part = path.with_suffix(".part")
            file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.write(file, json.dumps(hold.as_dict()).encode())
                os.fsync(file)
                part.replace(path)
            except OSError:
                os.close(file)
                raise
            return Grip(path, file, holders)
        except OSError as error:
            raise _unkept(directory, error) from None


def standing_holds(environ: Mapping[str, str] = os.environ) -> list[HoldingRun]:
    """Return every hold that stands on this machine, with nothing shared."""
    found = (_read(path, environ) for path in _files(holds_directory(environ)))
    return [_holder(*each, each[0].systems) for each in found if each]


def release(run: str, environ: Mapping[str, str] = os.environ) -> bool:
    """End the hold of a run that is no longer alive; whether there was one."""
    path = holds_directory(environ) / f"{run}{SUFFIX}"
    if not path.is_file() or _is_locked(path):
        return False
    _drop(path)
    return True


def _holder(hold: LocalHold, standing: HoldState, shared: Iterable[System]) -> HoldingRun:
    told = tuple(each.told for each in shared)
    return HoldingRun(hold.run, hold.title, hold.since, hold.host, hold.user, standing, told, hold.pid)


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"*{SUFFIX}"))


def _read(path: Path, environ: Mapping[str, str]) -> tuple[LocalHold, HoldState] | None:
    """A hold and why it stands; one that is over is dropped."""
    try:
        how = standing(path, environ)
        if how != HoldState.OVER:
            return hold_from(json.loads(path.read_bytes())), how
        _drop(path)
        return None
    except FileNotFoundError:  # its run has let go of it meanwhile
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CannotRecord(
            f"the hold {path} cannot be read, so nobody knows what its run acts on: undo that run with "
            f"`chaos recover --run {argument(path.stem)}`, then remove the file"
        ) from None


def standing(path: Path, environ: Mapping[str, str] = os.environ) -> HoldState:
    """Return why the hold in a file stands, as far as its run's life and its record tell."""
    if _is_locked(path):
        return HoldState.RUNNING
    record = record_path(path.stem, environ)
    try:
        if is_held(record):
            return HoldState.UNDOING
        # Its first line is written before anything begins: without one there is nothing to undo.
        if not record.stat().st_size:
            return HoldState.OVER
        left = remains(record)
        if left.began and not left.ended:
            return HoldState.DIED
        facts = facts_of(Recorded(record))
        released = facts.stop is not None and facts.stop.cause == StopCause.FORGOTTEN
        proven = not left.began or restored(facts) is not False
        return HoldState.OVER if proven or released else HoldState.NOT_RESTORED
    except (OSError, BadInput):  # without the record nobody knows whether it was undone
        return HoldState.UNKNOWN


def _is_locked(path: Path) -> bool:
    try:
        return is_held(path)
    except FileNotFoundError:
        return False


def _drop(path: Path) -> None:
    for each in (path, path.with_suffix(beside.SUFFIX)):
        with suppress(OSError):
            each.unlink()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """While this lasts no other process takes a hold."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(directory, os.O_RDONLY)
    except OSError as error:
        raise _unkept(directory, error) from None
    try:
        ends = time.monotonic() + PATIENCE_S  # between processes: never virtual
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= ends:
                    raise CannotRecord(
                        f"another process has held {directory} for {chosen_duration(PATIENCE_S)}: end it first"
                    ) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(file)


def _unkept(directory: Path, error: OSError) -> CannotRecord:
    return CannotRecord(f"the holds of runs cannot be kept in {directory}: {error.strerror}")
