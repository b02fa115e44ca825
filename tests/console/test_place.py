"""The data directory: made, kept private, and one console's at a time."""

import os
import stat
import threading
from pathlib import Path

import pytest

from rtk.console.place import LEAST_FREE, DataDirectory, InUse, default, place_of
from rtk.errors import BadInput


@pytest.fixture
def place(tmp_path: Path) -> DataDirectory:
    made = DataDirectory(tmp_path / "a" / "data")
    made.prepare()
    return made


def test_it_is_made_and_nobody_else_can_list_it(place: DataDirectory) -> None:
    assert stat.S_IMODE(place.path.stat().st_mode) in (0o700, 0o711)


def test_a_disk_that_is_full_is_refused_before_anything_is_begun(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"only 199 MiB are free .*expected at least 200 MiB"):
        DataDirectory(tmp_path).check_room(free=lambda _path: LEAST_FREE - 2**20)


def test_what_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"cannot use the data directory .*: Not a directory"):
        DataDirectory(tmp_path / "file" / "data").prepare()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_one_that_may_not_be_written_to_is_refused_in_one_sentence(place: DataDirectory) -> None:
    place.path.chmod(0o500)
    with pytest.raises(BadInput, match=r"cannot use the data directory .*: Permission denied"), place.alone():
        pass


def test_its_key_is_long_kept_and_private(place: DataDirectory) -> None:
    key = place.key()
    assert len(key) >= 50
    assert place.key() == key == DataDirectory(place.path).key()
    assert stat.S_IMODE((place.path / "secret-key").stat().st_mode) == 0o600


def test_it_is_ones_own_until_the_end(place: DataDirectory) -> None:
    with place.alone():
        assert place.in_use()
        with pytest.raises(InUse, match="another rtk command is using"), DataDirectory(place.path).alone():
            pass
    assert not place.in_use()
    with place.alone():
        pass


def test_who_only_looks_whether_it_is_in_use_keeps_nobody_from_having_it(place: DataDirectory) -> None:
    with place.alone():
        pass
    ended = threading.Event()
    lookers = [threading.Thread(target=_look_until, args=(place, ended)) for _ in range(4)]
    for each in lookers:
        each.start()
    try:
        for _ in range(200):
            with DataDirectory(place.path).alone():
                pass
    finally:
        ended.set()
        for each in lookers:
            each.join()


def _look_until(place: DataDirectory, ended: threading.Event) -> None:
    while not ended.is_set():
        place.in_use()


def test_who_comes_second_hears_where_the_first_is(place: DataDirectory) -> None:
    with place.alone():
        place.tell(url="http://localhost:8000", pid=os.getpid())
        assert place.told()["pid"] == os.getpid()
        with pytest.raises(InUse, match=r"runs from .* already, at http://localhost:8000; 'rtk down' stops it"):
            DataDirectory(place.path).alone().__enter__()
    assert place.told() == {}


def test_what_a_killed_console_told_is_not_believed(place: DataDirectory) -> None:
    place.tell(url="http://localhost:8000", pid=1)
    assert place.told() == {}
    with place.alone():
        assert place.told() == {}


def test_a_place_that_was_never_used_is_not_in_use(tmp_path: Path) -> None:
    assert not DataDirectory(tmp_path / "none").in_use()
    assert DataDirectory(tmp_path / "none").told() == {}


def test_what_is_given_goes_before_the_environment_and_that_before_the_platform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RTK_DATA", str(tmp_path / "environment"))
    assert place_of("given").path == Path.cwd() / "given"
    assert place_of(None).path == tmp_path / "environment"
    monkeypatch.delenv("RTK_DATA")
    assert place_of(None).path == default().expanduser()
