"""The record: what is whole is used, whatever happened to the rest of it."""

import json
import os
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtk.errors import BadInput, CannotRecord
from rtk.insight.stops import StopCause
from rtk.verify.lock import is_held
from rtk.verify.record import Record, Recorded, entry_of, line_of, plain
from rtk.verify.redact import Redactor
from tests.targets import odd


def write(path: Path, count: int = 6, redact: Redactor | None = None) -> Path:
    """A record with a head and so many entries."""
    record = Record(path, lambda: 1.5, redact)
    record.append("run", version=1, run="r")
    for number in range(count):
        record.append("event", text=f"number {number}", durable=number == 0)
    record.close()
    return path


def texts(path: Path) -> list[str]:
    return [entry["text"] for entry in Recorded(path).entries() if entry["kind"] == "event"]


def test_what_is_written_is_read_in_order(tmp_path: Path) -> None:
    recorded = Recorded(write(tmp_path / "a.record"))
    entries = list(recorded.entries())
    assert [entry["n"] for entry in entries] == list(range(7))
    assert {entry["t"] for entry in entries} == {1.5}
    assert recorded.damaged == []


def test_a_record_cut_at_any_byte_of_its_last_three_entries_keeps_what_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.record")
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in range(len(whole) - sum(map(len, lines[-3:])), len(whole) + 1):
        path.write_bytes(whole[:cut])
        count = whole[:cut].count(b"\n") - 1
        assert texts(path) == [f"number {number}" for number in range(count)]
        recorded = Recorded(path)
        list(recorded.entries())
        assert len(recorded.damaged) == (0 if whole[:cut].endswith(b"\n") else 1)


def test_any_flipped_byte_costs_at_most_two_entries_and_never_changes_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.record")
    whole = path.read_bytes()
    begin = whole.index(b"\n") + 1
    right = set(texts(path))
    for place in range(begin, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        found = texts(path)
        assert set(found) <= right
        assert len(found) >= len(right) - 2


def test_a_newer_version_asks_for_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "a.record"
    path.write_bytes(line_of({"n": 0, "t": 0.0, "kind": "run", "version": 99}))
    with pytest.raises(BadInput, match=r"newer version \(format 99, this one reads 2\): upgrade"):
        Recorded(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"hello\n", b"\x00" * 4096, b"[1, 2]", b"00000000 {}\n"])
def test_what_is_no_record_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.record"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is not a run record"):
        Recorded(path)


@pytest.mark.parametrize("name", ["absent", "."])
def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be read: "):
        Recorded(tmp_path / name)


@given(st.binary(max_size=200))
def test_no_line_of_bytes_breaks_the_reader(line: bytes) -> None:
    found = entry_of(line)
    assert found is None or {"n", "t", "kind"} <= found.keys()


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_whatever_a_probe_returns_is_a_line_of_json(value: Any) -> None:
    line = line_of({"n": 0, "t": 0.0, "kind": "event", "value": value})
    assert entry_of(line) is not None
    json.loads(line[9:], parse_constant=pytest.fail)


@pytest.mark.parametrize("kind", ["huge", "nan", "bytes", "set"])
def test_values_that_json_cannot_hold_are_told_all_the_same(kind: str) -> None:
    entry = entry_of(line_of({"n": 0, "t": 0.0, "kind": "event", "value": odd(kind)}))
    assert entry is not None


def test_lone_surrogates_do_not_stop_the_record() -> None:
    entry = entry_of(line_of({"n": 0, "t": 0.0, "kind": "event", "value": ["\ud800", {"a": "b\udfff"}]}))
    assert entry is not None
    assert entry["value"] == ["?", {"a": "b?"}]


def test_plain_keeps_what_json_can_hold() -> None:
    value = {"a": [1, 2.5, True, None, "text"], 3: (4,)}
    assert plain(value) == {"a": [1, 2.5, True, None, "text"], "3": [4]}


SECRETS = ["correct horse", 'quo"ted\\slash', "line\nbreak", "pässwörd", "tab\tand\x01control"]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_text_of_an_entry_holds_a_secret(tmp_path: Path, secret: str) -> None:
    redact = Redactor({"all": {"token": secret}}, {})
    record = Record(tmp_path / "a.record", lambda: 0.0, redact)
    value = {"deep": [{"text": f"a {secret} b"}, [secret]], "own": secret}
    record.append("run", version=1, title=secret, output=value, reason=f"{secret}{secret}")
    record.close()
    written = record.path.read_bytes()
    assert secret.encode() not in written
    assert json.dumps(secret)[1:-1].encode() not in written
    assert json.dumps(secret, ensure_ascii=False)[1:-1].encode() not in written
    assert Recorded(record.path).head["output"] == {"deep": [{"text": "a ***** b"}, ["*****"]], "own": "*****"}


