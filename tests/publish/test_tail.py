"""Reading on in a record while it is written: nothing twice, nothing left out, and nothing of this machine alone."""

import json
from pathlib import Path

import pytest

from rtk.publish import tail
from rtk.publish.tail import LOST, Batch, Tail
from rtk.verify.record import line_of
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
    monkeypatch.setattr(tail, "MOST_BYTES", 200)
    assert [len(Tail(record).read(n).texts) for n in range(2)] == [1, 1]


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
    assert json.loads(batch.texts[3])["text"] == LOST


def test_forks_are_not_entries_of_the_run(record: Path) -> None:
    made = lines(record)
    fork = line_of({"n": -1, "t": 0.5, "kind": "forked", "pid": 7})
    record.write_bytes(b"".join([made[0], fork, *made[1:]]))
    assert numbers(Tail(record).read(0)) == list(range(len(made)))


def test_paths_and_processes_of_this_machine_stay_here(record: Path) -> None:
    head = json.loads(Tail(record).read(0).texts[0])
    assert {"plan", "experiment", "title", "at", "client"} <= head.keys()
    assert not {"directory", "pid", "kept", "command", "boot"} & head.keys()
