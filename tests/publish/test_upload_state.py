"""The marker of a record: what it says lasts, and one process at a time has it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtk.publish.upload_state import AlreadyPublishing, Marker, PublishingProgress, marker_path, progress_of
from tests.verify.disk import Disk

RECORD = "run-1.record"
HOLDING = """
import sys
from pathlib import Path
from rtk.publish.upload_state import Marker
marker = Marker(Path(sys.argv[1]), "https://one")
marker.progress.next = 7
marker.save()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / RECORD


def test_what_is_saved_is_there_for_the_next(record: Path) -> None:
    whole = PublishingProgress("https://one", "o", "t", "v", "r", True, 12345, 678, True, False, "")
    with Marker(record, "https://one") as marker:
        assert marker.progress == PublishingProgress("https://one")
        marker.progress = whole
        marker.save()
    assert progress_of(marker_path(record)) == whole
    with Marker(record) as again:
        assert again.progress == whole


def test_one_that_is_new_tells_of_nothing_but_its_address() -> None:
    new = PublishingProgress("https://one")
    assert (new.opened, new.next, new.offset, new.ends, new.done) == (False, 0, 0, False, False)


def test_a_shorter_text_leaves_nothing_of_a_longer_one(record: Path) -> None:
    with Marker(record, "https://one") as marker:
        marker.progress.refused = "because of something long"
        marker.save()
        marker.progress.refused = ""
        marker.save()
    assert progress_of(marker_path(record)) == PublishingProgress("https://one")


def test_one_that_is_closed_twice_does_not_close_who_has_it_now(record: Path) -> None:
    first = Marker(record, "https://one")
    first.close()
    with Marker(record, "https://one") as second:
        first.close()
        second.progress.next = 5
        second.save()
    assert progress_of(marker_path(record)) == PublishingProgress("https://one", next=5)


def test_it_is_for_its_owner_alone(record: Path) -> None:
    with Marker(record, "https://one"):
        assert marker_path(record).stat().st_mode & 0o777 == 0o600


def test_a_record_that_has_none_is_not_given_one_without_an_address(record: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Marker(record)
    assert not marker_path(record).exists()


def test_two_of_one_process_do_not_have_it_at_once(record: Path) -> None:
    with Marker(record, "https://one"):
        files = len(list(Path("/proc/self/fd").iterdir()))
        with pytest.raises(AlreadyPublishing):
            Marker(record, "https://one")
        assert len(list(Path("/proc/self/fd").iterdir())) == files, "the file of who does not get it stays open"
    Marker(record).close()


def test_two_processes_do_not_have_it_at_once_and_a_dead_one_holds_nothing(record: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(record)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyPublishing):
            Marker(record, "https://one")
        other.kill()
    with Marker(record) as marker:
        assert marker.progress.next == 7


def test_closing_it_again_closes_nothing_else(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker, closed, close = Marker(record, "https://one"), list[int](), os.close

    def noting(file: int) -> None:
        closed.append(file)
        close(file)

    monkeypatch.setattr(os, "close", noting)
    marker.close()
    marker.close()
    assert len(closed) == 1


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"url":1}', b"\xff"])
def test_a_torn_one_says_nothing_and_is_begun_anew(record: Path, text: bytes) -> None:
    marker_path(record).write_bytes(text)
    assert progress_of(marker_path(record)) is None
    with Marker(record, "https://one") as marker:
        assert marker.progress == PublishingProgress("https://one")


def test_one_that_is_not_there_says_nothing(record: Path) -> None:
    assert progress_of(marker_path(record)) is None


def test_a_full_disk_loses_progress_and_stops_nothing(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Marker(record, "https://one") as marker:
        monkeypatch.setattr(os, "pwrite", full)
        marker.progress.next = 3
        marker.save()
    assert progress_of(marker_path(record)) is None


def test_where_a_record_goes_to_is_known_after_a_power_failure(record: Path) -> None:
    disk = Disk()
    with Marker(record, "https://one") as marker:
        marker.begin(disk.sync)
        (record.parent / "found").write_bytes(disk.after_power_loss(marker_path(record)))
    assert progress_of(record.parent / "found") == PublishingProgress("https://one")


def test_a_disk_that_makes_nothing_durable_stops_nothing(record: Path) -> None:
    def fails(_: int) -> None:
        raise OSError(5, "Input/output error")

    with Marker(record, "https://one") as marker:
        marker.begin(fails)
    assert progress_of(marker_path(record)) == PublishingProgress("https://one")


def test_one_whose_descriptor_somebody_closed_is_written_into_no_other_file(record: Path) -> None:
    marker = Marker(record, "https://one")
    record.write_text("the record")
    with record.open("r+") as other:
        os.dup2(other.fileno(), marker._file)
    number = marker._file
    marker.save()
    marker.close()
    assert record.read_text() == "the record"
    os.close(number)  # it was left open
