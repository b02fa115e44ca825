"""A record at its edges: gone on with, torn, on a disk that takes no more, and what its lines may hold."""

import errno
import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import CannotRecord
from rtk.verify.record import Record, Recorded, entry_of, is_finished, plain, whole
from rtk.verify.redact import DEEPEST

HEAD: dict[str, Any] = {"version": 1, "run": "run-1"}


def written(tmp_path: Path, *kinds: str) -> Path:
    """A record with a head and entries of these kinds."""
    record = Record(tmp_path / "run-1.record", lambda: 1.0)
    record.append("run", **HEAD)
    for kind in kinds:
        record.append(kind)
    record.close()
    return record.path


@pytest.mark.parametrize("entries", [0, 1, 2, 5])
def test_one_that_is_gone_on_with_goes_on_with_its_numbers(tmp_path: Path, entries: int) -> None:
    path = written(tmp_path, *["event"] * entries)
    before = path.read_bytes()
    record = Record(path, lambda: 2.0, resume=True)
    record.append("end")
    record.append("event")
    record.close()
    assert [entry["n"] for entry in Recorded(path).entries()] == list(range(entries + 3))
    assert path.read_bytes().startswith(before)
    assert path.read_bytes().count(b"\n") == entries + 3, "no line is empty"


def test_a_torn_last_line_is_ended_before_the_next(tmp_path: Path) -> None:
    path = written(tmp_path, "event")
    path.write_bytes(path.read_bytes() + b"0000")
    record = Record(path, lambda: 2.0, resume=True)
    record.append("event")
    record.append("end")
    record.close()
    recorded = Recorded(path)
    assert [entry["n"] for entry in recorded.entries()] == [0, 1, 2, 3]
    assert recorded.damaged == [3]
    assert path.read_bytes().count(b"\n") == 5


@pytest.mark.parametrize(
    ("kinds", "finished"),
    [
        ((), False),
        (("event", "activity"), False),
        (("phase", "rollbacks"), False),
        (("end",), True),
        (("end", "event"), True),
    ],
)
def test_only_an_end_finishes_one(tmp_path: Path, kinds: tuple[str, ...], finished: bool) -> None:
    assert is_finished(written(tmp_path, *kinds)) is finished


def test_what_the_disk_refuses_is_remembered_and_the_first_time_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(number: int) -> Any:
        def fail(*_: object) -> int:
            raise OSError(number, os.strerror(number))

        return fail

    record = Record(tmp_path / "run-1.record", lambda: 1.0, sync=refuses(errno.EIO))
    record.append("run", **HEAD)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuses(errno.ENOSPC))
        with pytest.raises(CannotRecord):
            record.append("event")
    assert record.failure is not None
    assert os.strerror(errno.ENOSPC) in record.failure
    record.note("event", durable=True)
    first = record.failure
    record.close()
    assert record.failure == first
    with pytest.raises(CannotRecord):
        record.append("event")


def test_a_sync_that_fails_only_at_the_end_is_remembered_too(tmp_path: Path) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    record = Record(tmp_path / "run-1.record", lambda: 1.0, sync=fail)
    record.close()
    assert record.failure is not None
    assert os.strerror(errno.EIO) in record.failure


def test_a_number_json_cannot_hold_is_told_in_words_and_any_other_is_kept() -> None:
    most = 2**63 - 1
    assert plain([0, 126, 1000, most, -most]) == [0, 126, 1000, most, -most]
    assert plain([most + 1, -most - 1]) == ["a very large number"] * 2


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}], ids=["lists", "mappings"])
def test_levels_are_kept_down_to_the_fortieth(wrap: Any) -> None:
    def nested(levels: int, inmost: Any) -> Any:
        for _ in range(levels):
            inmost = wrap(inmost)
        return inmost

    assert plain(nested(DEEPEST, 1)) == nested(DEEPEST, 1)
    assert plain(nested(DEEPEST, wrap(1))) == nested(DEEPEST, "…")


@pytest.mark.parametrize("at", [8, -1], ids=["its separator", "its end"])
def test_a_line_whose_frame_is_damaged_is_not_whole(at: int) -> None:
    text = b'{"n":0,"t":0,"kind":"x"}'
    line = bytearray(b"%08x %s\n" % (zlib.crc32(text), text))
    assert whole(bytes(line)) == text
    line[at] = ord("x")
    assert entry_of(bytes(line)) is None
    with pytest.raises(ValueError, match="not a whole line"):
        whole(bytes(line))


def test_a_fork_that_was_noted_has_let_go_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, closed, close = Record(tmp_path / "run-1.record", lambda: 1.0), list[int](), os.close

    def noting(file: int) -> None:
        closed.append(file)
        close(file)

    monkeypatch.setattr(os, "close", noting)
    record.forked()
    assert len(closed) == 1
    record.close()
    assert len(closed) == 1, "there is nothing left to be closed, least of all another file"
