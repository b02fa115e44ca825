"""The front end as it is built: fresh, light, complete, and nothing of it in git."""

import importlib.util
import re
import subprocess
import sys
import zipfile
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

from rtk.console.pages import built

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
CONSOLE = ROOT / "src" / "rtk" / "console"
KB = 1000
FIRST_LOAD, CHART_PAGE = 130 * KB, 300 * KB  # compressed
ICONS = FRONTEND / "src" / "frame" / "icons.svg"
CHARTS = ("insight", "timeline")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """tools/frontend.py, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("frontend", ROOT / "tools" / "frontend.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_built_is_of_the_sources_as_they_are(tool: ModuleType) -> None:
    assert tool.is_fresh(), "make setup builds it"


def test_a_change_of_a_source_is_noticed(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "src" / "app.ts").write_text("1")
    monkeypatch.setattr(tool, "FRONTEND", tmp_path)
    monkeypatch.setattr(tool, "MODULES", tmp_path / "node_modules")
    before = tool.digest()
    (tmp_path / "node_modules" / "cache").write_text("1")
    assert tool.digest() == before
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "app.test.ts").write_text("1")
    (tmp_path / "biome.json").write_text("{}")
    assert tool.digest() == before, "no build depends on tests and linters"
    (tmp_path / "src" / "app.ts").write_text("2")
    assert tool.digest() != before


@pytest.mark.parametrize(("told", "found"), [("v20.19.5", (20, 19, 5)), ("v18.1.0", (18, 1, 0)), ("", (0,))])
def test_the_version_of_node_is_read(tool: ModuleType, tmp_path: Path, told: str, found: tuple[int, ...]) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{told}'\n")
    node.chmod(0o755)
    assert tool.version(str(node)) == found
    assert tool.version(str(tmp_path / "none")) == (0,)


def test_where_there_is_no_node_and_none_can_be_had_it_is_said_in_a_sentence(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tool, "from_wheel", lambda: None)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(tool.Failed, match=r"Node\.js 20\.19 or newer is needed .*: install nodejs and npm"):
        tool.tools()


def weight(*names: str) -> int:
    """What a page with these bundles loads, in bytes, each file as small as it is sent."""
    bundles = [built.bundle(name) for name in names]
    files = {each for found in bundles for each in (found.script, *found.imports, *found.styles)}
    paths = [built.DIST / each for each in (*files, built.asset("src/frame/icons.svg"))]
    return sum(min(path.stat().st_size, _brotli(path)) for path in paths)


def _brotli(path: Path) -> int:
    beside = path.with_name(f"{path.name}.br")
    return beside.stat().st_size if beside.exists() else path.stat().st_size


def test_the_first_load_is_light() -> None:
    assert weight("theme", "app") <= FIRST_LOAD


@pytest.mark.parametrize("name", sorted(path.stem for path in (FRONTEND / "src" / "entries").glob("*.ts")))
def test_no_page_is_heavy(name: str) -> None:
    assert weight("theme", "app", name) <= (CHART_PAGE if name in CHARTS else FIRST_LOAD)


def test_the_early_script_imports_nothing_so_that_it_can_run_before_the_page_is_drawn() -> None:
    found = built.bundle("theme")
    assert found.imports == ()
    assert not re.search(r"\b(?:import|export)\b", (built.DIST / found.script).read_text())


def test_whatever_is_sent_compressed_is_no_larger_for_it() -> None:
    for path in chain(built.DIST.rglob("*.br"), built.DIST.rglob("*.gz")):
        assert path.stat().st_size < path.with_suffix("").stat().st_size


def sources(*endings: str) -> list[Path]:
    return [path for path in (FRONTEND / "src").rglob("*") if path.suffix in endings]


def test_every_file_that_holds_logic_has_its_test() -> None:
    written = [path for folder in ("src", "plugins") for path in (FRONTEND / folder).rglob("*.ts")]
    of_logic = [path for path in written if path not in DECLARATIONS and not is_list_of_starts(path)]
    mirrored = {path: mirror(path) for path in of_logic}
    assert [str(path.relative_to(FRONTEND)) for path, test in mirrored.items() if not test.exists()] == []
    known = {*mirrored.values(), *HELPERS}
    assert [str(path.relative_to(FRONTEND)) for path in (FRONTEND / "tests").rglob("*.ts") if path not in known] == []


DECLARATIONS = {FRONTEND / "src" / "schema.ts"}  # written by tools/typescript.py
HELPERS = {FRONTEND / "tests" / "made.ts", FRONTEND / "tests" / "plugins" / "built.ts"}


def is_list_of_starts(path: Path) -> bool:
    """Whether a bundle does nothing but import what it starts, a line each."""
    return path.parent.name == "entries" and path.stem != "theme"


def mirror(path: Path) -> Path:
    """The test of a file: tests/chart/thin.test.ts of src/chart/thin.ts."""
    place = path.relative_to(FRONTEND)
    return FRONTEND / "tests" / (place.relative_to("src") if place.parts[0] == "src" else place).with_suffix(".test.ts")


def test_every_bundle_that_a_page_asks_for_is_there() -> None:
    asked = {name for path in CONSOLE.rglob("*.html") for name in re.findall(r'{% bundle "(\w+)"', path.read_text())}
    assert asked == {path.stem for path in (FRONTEND / "src" / "entries").glob("*.ts")}


def test_every_icon_that_is_shown_is_in_the_sprite_and_none_is_there_in_vain() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', ICONS.read_text()))
    texts = [path.read_text() for path in (*CONSOLE.rglob("*.html"), *CONSOLE.rglob("*.py"), *sources(".ts"))]
    called = r'(?:{% icon |icon=|\b(?:icon|changeIcon)\((?:[\w.]+, )?)"([\w-]+)"'
    shown = {name for text in texts for name in re.findall(called, text)}
    words = {word for text in texts for word in re.findall(r'["\']([a-z][a-z-]*)["\']', text)}
    assert shown <= drawn, f"not in the sprite: {sorted(shown - drawn)}"
    assert drawn <= words, f"nowhere shown: {sorted(drawn - words)}"


def test_the_lock_file_names_no_registry_and_what_each_package_must_be() -> None:
    text = (FRONTEND / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 20


def test_the_wheel_holds_what_is_built_and_nothing_that_built_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    found = built.bundle("app")
    for name in (found.script, *found.styles, f"{found.script}.br", "manifest.json", "licences.md"):
        assert f"rtk/console/pages/static/pages/dist/{name}" in names
    assert [name for name in names if "node_modules" in name or name.endswith(".ts")] == []
