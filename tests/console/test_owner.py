"""Who runs the database."""

import os
import pwd
from pathlib import Path

import pytest

from rtk.console.owner import owner_of
from rtk.errors import BadInput

ROOT = os.geteuid() == 0


@pytest.mark.skipif(ROOT, reason="root's is run by another")
def test_an_ordinary_user_runs_it_themselves(tmp_path: Path) -> None:
    owner = owner_of(tmp_path)
    assert (owner.uid, owner.options()) == (os.geteuid(), {})


@pytest.mark.skipif(not ROOT, reason="only root can hand it to another")
def test_roots_is_run_by_nobody_with_no_further_groups(tmp_path: Path) -> None:
    owner = owner_of(tmp_path)
    assert owner.name == "nobody"
    assert owner.options() == {"user": owner.uid, "group": owner.gid, "extra_groups": []}


@pytest.mark.skipif(not ROOT, reason="only root can hand it to another")
def test_roots_is_run_by_whom_its_directory_belongs_to(tmp_path: Path) -> None:
    someone = pwd.getpwnam("daemon")
    os.chown(tmp_path, someone.pw_uid, someone.pw_gid)
    assert owner_of(tmp_path).name == "daemon"


@pytest.mark.skipif(not ROOT, reason="only root can give a directory to a number")
def test_a_user_without_a_name_is_refused_in_one_sentence(tmp_path: Path) -> None:
    os.chown(tmp_path, 54321, 54321)
    with pytest.raises(BadInput, match="the number 54321 has no name on this machine"):
        owner_of(tmp_path)
