"""What postmaster.pid tells, whatever is in it."""

import os
import resource
from pathlib import Path

import pytest

from rtk.console.postgres import Postgres
from rtk.console.postmaster import children_in, is_in_the_way, is_postgres, postmaster


@pytest.mark.parametrize("text", ["", "\n", "x\n", "-1\n", "99999999999999999999\n", "\x00"])
def test_a_file_that_says_nothing_names_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)
    assert postmaster(tmp_path) is None
    assert is_in_the_way(tmp_path / "postmaster.pid", tmp_path)


def test_a_pid_that_nobody_has_is_for_postgres_to_judge(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{2**22 + 1}\n")  # more than a system gives out
    assert postmaster(tmp_path) is None
    assert not is_in_the_way(tmp_path / "postmaster.pid", tmp_path)


def test_without_a_file_there_is_no_server(tmp_path: Path) -> None:
    assert postmaster(tmp_path) is None
    assert not is_in_the_way(tmp_path / "postmaster.pid", tmp_path)


def test_this_process_is_no_postgres_though_it_may_have_the_pid(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert postmaster(tmp_path) is None
    assert is_in_the_way(tmp_path / "postmaster.pid", tmp_path)


def test_a_server_is_that_of_its_own_directory_only(postgres: Postgres, tmp_path: Path) -> None:
    found = postmaster(postgres.data)
    assert found is not None
    assert found.ready
    assert is_postgres(found.pid, postgres.data)
    assert not is_postgres(found.pid, tmp_path)
    assert not is_in_the_way(postgres.data / "postmaster.pid", postgres.data)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="what a process does is only seen in /proc")
def test_the_parts_of_a_server_are_found_where_they_work(postgres: Postgres, tmp_path: Path) -> None:
    assert children_in(postgres.data)
    assert children_in(tmp_path) == []


def test_what_cannot_be_looked_at_is_not_taken_for_gone(postgres: Postgres) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    pid = postgres.data / "postmaster.pid"
    looks = (
        postmaster,
        children_in,
        lambda data: is_in_the_way(pid, data),
        lambda data: is_postgres(os.getpid(), data),
    )
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))  # what is open stays so
    try:
        for look in looks:
            with pytest.raises(OSError, match="Too many open files"):
                look(postgres.data)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
