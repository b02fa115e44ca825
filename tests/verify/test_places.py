"""Where records live: for their owner only, for thirty days."""

import os
from pathlib import Path

import pytest

from rtk.errors import CannotRecord
from rtk.verify import places


def test_the_directory_follows_the_environment(tmp_path: Path) -> None:
    assert places.runs_directory({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "rtk" / "runs"
    assert places.runs_directory({}) == Path.home() / ".local/state/rtk/runs"
    assert places.record_path("id", {"XDG_STATE_HOME": "/s"}) == Path("/s/rtk/runs/id.record")


def test_old_records_are_dropped_and_others_kept(tmp_path: Path) -> None:
    environ, now = {"XDG_STATE_HOME": str(tmp_path)}, 1_700_000_000.0
    directory = places.prepare(now, environ)
    assert directory.stat().st_mode & 0o777 == 0o700
    for name, age in (("old.record", 31), ("young.record", 29), ("old.txt", 31)):
        (directory / name).touch()
        os.utime(directory / name, (now - age * 86400, now - age * 86400))
    places.prepare(now, environ)
    assert sorted(p.name for p in directory.iterdir()) == ["old.txt", "young.record"]


def test_a_place_that_cannot_be_made_is_known_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "rtk").write_text("in the way")
    with pytest.raises(CannotRecord, match="name another one with XDG_STATE_HOME"):
        places.prepare(0.0, {"XDG_STATE_HOME": str(tmp_path)})


def test_ids_sort_by_time_and_are_of_version_7() -> None:
    ids = [places.new_run_id(1_700_000_000.0 + second) for second in range(5)]
    assert ids == sorted(ids)
    assert {(i[14], i[19] in "89ab") for i in ids} == {("7", True)}
