"""What is published is whole: the wheel has all of the tree, and works where there is nothing else."""

import hashlib
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.console.commands import get, url_in
from tests.console.conftest import place
from tests.packaging.installed import ROOT, Installed, bare, build, built, install, installed, wheel

__all__ = ["bare", "built", "installed", "wheel"]  # fixtures, which pytest finds by their names

pytestmark = pytest.mark.timeout(300)
PACKAGES = ("rtk", "chaoscloud")
EXPERIMENT = """{
  "title": "It answers", "description": "Promptly.",
  "steady-state-hypothesis": {"title": "It answers", "probes": [
    {"type": "probe", "name": "answers", "tolerance": 200, "provider": {"type": "http", "url": "http://localhost:9"}}]},
  "method": []
}"""
SHORT = ("--every", "1s", "--for", "10s", "--target", "50%", "--window", "1d")


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def in_the_tree() -> set[str]:
    """What the wheel should have: all that lies in the packages, what was built there too."""
    paths = (path for package in PACKAGES for path in (ROOT / "src" / package).rglob("*") if path.is_file())
    return {path.relative_to(ROOT / "src").as_posix() for path in paths if "__pycache__" not in path.parts}


def test_the_wheel_has_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    found = {name for name in names(wheel) if ".dist-info/" not in name}
    assert sorted(found - in_the_tree()) == []
    assert sorted(in_the_tree() - found) == []


def test_the_wheel_has_what_is_no_module(wheel: Path) -> None:
    found = names(wheel)
    for kind in (
        r"rtk/console/pages/static/pages/dist/manifest\.json",
        r"rtk/console/pages/static/pages/dist/assets/app-[\w-]+\.js",
        r"rtk/console/pages/static/pages/dist/assets/app-[\w-]+\.css\.br",
        r"rtk/console/pages/templates/pages/base\.html",
        r"rtk/console/store/migrations/0001_initial\.py",
        r"rtk/lab/documents/cpu-stress\.yaml",
        r"rtk/report/templates/report\.html\.jinja",
        r"rtk/demo/[\w-]+\.json",
        r"rtk/py\.typed",
        r"reliability_toolkit-[\d.]+\.dist-info/licenses/LICENSE",
    ):
        assert any(re.fullmatch(kind, name) for name in found), kind


def test_the_wheel_has_no_test_and_nothing_of_whoever_built_it(wheel: Path) -> None:
    for name in names(wheel):
        assert not re.search(r"(^|/)(tests|__pycache__|node_modules|\.git)/|\.pyc$|~$", name), name


def test_the_sdist_makes_the_same_wheel_and_can_be_tested(built: Path, wheel: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("Makefile", "constraints.txt", "tools/setup.sh", "frontend/package-lock.json", "tests/conftest.py"):
        assert needed in inside
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    untouched = (".ci/", ".git", "bench/kept/")
    assert [name for name in tracked.split() if name not in inside and not name.startswith(untouched)] == []
    build(tmp_path, "--wheel")  # from the checkout itself, while the other was made of the sdist
    (direct,) = tmp_path.glob("*.whl")
    assert names(direct) == names(wheel)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """An empty home, which the database's user can pass through."""
    with place() as directory:
        yield Path(directory)


def test_its_commands_tell_what_they_can(installed: Installed, home: Path) -> None:
    version = re.findall(r"reliability_toolkit-([\d.]+)\.dist-info", str(list(installed.path.rglob("*.dist-info"))))
    told = installed.run(home, "rtk", "--version")
    assert (told.returncode, told.stdout) == (0, f"rtk, version {version[0]}\n"), told.stderr
    helped = installed.run(home, "rtk", "--help")
    assert all(f"\n  {command} " in helped.stdout for command in ("up", "lab", "insight")), helped.stderr
    assert "--every" in installed.run(home, "chaos", "verify", "--help").stdout
    where = installed.run(home, "python", "-c", "import rtk; print(rtk.__file__)").stdout
    assert where.startswith(str(installed.path))


def test_its_console_comes_up_with_all_that_its_pages_load(installed: Installed, wheel: Path, home: Path) -> None:
    own = {"RTK_DATA": str(home / "data")}
    up = installed.run(home, "rtk", "up", "--detach", "--port", 0, **own)
    try:
        assert up.returncode == 0, up.stderr
        url = url_in(up.stdout)
        page = opened(re.findall(rf"{url}/welcome/\S+", up.stdout)[0])
        assert 'type="password"' in page
        loaded = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page)
        assert {name.rpartition(".")[2] for name in loaded} >= {"js", "css"}, page
        assert {name: get(f"{url}{name}")[0] for name in loaded} == dict.fromkeys(loaded, 200)
        assert installed.run(home, "rtk", "status", **own).returncode == 0
        gives_away(url, wheel, home)
    finally:
        down = installed.run(home, "rtk", "down", **own)
    assert down.stdout == "stopped\n", down.stderr


def gives_away(url: str, wheel: Path, home: Path) -> None:
    """The console sends the very wheel that it was installed from, and what it names for pip installs it."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirement = f"reliability-toolkit @ {url}/client/{wheel.name}#sha256={digest}"
    assert get(f"{url}/client/requirements.txt") == (200, f"{requirement}\n")
    assert requests.get(f"{url}/client/{wheel.name}", timeout=30).content == wheel.read_bytes()
    client = install(requirement, home / "client", "--no-deps")
    assert (client.path / "bin" / "rtk").exists()


def opened(link: str) -> str:
    """What a browser shows that follows a link."""
    with requests.Session() as browser:
        browser.trust_env = False
        answer = browser.get(link, timeout=30)
    assert answer.status_code == 200
    return answer.text


def test_without_extras_it_is_the_client(bare: Installed, home: Path) -> None:
    (home / "work").mkdir(exist_ok=True)
    (home / "work" / "experiment.json").write_text(EXPERIMENT)
    quiet = ("--no-version-check", "--no-log-file")
    done = bare.run(home, "chaos", *quiet, "verify", "--dry", *SHORT, "experiment.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 slots" in done.stdout + done.stderr


@pytest.mark.parametrize("words", [("up",), ("up", "--detach"), ("lab", "up"), ("demo",)], ids=" ".join)
def test_what_needs_an_extra_says_which_in_one_sentence(
    words: tuple[str, ...], bare: Installed, wheel: Path, home: Path
) -> None:
    done = bare.run(home, "rtk", *words, RTK_DATA=str(home / "none"))
    assert done.returncode == 1, done.stdout
    (line,) = done.stderr.splitlines()
    where = re.escape(wheel.as_uri())
    assert re.search(
        rf"not installed \(\w+ is missing\); pip install 'reliability-toolkit\[\w+\] @ {where}\S*'$", line
    ), line
