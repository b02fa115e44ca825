"""Stage 4, record: the append-only file from which the journal, the insight and the undo can be rebuilt.

One entry a line: eight hexadecimal digits of CRC-32, a space, a JSON object, a line feed. Every entry has
`n` (0, 1, 2, …), `t` (seconds since the run began, by the monotonic clock) and `kind`; the first is of kind
`run` and says when that was, on both clocks. What a line lost in a crash is noticed by its checksum.
"""

import errno
import os
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from rtk.errors import BadInput, CannotRecord
from rtk.verify import descriptor, lock, processes
from rtk.verify.redact import DEEPEST, Redactor, told

VERSION = 2  # since there are the phases onset and undo
TAIL = 65536  # bytes: where the end of a finished record is
UNTOLD = frozenset({"measurement", "hypothesis"})  # what nobody needs in order to undo a run
# What a user's system never said, whatever is secret; and where files lie, since they lie there.
_NUMBERS = ("n", "t", "start", "end")
_CODES = ("kind", "run", "plan", "threshold", "boot", "phase", "state", "outcome", "role", "status", "beside")
OURS = frozenset((*_NUMBERS, *_CODES, "kept", "directory"))
Entry = dict[str, Any]


class Slot(msgspec.Struct, gc=False):
    """A measurement's entry without its probes: what facts are made of, read several times as fast."""

    n: int
    t: float
    kind: str
    phase: str
    slot: int
    due: float
    started: float | None
    ended: float | None
    outcome: str
    value: float | None
    reason: str | None
    code: str | None = None

    def columns(self) -> tuple[str, int, float, float | None, float | None, str, float | None, str | None, str | None]:
        """What `MeasurementSeries.add` takes."""
        times = (self.due, self.started, self.ended)
        return (self.phase, self.slot, *times, self.outcome, self.value, self.reason, self.code)


_MEASURED = b'"kind":"measurement"'
_KIND_WITHIN = 80  # bytes of a line: where its kind stands
_slot = msgspec.json.Decoder(Slot).decode
_encode = msgspec.json.Encoder(enc_hook=told, decimal_format="number").encode
_decode = msgspec.json.Decoder().decode


