"""A descriptor that somebody closed may be another file by now: it is left alone."""

import os
from pathlib import Path

import pytest

from rtk.verify.descriptor import close, file_of, is_still, reopened


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT)


def test_it_stands_for_its_file_until_it_is_closed(tmp_path: Path) -> None:
    number = opened(tmp_path / "a")
    file = file_of(number)
    assert is_still(number, file)
    close(number, file)
    assert not is_still(number, file)
    with pytest.raises(OSError, match="Bad file descriptor"):
        file_of(number)
    close(number, file)


def test_a_number_that_is_another_file_by_now_is_left_open(tmp_path: Path) -> None:
    number = opened(tmp_path / "a")
    file = file_of(number)
    other = opened(tmp_path / "b")
    os.dup2(other, number)
    assert not is_still(number, file)
    close(number, file)
    assert file_of(number) == file_of(other)
    os.close(number)
    os.close(other)


def test_a_file_is_opened_again_only_where_its_name_is_still_its_own(tmp_path: Path) -> None:
    number = opened(tmp_path / "a")
    file = file_of(number)
    again = reopened(tmp_path / "a", file)
    assert is_still(again, file)
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "a").touch()
    before = sorted(Path("/proc/self/fd").iterdir())
    with pytest.raises(OSError, match="Bad file descriptor"):
        reopened(tmp_path / "a", file)
    assert sorted(Path("/proc/self/fd").iterdir()) == before
    os.close(number)
    os.close(again)