def test_redaction_leaves_our_own_words_alone(tmp_path: Path) -> None:
    redact = Redactor({"token": "conditions"}, {})
    entry = entry_of(line_of({"n": 0, "t": 0, "kind": "phase", "phase": "conditions", "x": "conditions"}, redact))
    assert entry is not None
    assert (entry["phase"], entry["x"]) == ("conditions", "*****")


def test_redaction_leaves_our_own_numbers_and_codes_alone_whatever_is_secret() -> None:
    redact = Redactor({"a": {"slot": 1234, "code": "max-duration", "path": "builds", "length": 1.5625}}, {})
    run = {"output": 1234, "duration": 1.5625, "start": 1.5625, "status": "failed"}
    given = {"slot": 1234, "due": 1.5625, "cause": StopCause.MAX_DURATION, "kept": {"journal": "/builds/journal.json"}}
    line = line_of({"n": 1234, "t": 1.5625, "kind": "measurement", **given, "probes": [run], "run": run}, redact)
    kept = {**run, "output": "*****"}
    assert entry_of(line) == {"n": 1234, "t": 1.5625, "kind": "measurement", **given, "probes": [kept], "run": kept}


def test_entries_of_many_threads_are_numbered_one_after_another(tmp_path: Path) -> None:
    record = Record(tmp_path / "a.record", lambda: 0.0)
    record.append("run", version=1)

    def work(thread: int) -> None:
        for number in range(100):
            record.append("event", text=f"{thread}/{number}" + "x" * (number * 7))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record.close()
    recorded = Recorded(record.path)
    assert [entry["n"] for entry in recorded.entries()] == list(range(3201))
    assert recorded.damaged == []


def test_a_record_is_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path / "runs" / "a.record")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(CannotRecord, match="File exists"):
        Record(path, lambda: 0.0)


def test_a_record_closes_twice_and_takes_nothing_after_that(tmp_path: Path) -> None:
    record = Record(tmp_path / "a.record", lambda: 0.0)
    record.close()
    record.close()
    with pytest.raises(CannotRecord):
        record.append("event", text="late")


FILL = """
import resource, sys
from pathlib import Path
from rtk.errors import CannotRecord
from rtk.verify.record import Record
record = Record(Path(sys.argv[1]), lambda: 0.0)
record.append("run", version=1)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
failed = 0
for number in range(100):
    record.note("event", text="x" * 100)
try:
    record.append("event", text="x" * 100)
except CannotRecord as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
record.append("event", text="room again")
record.close()
"""


def test_a_full_disk_leaves_whole_lines_and_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.record"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], env=env, capture_output=True, text=True, timeout=120, check=True
    )
    assert f"the run record {path} cannot be written: " in done.stdout
    recorded = Recorded(path)
    entries = list(recorded.entries())
    assert recorded.damaged == []
    assert [entry["n"] for entry in entries] == list(range(len(entries)))
    assert entries[-1]["text"] == "room again"


def test_the_format_is_the_one_that_is_documented() -> None:
    line = line_of({"n": 0, "t": 0.0, "kind": "event"})
    checksum, text = line.rstrip(b"\n").split(b" ", 1)
    assert int(checksum, 16) == zlib.crc32(text)
    assert len(checksum) == 8


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(max_size=300))
def test_a_record_followed_by_anything_still_reads(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "a.record"
    path.unlink(missing_ok=True)
    write(path, 2)
    with path.open("ab") as file:
        file.write(tail)
    assert texts(path)[:2] == ["number 0", "number 1"]


def test_a_record_whose_descriptor_somebody_closed_goes_on(tmp_path: Path) -> None:
    record = Record(tmp_path / "r.record", lambda: 0.0)
    record.append("run", version=1, run="r")
    os.close(record._file)
    record.append("event", text="after", durable=True)
    assert is_held(record.path), "nobody else takes the run for dead"
    os.close(record._file)
    record.close()
    assert record.failure is None
    assert texts(record.path) == ["after"]


def test_a_line_goes_into_no_other_file_and_none_is_closed(tmp_path: Path) -> None:
    record = Record(tmp_path / "r.record", lambda: 0.0)
    record.append("run", version=1, run="r")
    other, number = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT), record._file
    os.dup2(other, number)
    record.append("event", text="after")
    record.close()
    assert texts(record.path) == ["after"]
    assert os.fstat(number).st_size == 0
    os.close(number)
    os.close(other)


@pytest.mark.parametrize("another", [True, False])
def test_a_record_that_is_gone_with_its_descriptor_says_so(tmp_path: Path, another: bool) -> None:
    record = Record(tmp_path / "r.record", lambda: 0.0)
    record.append("run", version=1, run="r")
    record.path.unlink()
    if another:
        record.path.touch()
    os.close(record._file)
    with pytest.raises(CannotRecord, match=r"cannot be written: (Bad file descriptor|No such file)"):
        record.append("event", text="after")
    record.close()
    assert "cannot be written" in str(record.failure)
