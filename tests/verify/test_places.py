"""Where records live: for their owner only, for thirty days."""

import os
from pathlib import Path

import msgspec
import pytest

from rtk.errors import CannotRecord
from rtk.publish.pending_sender import is_unsent
from rtk.publish.upload_state import PublishingProgress
from rtk.verify import places
from rtk.verify.record import line_of

HEAD = line_of({"n": 0, "t": 0.0, "kind": "run"})
END = HEAD + line_of({"n": 1, "t": 1.0, "kind": "end"})


def kept(path: Path, at: float, data: bytes = b"") -> None:
    """Write a file that was last changed at a moment."""
    path.write_bytes(data)
    os.utime(path, (at, at))


def test_the_directory_follows_the_environment(tmp_path: Path) -> None:
    assert places.runs_directory({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "rtk" / "runs"
    assert places.runs_directory({}) == Path.home() / ".local/state/rtk/runs"
    assert places.record_path("id", {"XDG_STATE_HOME": "/s"}) == Path("/s/rtk/runs/id.record")


def test_old_records_are_dropped_and_others_kept(tmp_path: Path) -> None:
    environ, now = {"XDG_STATE_HOME": str(tmp_path)}, 1_700_000_000.0
    directory = places.prepare(now, environ)
    assert directory.stat().st_mode & 0o777 == 0o700
    for name, age in (("old.record", 31), ("old.published", 31), ("young.record", 29), ("old.txt", 31)):
        kept(directory / name, now - age * 86400, END)
    places.prepare(now, environ)
    assert sorted(p.name for p in directory.iterdir()) == ["old.txt", "young.record"]


def test_an_unfinished_record_is_never_dropped(tmp_path: Path) -> None:
    environ, now = {"XDG_STATE_HOME": str(tmp_path)}, 1_700_000_000.0
    directory = places.prepare(now, environ)
    kept(directory / "unfinished.record", now - 400 * 86400, HEAD)
    kept(directory / "never-begun.record", now - 400 * 86400)
    (directory / "odd.record").mkdir()
    os.utime(directory / "odd.record", (0, 0))
    places.prepare(now, environ)
    assert sorted(p.name for p in directory.iterdir()) == ["odd.record", "unfinished.record"]


def test_what_is_still_to_be_sent_is_never_dropped(tmp_path: Path) -> None:
    environ, now = {"XDG_STATE_HOME": str(tmp_path)}, 1_700_000_000.0
    directory = places.prepare(now, environ)
    for name, done, refused in (("unsent", False, ""), ("sent", True, ""), ("refused", False, "of another team")):
        path = directory / f"{name}.record"
        kept(path, now - 31 * 86400, END)
        marker = msgspec.json.encode(PublishingProgress("http://console", done=done, refused=refused))
        path.with_suffix(".published").write_bytes(marker)
    kept(directory / "never-published.record", now - 31 * 86400, END)
    kept(directory / "waiting.execution", now - 31 * 86400, b"{}")
    places.prepare(now, environ, is_wanted=is_unsent)
    left = sorted(p.name for p in directory.iterdir())
    assert left == ["unsent.published", "unsent.record", "waiting.execution"]


def test_a_place_that_cannot_be_made_is_known_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "rtk").write_text("in the way")
    with pytest.raises(CannotRecord, match="name another one with XDG_STATE_HOME"):
        places.prepare(0.0, {"XDG_STATE_HOME": str(tmp_path)})


def test_ids_sort_by_time_and_are_of_version_7() -> None:
    ids = [places.new_run_id(1_700_000_000.0 + second) for second in range(5)]
    assert ids == sorted(ids)
    assert {(i[14], i[19] in "89ab") for i in ids} == {("7", True)}
