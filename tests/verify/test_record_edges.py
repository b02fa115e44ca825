"""A record at its edges: gone on with, torn, on a disk that takes no more, and what its lines may hold."""

import errno
import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import BadInput, CannotRecord
from rtk.verify.record import TAIL, Record, Recorded, entry_of, is_finished, line_of, plain, whole
from rtk.verify.redact import DEEPEST, Redactor

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
    assert plain([most + 1, -most - 1, 2**64]) == ["a very large number"] * 3


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}], ids=["lists", "mappings"])
def test_levels_are_kept_down_to_the_fortieth(wrap: Any) -> None:
    def nested(levels: int, inmost: Any) -> Any:
        for _ in range(levels):
            inmost = wrap(inmost)
        return inmost

    assert plain(nested(DEEPEST, 1)) == nested(DEEPEST, 1)
    assert plain(nested(DEEPEST, wrap(1))) == nested(DEEPEST, "…")


@pytest.mark.parametrize("sign", ["x", "\t", "\0"])
@pytest.mark.parametrize("at", [8, -1], ids=["its separator", "its end"])
def test_a_line_whose_frame_is_damaged_is_not_whole(at: int, sign: str) -> None:
    text = b'{"n":0,"t":0,"kind":"x"}'
    line = bytearray(b"%08x %s\n" % (zlib.crc32(text), text))
    assert whole(bytes(line)) == text
    line[at] = ord(sign)
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


def test_times_are_told_to_the_microsecond(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1.record", lambda: 1.23456789)
    record.append("run", **HEAD)
    assert record.seconds() == 1.234568
    record.forked()
    *_, head, fork = Recorded(record.path).entries()
    assert head["t"] == 1.234568
    assert fork == {"n": -1, "t": 1.234568, "kind": "forked", "pid": os.getpid()}


def test_an_entry_is_durable_where_that_is_wanted(tmp_path: Path) -> None:
    synced: list[int] = []
    record = Record(tmp_path / "run-1.record", lambda: 1.0, sync=synced.append)
    before = len(synced)
    record.append("run", **HEAD)
    record.note("event")
    assert len(synced) == before
    record.append("event", durable=True)
    record.note("event", durable=True)
    assert len(synced) == before + 2


def test_who_listens_gets_each_line_that_undoing_needs(tmp_path: Path) -> None:
    record, heard = Record(tmp_path / "run-1.record", lambda: 1.0), list[bytes]()
    record.listener = heard.append
    record.append("run", **HEAD)
    record.append("measurement")
    record.append("intent")
    record.close()
    record.note("intent")
    entries = [entry_of(line) for line in heard]
    assert [entry["kind"] for entry in entries if entry] == ["run", "intent"]
    assert len(entries) == 2


def test_a_closed_record_says_that_it_is_closed_and_closes_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(tmp_path / "run-1.record", lambda: 1.0)
    record.append("run", **HEAD)
    record.close()
    closed: list[int] = []
    monkeypatch.setattr(os, "close", closed.append)
    record.close()
    assert closed == []
    with pytest.raises(CannotRecord, match=r"the run record .*run-1\.record is closed"):
        record.append("event")


def test_nothing_goes_on_with_a_record_that_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "run-1.record").touch()
    with pytest.raises(CannotRecord, match="is not a run record"):
        Record(tmp_path / "run-1.record", lambda: 1.0, resume=True)


def test_what_a_crash_left_blank_is_ended_before_the_next_line(tmp_path: Path) -> None:
    path = written(tmp_path, "event")
    path.write_bytes(path.read_bytes() + bytes(16))
    record = Record(path, lambda: 2.0, resume=True)
    record.append("end")
    record.close()
    assert [entry["kind"] for entry in Recorded(path).entries()] == ["run", "event", "end"]


