"""The wheel that the console packs again: what a builder makes of the same files, and nothing that was changed."""

import hashlib
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from rtk.console import wheel
from rtk.console.wheel import CannotPack, packed
from tests.packaging.installed import ROOT

METADATA = "reliability_toolkit-0.1.0.dist-info/METADATA"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, as its build backend makes it."""
    into = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (found,) = into.glob("*.whl")
    return found


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """A directory into which the wheel was installed: unpacked, with what installers and Python add."""
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path)
    (info,) = tmp_path.glob("*.dist-info")
    (tmp_path / "rtk" / "__pycache__").mkdir()
    added = {
        info / "INSTALLER": "sha256=x,3",
        info / "direct_url.json": "sha256=x,3",
        tmp_path / "rtk" / "__pycache__" / "errors.cpython-311.pyc": ",",
    }
    rows = "".join(f"{path.relative_to(tmp_path)},{rest}\n" for path, rest in added.items())
    for path in added:
        path.write_text("pip")
    record = (info / "RECORD").read_text()
    (info / "RECORD").write_text(f"../../../bin/rtk,sha256=x,3\n{rows}" + "".join(sorted(record.splitlines(True))))
    return tmp_path


def installation(site: Path) -> Distribution:
    (info,) = site.glob("*.dist-info")
    return PathDistribution(info)


def test_what_was_installed_is_packed_to_the_wheel_that_was_built_to_the_byte(built: Path, site: Path) -> None:
    found = packed(installation(site))
    assert found.name == built.name
    assert found.sha256 == hashlib.sha256(built.read_bytes()).hexdigest()
    assert found.content == built.read_bytes()


def test_an_editable_install_has_the_wheel_of_its_checkout(built: Path, tmp_path: Path) -> None:
    """All but the description, which an editable install keeps as it was when it was made."""
    (tmp_path / "own.whl").write_bytes(wheel.installed().content)
    with zipfile.ZipFile(tmp_path / "own.whl") as ours, zipfile.ZipFile(built) as theirs:
        assert ours.namelist() == theirs.namelist()
        described = (METADATA, METADATA.replace("METADATA", "RECORD"))
        assert [
            name for name in ours.namelist() if ours.read(name) != theirs.read(name) and name not in described
        ] == []


@pytest.mark.parametrize("name", ["rtk/errors.py", METADATA])
def test_a_file_that_was_changed_since_is_not_given_away(site: Path, name: str) -> None:
    (site / name).write_bytes((site / name).read_bytes() + b"\n# and more\n")
    with pytest.raises(CannotPack, match=rf"{name} is not as it was installed; expected it unchanged"):
        packed(installation(site))


def test_a_file_that_is_gone_is_missed(site: Path) -> None:
    (site / "rtk" / "errors.py").unlink()
    with pytest.raises(CannotPack, match=r"errors\.py is not as it was installed"):
        packed(installation(site))


def test_without_a_list_of_files_there_is_no_wheel(site: Path) -> None:
    (info,) = site.glob("*.dist-info")
    (info / "RECORD").unlink()
    with pytest.raises(CannotPack, match="has no list of its files"):
        packed(installation(site))


def test_a_source_that_nobody_installed_has_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "DISTRIBUTION", "nothing-of-this-name")
    with pytest.raises(CannotPack, match="runs here without being installed"):
        wheel.installed()


def test_the_digest_of_a_wheel_is_made_once() -> None:
    found = wheel.Wheel("a.whl", b"content")
    assert found.sha256 is found.sha256
    assert found == wheel.Wheel("a.whl", b"content")
