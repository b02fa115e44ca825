"""What of the machine is somebody's own, wherever it lies."""

from pathlib import Path

import pytest

from rtk.errors import BadInput
from rtk.lab import homes


@pytest.fixture
def lent(tmp_path: Path) -> Path:
    for name in ("me/.state/rtk", "you", "run", "data", "programs"):
        (tmp_path / "opt" / name).mkdir(parents=True)
    return tmp_path / "opt"


def test_homes_and_own_directories_below_what_is_lent_are_private(lent: Path) -> None:
    environ = {
        "HOME": f"{lent}/me",
        "XDG_STATE_HOME": f"{lent}/me/.state",
        "XDG_RUNTIME_DIR": f"{lent}/run",
        "RTK_DATA": f"{lent}/data",
    }
    found = homes.private([lent], environ, [f"{lent}/you", f"{lent}/gone", "/nonexistent"])
    assert found == [lent / name for name in ("data", "me", "run", "you")]


def test_a_home_that_a_link_leads_to_is_private_where_it_lies(lent: Path, tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(lent)
    assert homes.private([lent], {"HOME": f"{tmp_path}/home/me"}, []) == [lent / "me"]


def test_what_lies_elsewhere_needs_no_cover(lent: Path, tmp_path: Path) -> None:
    assert homes.private([lent], {"HOME": str(tmp_path), "TMPDIR": "relative"}, [str(tmp_path)]) == []


def test_a_lent_directory_that_is_a_home_is_private_whole(lent: Path) -> None:
    assert homes.private([lent], {"HOME": str(lent), "XDG_STATE_HOME": f"{lent}/me/.state"}, []) == [lent]


@pytest.mark.parametrize("system", ["/usr", "/usr/sbin", "/bin", "/usr/share"])
def test_a_directory_of_the_system_is_lent_although_it_is_a_users_home(system: str) -> None:
    assert Path(system).resolve() not in homes.private([Path("/usr"), Path("/bin")], {}, [system])


@pytest.mark.parametrize("home", ["/usr", "/usr/lib", "/etc"])
def test_a_home_that_instances_cannot_do_without_is_refused(home: str) -> None:
    with pytest.raises(BadInput, match=f"HOME is '{home}'.*expected a directory of your own"):
        homes.refuse_system_home({"HOME": home})
    homes.refuse_system_home({"HOME": "/"})
    homes.refuse_system_home({"HOME": "/opt/me"})
