"""Where PostgreSQL's programs are, and how root's database reaches them where they are hidden from its user."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtk.console import binaries
from rtk.console.binaries import installed, reachable
from rtk.console.owner import owner_of
from tests.console.conftest import place


def test_the_newest_that_is_installed_is_taken() -> None:
    said = subprocess.run([installed() / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True)
    assert f" {installed().name.removeprefix('pginstall')}." in said.stdout


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Programs in a directory that only its owner may enter."""
    with place() as directory:
        home = Path(directory) / "home"
        home.mkdir(mode=0o700)
        (home / installed().name).symlink_to(installed())
        programs = home / installed().name
        monkeypatch.setattr(binaries, "installed", lambda: programs)
        yield Path(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database has another user")
def test_programs_that_the_databases_user_cannot_reach_are_copied_once(hidden: Path) -> None:
    owner = owner_of(hidden / "data")
    (hidden / "data").mkdir(mode=0o711)
    copy = reachable(hidden / "data", owner)
    assert copy.is_relative_to(hidden / "data")
    for program in ("postgres", "initdb", "pg_dump"):  # the last two need the libraries that come along
        subprocess.run([copy / "bin" / program, "--version"], check=True, stdout=subprocess.DEVNULL, **owner.options())
    made = (copy / "bin" / "postgres").stat().st_mtime_ns
    assert reachable(hidden / "data", owner) == copy
    assert (copy / "bin" / "postgres").stat().st_mtime_ns == made


def test_ones_own_programs_are_used_where_they_are(tmp_path: Path) -> None:
    owner = owner_of(tmp_path)._replace(other=False)
    assert reachable(tmp_path, owner) == installed()
