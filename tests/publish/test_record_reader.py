"""Reading on in a record while it is written: nothing twice, nothing left out, and nothing of this machine alone."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from rtk.publish import record_reader
from rtk.publish.record_reader import LOST, Batch, Tail
from rtk.verify.record import VERSION, line_of
from tests.publish.sample import finished, lines


def numbers(batch: Batch) -> list[int]:
    return [json.loads(text)["n"] for text in batch.texts]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return finished(tmp_path, measurements=5)


def test_a_record_is_read_in_batches_that_follow_one_another(record: Path) -> None:
    first = Tail(record).read(0, 0, most=3)
    second = Tail(record).read(first.next, first.offset)
    assert (numbers(first), first.ends) == ([0, 1, 2], False)
    assert (numbers(second)[0], second.ends) == (3, True)
    assert Tail(record).read(second.next, second.offset).texts == []


def test_an_old_offset_costs_time_only(record: Path) -> None:
    assert numbers(Tail(record).read(4, 0)) == numbers(Tail(record).read(0, 0))[4:]


def test_a_batch_stays_below_what_the_console_takes(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_reader, "MOST_BYTES", 200)
    assert [len(Tail(record).read(n).texts) for n in range(2)] == [1, 1]


def test_a_batch_takes_half_of_what_the_console_takes_at_most() -> None:
    assert (record_reader.MOST_ENTRIES * 2, record_reader.MOST_BYTES * 2) == (10_000, 4 * 1024 * 1024)


def written(path: Path, *texts: str) -> list[bytes]:
    """A record of events with these texts, as what is sent of them."""
    entries = [{"n": n, "t": 0.5, "kind": "event", "text": text} for n, text in enumerate(texts)]
    path.write_bytes(b"".join(map(line_of, entries)))
    return [line_of(entry)[9:-1] for entry in entries]


@pytest.mark.parametrize("long", ["", "x"])
def test_an_entry_that_fits_to_the_byte_goes_with_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: str
) -> None:
    texts = written(tmp_path / "a.record", "head", f"one{long}", "another", "a third")
    whole = len(b",".join(texts[1:]))
    monkeypatch.setattr(record_reader, "MOST_BYTES", whole)
    assert numbers(Tail(tmp_path / "a.record").read(1)) == [1, 2, 3]
    monkeypatch.setattr(record_reader, "MOST_BYTES", whole - 1)
    batch = Tail(tmp_path / "a.record").read(1)
    assert numbers(batch) == [1, 2]
    assert batch.body() == b'{"from":1,"entries":[%b]}' % b",".join(texts[1:3])


def test_nothing_overtakes_an_entry_that_does_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = written(tmp_path / "a.record", "head", "one", "x" * 500, "a third")
    monkeypatch.setattr(record_reader, "MOST_BYTES", len(texts[2]))
    assert [numbers(Tail(tmp_path / "a.record").read(first)) for first in (1, 2, 3)] == [[1], [2], [3]]


def test_a_gap_that_is_longer_than_a_batch_ends_it(tmp_path: Path) -> None:
    written(tmp_path / "a.record", *"abcdefgh")
    kept = (tmp_path / "a.record").read_bytes().splitlines(keepends=True)
    (tmp_path / "a.record").write_bytes(b"".join([*kept[:2], *kept[5:]]))
    batch = Tail(tmp_path / "a.record").read(1, most=2)
    assert numbers(batch) == [1, 2, 3, 4, 5]
    assert numbers(Tail(tmp_path / "a.record").read(batch.next, batch.offset)) == [6, 7]


@pytest.mark.parametrize("kind", ["activity", "event", "phase", "endless"])
def test_nothing_but_an_end_ends_it(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.record").write_bytes(line_of({"n": 0, "t": 0.0, "kind": kind}))
    assert Tail(tmp_path / "a.record").read(0).ends is False


@pytest.mark.parametrize(
    ("entry", "is_head"),
    [
        ({"kind": "run", "version": 1}, True),
        ({"kind": "run", "version": VERSION}, True),
        ({"kind": "run", "version": VERSION + 1}, False),
        ({"kind": "event", "version": 1}, False),
        ({"kind": "start", "version": 1}, False),
    ],
)
def test_a_head_is_an_entry_of_a_run_in_a_version_known_here(
    tmp_path: Path, entry: dict[str, Any], is_head: bool
) -> None:
    path = tmp_path / "a.record"
    path.touch()
    assert Tail(path).head() is None
    path.write_bytes(line_of({"n": 0, "t": 0.0, **entry}))
    assert (Tail(path).head() is not None) is is_head


def test_a_line_that_is_still_being_written_waits(record: Path) -> None:
    whole = record.read_bytes()
    record.write_bytes(whole[:-5])
    part = Tail(record).read(0)
    assert not part.ends
    record.write_bytes(whole)
    assert Tail(record).read(part.next, part.offset).ends


def test_what_is_damaged_is_told_as_lost_and_the_rest_follows(record: Path) -> None:
    broken = record.read_bytes().splitlines(keepends=True)
    broken[3] = b"00000000 " + broken[3][9:]
    record.write_bytes(b"".join(broken))
    batch = Tail(record).read(0)
    assert numbers(batch) == list(range(len(broken)))
    lost, after = (json.loads(text) for text in batch.texts[3:5])
    assert (lost["text"], lost["t"]) == (LOST, after["t"])


def test_forks_are_not_entries_of_the_run(record: Path) -> None:
    made = lines(record)
    fork = line_of({"n": -1, "t": 0.5, "kind": "forked", "pid": 7})
    record.write_bytes(b"".join([made[0], fork, *made[1:]]))
    assert numbers(Tail(record).read(0)) == list(range(len(made)))


def test_paths_and_processes_of_this_machine_stay_here(record: Path) -> None:
    head = json.loads(Tail(record).read(0).texts[0])
    assert {"plan", "experiment", "title", "at", "client"} <= head.keys()
    assert not {"directory", "pid", "kept", "command", "boot"} & head.keys()


def test_nothing_but_the_head_loses_what_it_says_of_a_machine(record: Path) -> None:
    kept = json.dumps({"n": 1, "t": 0.5, "kind": "event", "pid": 7, "command": "x"}, separators=(",", ":")).encode()
    record.write_bytes(b"".join([lines(record)[0], b"%08x %s\n" % (zlib.crc32(kept), kept)]))
    assert Tail(record).read(0).texts[1] == kept


@pytest.mark.parametrize("text", [b"{}", b"[]", b'{"kind":"event","n":1,"t":0}', b'{"n":-1,"t":0,"kind":"forked"}'])
def test_a_whole_line_without_a_number_is_passed_over(record: Path, text: bytes) -> None:
    made = lines(record)
    record.write_bytes(b"".join([made[0], b"%08x %s\n" % (zlib.crc32(text), text), *made[1:]]))
    batch = Tail(record).read(0)
    assert numbers(batch) == list(range(len(made)))
    assert batch.offset == record.stat().st_size


@pytest.mark.parametrize("end", [b"\0\0", b"\t", b" ", b"x"])
def test_a_last_line_waits_for_its_end_whatever_is_there_of_it(record: Path, end: bytes) -> None:
    whole = record.stat().st_size
    record.write_bytes(record.read_bytes() + end)
    assert Tail(record).read(0).offset == whole


def test_a_head_that_does_not_say_its_version_is_a_head(tmp_path: Path) -> None:
    (tmp_path / "a.record").write_bytes(line_of({"n": 0, "t": 0.0, "kind": "run"}))
    assert Tail(tmp_path / "a.record").head()
