"""How far a record was published: a small file beside it, for its owner's eyes only and without any token.

The file is locked by whoever is publishing the record, so that two processes do not do it at once. Where the record
goes to is made durable before anything is sent; how far it went may be old after a crash: the console's own `next`
corrects it.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from rtk.verify import descriptor
from rtk.verify.record import keep_name

SUFFIX = ".published"


class PublishingProgress(msgspec.Struct):
    """What is known: where a run goes to, the next entry's number, and what is over.

    `run` is the id it goes by there where that is not its own;
    `offset` is where in the record that entry begins; `ends`: the run's end has been sent; `done`: everything
    was; `refused`: why the console will never take it.
    """

    url: str
    organization: str = ""
    team: str = ""
    verification: str = ""
    run: str = ""
    opened: bool = False
    next: int = 0
    offset: int = 0
    ends: bool = False
    done: bool = False
    refused: str = ""


class AlreadyPublishing(Exception):
    """Another process is publishing this record."""


class Marker:
    """The open and locked marker of a record."""

    def __init__(self, record: Path, url: str = "") -> None:
        """Take the marker, or make it for a record that is to go to the console at `url`.

        Raises `AlreadyPublishing`, `OSError`.
        """
        self.path = marker_path(record)
        self._file = os.open(self.path, os.O_RDWR | (os.O_CREAT if url else 0), 0o600)
        self._is = descriptor.file_of(self._file)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise AlreadyPublishing from None
        try:
            self.progress = msgspec.json.decode(os.pread(self._file, 65536, 0), type=PublishingProgress)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.progress = PublishingProgress(url)

    def save(self) -> None:
        """Write it. A disk that is full loses progress, not entries, and so does an activity that closed the marker."""
        text = msgspec.json.encode(self.progress)
        if not descriptor.is_still(self._file, self._is):  # least of all may it be written into the record
            return
        with suppress(OSError):
            os.pwrite(self._file, text, 0)
            os.ftruncate(self._file, len(text))

    def begin(self, sync: Callable[[int], None] = os.fsync) -> None:
        """Write it durably: a record whose marker is lost in a power failure would be sent by nobody."""
        self.save()
        with suppress(OSError):
            sync(self._file)
        keep_name(self.path.parent, sync)

    def close(self) -> None:
        """Let go of it."""
        descriptor.close(self._file, self._is)
        self._file = -1  # the next file that is opened may get its number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def marker_path(record: Path) -> Path:
    """Where the marker of a record is."""
    return record.with_suffix(SUFFIX)


def progress_of(marker: Path) -> PublishingProgress | None:
    """What a marker says, without taking it; None where it says nothing."""
    try:
        return msgspec.json.decode(marker.read_bytes(), type=PublishingProgress)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
