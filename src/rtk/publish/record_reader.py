"""Reading a record while it is written: batches of entries as they stand in it, hardly looked into.

What is sent is the text of the lines itself, redacted when it was written. Only the first entry is taken apart:
what it says of this machine alone (paths, process, command line) stays here.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import msgspec

from rtk.verify.record import VERSION, Entry, entry_of, whole

MOST_ENTRIES = 5_000  # the console takes 10,000
MOST_BYTES = 2 * 1024 * 1024  # the console takes 4 MiB
KEPT_HERE = ("directory", "pid", "kept", "boot", "command", "monotonic")
_NUMBER = re.compile(rb'\{"n":(\d+),"t":(-?[\d.e+-]+),"kind":"(\w+)"')
LOST = "an entry of the record was damaged and is lost"


@dataclass
class Batch:
    """Entries from number `first` on as JSON texts, and where in the file and at which number the next begin."""

    first: int
    offset: int
    texts: list[bytes] = field(default_factory=list)
    size: int = 0
    ends: bool = False

    @property
    def next(self) -> int:
        """The number of the entry after the last one."""
        return self.first + len(self.texts)

    def add(self, text: bytes) -> None:
        """Take an entry in."""
        self.texts.append(text)
        self.size += len(text) + 1

    def body(self) -> bytes:
        """The batch as the console takes it."""
        return b'{"from":%d,"entries":[%b]}' % (self.first, b",".join(self.texts))


class Tail:
    """Reads on in a record from where it was left."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def head(self) -> Entry | None:
        """The first entry, None as long as it is not there."""
        with self.path.open("rb") as file:
            entry = entry_of(file.readline())
        return entry if entry and entry["kind"] == "run" and entry.get("version", VERSION) <= VERSION else None

    def read(self, first: int, offset: int = 0, most: int = MOST_ENTRIES) -> Batch:
        """The entries from number `first` on; `offset` is where its line begins, or anything before that.

        A number that is missing for damage is told as an event, so that the rest can follow.
        """
        batch = Batch(first, offset)
        with self.path.open("rb") as file:
            file.seek(offset)
            # One that ends without a line break is still being written.
            for line in takewhile(lambda line: line.endswith(b"\n") and len(batch.texts) < most, file):
                text, found = b"", None
                with suppress(ValueError):  # damaged
                    text = whole(line)
                    found = _NUMBER.match(text)  # what a fork of the run wrote has none
                if found and (number := int(found[1])) >= batch.next:
                    if batch.texts and batch.size + len(text) > MOST_BYTES:
                        break
                    for lost in range(batch.next, number):
                        batch.add(msgspec.json.encode({"n": lost, "t": float(found[2]), "kind": "event", "text": LOST}))
                    if not number:  # what it says of this machine alone stays here
                        head = msgspec.json.decode(text)
                        text = msgspec.json.encode({key: head[key] for key in head if key not in KEPT_HERE})
                    batch.add(text)
                    batch.ends = batch.ends or found[3] == b"end"
                batch.offset += len(line)
        return batch
