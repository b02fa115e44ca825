"""Reading and writing in a directory where somebody else may put links, pipes and directories."""

import os
from pathlib import Path

import pytest

from rtk.lab import belongings
from rtk.lab.belongings import Disturbed


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret", encoding="ascii")
    (tmp_path / "outside").mkdir()
    (tmp_path / "own/commands").mkdir(parents=True)
    return tmp_path / "own"


def test_a_program_is_written_with_its_directories_and_read_back(own: Path) -> None:
    belongings.write_program(own, "commands/one/script", "echo hé\n")
    assert belongings.read(own, "commands/one/script") == "echo hé\n".encode()
    assert (own / "commands/one/script").stat().st_mode & 0o777 == 0o700


def test_no_more_is_read_than_asked(own: Path) -> None:
    (own / "long").write_bytes(b"x" * 100)
    assert belongings.read(own, "long", 10) == b"x" * 10


def test_what_is_not_there_has_no_bytes(own: Path) -> None:
    assert belongings.read(own, "commands/none") == b""


def test_no_link_is_followed_when_reading(own: Path) -> None:
    (own / "file").symlink_to(own.parent / "secret")
    (own / "folder").symlink_to(own.parent)
    assert belongings.read(own, "file") == b""
    assert belongings.read(own, "folder/secret") == b""
    assert belongings.read(own, "../secret") == b"secret"  # so names come from the lab alone


def test_a_pipe_and_a_directory_have_no_bytes(own: Path) -> None:
    os.mkfifo(own / "pipe")
    assert belongings.read(own, "pipe") == b""
    assert belongings.read(own, "commands") == b""


@pytest.mark.parametrize("turned", ["commands", "commands/one", "commands/one/script"])
def test_no_link_is_followed_when_writing(own: Path, turned: str) -> None:
    place = own / turned
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        place.rmdir()
    place.symlink_to(own.parent / "outside")
    with pytest.raises(Disturbed, match="not as the lab left it"):
        belongings.write_program(own, "commands/one/script", "echo\n")
    assert list((own.parent / "outside").iterdir()) == []


def test_what_is_there_already_is_not_written_over(own: Path) -> None:
    belongings.write_program(own, "commands/script", "first\n")
    with pytest.raises(Disturbed):
        belongings.write_program(own, "commands/script", "second\n")
    assert belongings.read(own, "commands/script") == b"first\n"


def test_no_handle_is_left_open(own: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(3):
        belongings.read(own, "commands/none/deep/er")
        belongings.read(own, "commands/x")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_only_a_plain_file_is_added_to_and_nobody_is_waited_for(own: Path) -> None:
    (own / "link").symlink_to(own.parent / "secret")
    (own / "directory").mkdir()
    os.mkfifo(own / "pipe")
    for name in ("link", "directory", "pipe"):
        with pytest.raises(OSError, match=name):
            belongings.opened_to_append(own / name)


def test_a_pipe_that_somebody_reads_is_no_plain_file_either(own: Path) -> None:
    os.mkfifo(own / "stdout")
    reader = os.open(own / "stdout", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(Disturbed, match="no plain file"):
        belongings.opened_to_append(own / "stdout")
    os.close(reader)


def test_a_plain_file_is_added_to(own: Path) -> None:
    for text in (b"one", b"two"):
        with belongings.opened_to_append(own / "stdout") as file:
            file.write(text)
    assert (own / "stdout").read_bytes() == b"onetwo"


def test_a_directory_is_removed_however_deep_and_closed_it_is(own: Path) -> None:
    here = own
    for _ in range(40):
        here = here / ("deep" * 20)  # longer than any path may be
        here.mkdir()
        (here / "file").touch()
    (own / "closed/within").mkdir(parents=True)
    (own / "closed").chmod(0)
    belongings.remove(own)
    assert not own.exists()


def test_what_a_link_leads_to_is_not_removed_with_it(own: Path) -> None:
    (own / "outside").symlink_to(own.parent / "outside")
    (own / "inner").mkdir()
    (own / "inner/secret").symlink_to(own.parent / "secret")
    belongings.remove(own)
    assert sorted(one.name for one in own.parent.iterdir()) == ["outside", "secret"]


def test_removing_what_is_not_there_is_nothing(own: Path) -> None:
    belongings.remove(own / "none")


@pytest.mark.parametrize("turned", ["link", "file", "closed", "all closed", "gone"])
def test_a_folder_of_the_labs_can_be_used_again_whatever_stands_in_its_place(own: Path, turned: str) -> None:
    folder = own / "commands"
    if turned in {"link", "file", "gone"}:
        folder.rmdir()
    if turned == "link":
        folder.symlink_to(own.parent / "outside")
    elif turned == "file":
        folder.touch()
    elif turned != "gone":
        (own if turned == "all closed" else folder).chmod(0)
    belongings.make_usable(own, "commands")
    belongings.write_program(own, "commands/one/script", "echo\n")
    assert (own / "commands/one/script").is_file()
    assert list((own.parent / "outside").iterdir()) == []


def test_what_is_in_a_folder_of_the_labs_stays(own: Path) -> None:
    belongings.write_program(own, "commands/one/script", "echo\n")
    belongings.make_usable(own, "commands")
    assert (own / "commands/one/script").is_file()