class Record:
    """A record being written. Safe to append to from any thread; an entry is in the kernel when `append` returns."""

    def __init__(
        self,
        path: Path,
        since: Callable[[], float],
        redact: Redactor | None = None,
        resume: bool | lock.Lock = False,
        sync: Callable[[int], None] = os.fsync,
    ) -> None:
        """Make the file, which must not exist, or with `resume` go on with that of a run that died.

        `since` tells the seconds since the run began; `sync` makes a file or a directory durable. Only one process
        at a time can write a record. Raises `CannotRecord`; but where `resume` is a lock that is held already, so that
        something is to be undone, a record that cannot be written is only remembered in `failure`.
        """
        self.path = path
        self.failure: str | None = None
        self.listener: Callable[[bytes], None] = lambda _: None  # gets each line that tells what is to be undone
        self._own = processes.Own()
        self._torn = False
        self._sync = sync
        self._redact = redact
        self._since = since
        self._lock = threading.Lock()
        self._file, self._next = -1, 0
        self._is: descriptor.File = (0, 0)
        try:
            if not resume:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = os.O_APPEND | (os.O_RDWR if resume else os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            self._file = os.open(path, new, 0o600)
            self._is = descriptor.file_of(self._file)
            # Before anything is read: whoever had the lock until now may have written still.
            if not isinstance(resume, lock.Lock):
                lock.take(self._file)
            if not resume:
                keep_name(path.parent, sync)
            else:
                self._next = max(entry["n"] for entry in Recorded(path).entries()) + 1
                end = os.fstat(self._file).st_size - 1  # a torn last line must not run into the next one
                self._torn = os.pread(self._file, 1, end) != b"\n"
        except (OSError, BadInput) as error:
            self.failure = str(error) if isinstance(error, BadInput) else self._unwritable(error)
            self.close()
            if not isinstance(resume, lock.Lock):
                raise CannotRecord(self.failure) from None

    def _unwritable(self, error: OSError) -> str:
        return f"the run record {self.path} cannot be written: {error.strerror}"

    def seconds(self) -> float:
        """Return the seconds since the run began, as entries tell them."""
        return round(self._since(), 6)

    def append(self, kind: str, durable: bool = False, **fields: Any) -> None:
        """Add an entry; with `durable` it is on the disk when this returns.

        Raises `CannotRecord` when the disk will not take it, and remembers that in `failure`. Whoever listens is told
        all the same. A fork of the process that made the record ends here.
        """
        self._own.check()
        line = b""
        try:
            with self._lock:
                if self._file < 0:  # a background activity may come back after the end
                    raise CannotRecord(self.failure or f"the run record {self.path} is closed")
                line = line_of({"n": self._next, "t": round(self._since(), 6), "kind": kind, **fields}, self._redact)
                self._write(line)
            if durable:  # outside of the lock: a slow disk must not keep measurements from being written
                self._sync(self._file)
        except OSError as error:
            self.failure = self._unwritable(error)
            raise CannotRecord(self.failure) from None
        finally:
            if line and kind not in UNTOLD:
                self.listener(line)

    def _opened(self) -> int:
        """The descriptor of the file; opened and locked anew where an activity closed it, which the file outlives."""
        if not descriptor.is_still(self._file, self._is):
            self._file = descriptor.reopened(self.path, self._is)
            lock.take_again(self._file)
        return self._file

    def _write(self, line: bytes) -> None:
        self._opened()
        if self._torn:
            _write(self._file, b"\n")
            self._torn = False
        _write(self._file, line)
        self._next += 1

    def note(self, kind: str, durable: bool = False, **fields: Any) -> None:
        """Add an entry where going on matters more than the entry: a failure is only remembered."""
        with suppress(CannotRecord):
            self.append(kind, durable, **fields)

    def forked(self) -> None:
        """Note this process, a fork of the run, to be ended with it, and let it write nothing after that.

        Takes no lock: another thread may have held it when this process was born, and is not here to let go of it.
        """
        file, self._file = self._file, -1
        self._lock = threading.Lock()
        entry = {"n": -1, "t": round(self._since(), 6), "kind": "forked", "pid": os.getpid()}
        with suppress(OSError):
            if descriptor.is_still(file, self._is):
                os.write(file, line_of(entry))
            descriptor.close(file, self._is)  # and with it this process' part in the lock, which is the run's

    def close(self) -> None:
        """Make everything durable and let go of the file; a second call does nothing."""
        with self._lock:
            if self._file < 0:
                return
            try:
                self._sync(self._opened())
            except OSError as error:
                self.failure = self.failure or self._unwritable(error)
            descriptor.close(self._file, self._is)
            self._file = -1


def keep_name(directory: Path, sync: Callable[[int], None]) -> None:
    """Make the names in a directory durable: what a file holds is lost with its name."""
    place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some file systems cannot, and a run need not be refused for it
            sync(place)
    finally:
        os.close(place)


def is_finished(path: Path) -> bool:
    """Whether the record of a run has come to its end, told from its last lines."""
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
        lines = file.read().splitlines(keepends=True)
    entries = [entry for entry in map(entry_of, lines) if entry]
    return any(entry["kind"] == "end" for entry in entries)


def _write(file: int, line: bytes) -> None:
    written = os.write(file, line)
    if written != len(line):  # a disk that fills up takes a part: leave whole lines only
        os.ftruncate(file, os.lseek(file, 0, os.SEEK_CUR) - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def line_of(entry: Entry, redact: Redactor | None = None) -> bytes:
    """An entry as its line, with no secret in it."""
    text = text_of(entry)
    if redact and redact.is_needed_for(text):
        text = text_of(_redacted(entry, redact))
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _redacted(entry: Mapping[str, Any], redact: Redactor) -> Entry:
    """An entry without secrets: its own numbers and codes stay, not those in what a system answered."""
    kept: Entry = {}
    for key, value in entry.items():
        if key == "probes" and isinstance(value, list):
            kept[key] = [_redacted(run, redact) for run in value]
        elif isinstance(value, Mapping) and key in ("run", "gate"):
            kept[key] = _redacted(value, redact)
        elif key in OURS or (isinstance(value, int | float | Enum) and key != "output"):
            kept[key] = value
        else:
            kept[key] = redact.within(value)
    return kept


def text_of(value: Any) -> bytes:
    """The value as JSON, in words where JSON cannot hold it."""
    try:
        return _encode(value)
    except Exception:  # noqa: BLE001 - an output may be anything, and a line about it must be written all the same
        return _encode(plain(value))


def plain(value: Any, depth: int = 0) -> Any:
    """The value with everything that JSON cannot hold told in words, and nothing deeper than 40 levels."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else "a very large number"
    if isinstance(value, str):
        return _encodable(value)
    if depth < DEEPEST and isinstance(value, dict):
        return {_encodable(told(key)): plain(item, depth + 1) for key, item in value.items()}
    if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in value]
    return "…" if isinstance(value, dict | list | tuple | set | frozenset) else _encodable(told(value))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class Recorded:
    """A record being read. What is whole is used; `damaged` lists the numbers of lines that are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[int] = []
        head = next(self.entries(), None)
        if head is None or head.get("kind") != "run":
            raise BadInput(f"{self.path} is not a run record: its first line should be an entry of kind 'run'")
        if head["version"] > VERSION:
            raise BadInput(
                f"{self.path} was written by a newer version (format {head['version']}, this one reads {VERSION}): "
                "upgrade reliability-toolkit to read it"
            )
        self.head = head

    def entries(self) -> Iterator[Entry]:
        """Every whole entry, in the order they were written."""
        return (entry for _, entry in self.located())

    def located(self) -> Iterator[tuple[int, Entry]]:
        """Every whole entry with the offset of its line."""
        self.damaged.clear()
        offset = 0
        for number, line in enumerate(self._lines(), 1):
            entry = entry_of(line)
            if entry is None:
                self.damaged.append(number)
            else:
                yield offset, entry
            offset += len(line)

    def slots_and_entries(self) -> Iterator[Slot | Entry]:
        """Every whole entry, those of measurements as slots."""
        self.damaged.clear()
        for number, line in enumerate(self._lines(), 1):
            entry = slot_of(line) if _MEASURED in line[:_KIND_WITHIN] else entry_of(line)
            if entry is None:
                self.damaged.append(number)
            else:
                yield entry

    def _lines(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                yield from file
        except OSError as error:
            raise BadInput(f"the run record {self.path} cannot be read: {error.strerror}") from None

    def at(self, offsets: Iterable[int]) -> Iterator[Entry]:
        """The entries whose lines begin at the given offsets, in that order."""
        with self.path.open("rb") as file:
            for offset in offsets:
                file.seek(offset)
                entry = entry_of(file.readline())
                assert entry is not None
                yield entry


def entry_of(line: bytes) -> Entry | None:
    """The entry of a line, or None when the line is torn or damaged."""
    try:
        entry = _decode(whole(line))
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"n", "t", "kind"} <= entry.keys() else None


def slot_of(line: bytes) -> Slot | None:
    """The same for the line of a measurement."""
    try:
        return _slot(whole(line))
    except ValueError:
        return None


def whole(line: bytes) -> bytes:
    """The text of a line; raises ValueError when the line is torn or damaged."""
    text = line[9:-1]
    if len(line) < 11 or line[8:9] != b" " or line[-1:] != b"\n" or int(line[:8], 16) != zlib.crc32(text):
        raise ValueError("not a whole line")
    return text