def test_a_long_end_of_a_long_record_is_found(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1.record", lambda: 1.0)
    record.append("run", **HEAD)
    for size in (40_000, 30_000):
        assert not is_finished(record.path)
        record.append("event" if size == 40_000 else "end", text="x" * size)
    record.close()
    assert is_finished(record.path)


def test_damaged_lines_are_counted_from_one_and_whole_ones_are_found_again(tmp_path: Path) -> None:
    path = written(tmp_path, "event", "phase", "end")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"torn\n", *lines[2:]]))
    recorded = Recorded(path)
    assert [entry["n"] for entry in recorded.slots_and_entries() if isinstance(entry, dict)] == [0, 2, 3]
    assert recorded.damaged == [2]
    located = list(recorded.located())
    assert recorded.damaged == [2]
    assert list(recorded.at(offset for offset, _ in located)) == [entry for _, entry in located]


@pytest.mark.parametrize("version", [1, 2])
def test_every_version_until_now_is_read(tmp_path: Path, version: int) -> None:
    (tmp_path / "a.record").write_bytes(line_of({"n": 0, "t": 0.0, "kind": "run", "version": version}))
    assert Recorded(tmp_path / "a.record").head["version"] == version


@pytest.mark.parametrize("key", ["kinds", "output", "values"])
def test_what_a_system_said_is_no_word_of_ours_whatever_it_calls_it(key: str) -> None:
    said = ["hush-hush", {"status": "hush-hush", "n": 90817263}]
    line = line_of(
        {"n": 0, "t": 0.0, "kind": "event", key: said, "told": said[1]}, Redactor({"a": "hush-hush", "b": 90817263}, {})
    )
    entry = entry_of(line)
    assert entry is not None
    assert entry[key] == ["*****", {"status": "*****", "n": "*****"}]
    assert entry["told"] == {"status": "*****", "n": "*****"}


def test_the_shortest_line_has_one_sign() -> None:
    assert whole(b"%08x 1\n" % zlib.crc32(b"1")) == b"1"
    with pytest.raises(ValueError, match="not a whole line"):
        whole(b"%08x \n" % zlib.crc32(b""))


def test_one_that_is_empty_is_not_finished(tmp_path: Path) -> None:
    (tmp_path / "run-1.record").touch()
    assert not is_finished(tmp_path / "run-1.record")


def test_no_more_of_a_long_record_is_read_than_its_last_lines(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1.record", lambda: 1.0)
    record.append("run", **HEAD)
    record.append("end")
    assert is_finished(record.path)
    record.append("event", text="x" * TAIL)
    assert not is_finished(record.path)
    record.close()


@pytest.mark.parametrize("text", [b"{}", b"[]", b'"n t kind"', b'{"n":0,"t":0}', b'{"t":0,"kind":"x"}', b"nothing"])
def test_a_whole_line_that_is_no_entry_is_damaged(text: bytes) -> None:
    assert entry_of(b"%08x %s\n" % (zlib.crc32(text), text)) is None


@pytest.mark.parametrize("text", [b'"kind":"measurement"', b'{"n":1,"t":0,"kind":"measurement"}'])
def test_a_measurement_that_lacks_its_values_is_damaged(tmp_path: Path, text: bytes) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + b"%08x %s\n" % (zlib.crc32(text), text))
    recorded = Recorded(path)
    assert len(list(recorded.slots_and_entries())) == 1
    assert recorded.damaged == [2]


@pytest.mark.parametrize("kind", ["event", "start", "Run", "runs"])
def test_a_record_begins_with_a_run_and_nothing_else(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.record").write_bytes(line_of({"n": 0, "t": 0.0, "kind": kind, "version": 1}))
    with pytest.raises(BadInput, match="is not a run record"):
        Recorded(tmp_path / "a.record")


def test_one_that_could_not_be_opened_closes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, closed = written(tmp_path), list[int]()
    monkeypatch.setattr(os, "close", closed.append)
    with pytest.raises(CannotRecord):
        Record(path, lambda: 1.0, sync=closed.append)
    assert closed == []


def test_its_directory_is_made_with_those_above(tmp_path: Path) -> None:
    Record(tmp_path / "state" / "rtk" / "runs" / "a.record", lambda: 1.0).close()
    assert (tmp_path / "state" / "rtk" / "runs" / "a.record").exists()
