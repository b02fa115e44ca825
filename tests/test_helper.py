"""Processes of ours start whatever modules lie about; and every Python that we start is one of them."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtk import helper

SRC = Path(__file__).parents[1] / "src"
OTHERS = ("chaoscloud", "chaoslib", "click", "django", "msgspec", "requests", "rtk", "simplejson", "yaml")
# Where the word stands without a process of ours: the places of programs, a user's own program, a line to run by hand.
TELLS = (
    "rtk/helper.py",
    "rtk/demo/commands.py",
    "rtk/demo/story.py",
    "rtk/experiment/rules.py",
    "rtk/verify/instruction.py",
)


@pytest.fixture
def littered(tmp_path: Path) -> Path:
    """A directory in which every module of a common name ends whoever imports it."""
    for name in (*sys.stdlib_module_names, *OTHERS):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was taken from here')\n")
    return tmp_path


@pytest.mark.parametrize(
    "module", ["rtk.cli.guardian_entrypoint", "rtk.cli.publisher_entrypoint", "rtk.lab.daemon", "rtk.demo.keeper"]
)
def test_no_module_of_the_current_directory_stands_in_the_way(littered: Path, module: str) -> None:
    done = subprocess.run(
        helper.command(module, str(littered / "no.record")),
        cwd=littered,
        input="",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "was taken from here" not in done.stdout + done.stderr


def test_a_helper_gets_its_arguments_and_our_modules(littered: Path) -> None:
    asked = "import sys, rtk.errors, msgspec; print(sys.argv[1:], rtk.errors.__file__)"
    (littered / "placed").mkdir()
    (littered / "placed" / "asked_of_a_helper.py").write_text(asked)
    sys.path.append(str(littered / "placed"))
    try:
        words = helper.command("asked_of_a_helper", "one", "two words")
    finally:
        sys.path.remove(str(littered / "placed"))
    done = subprocess.run(words, cwd=littered, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.startswith("['one', 'two words']")
    assert str(SRC) in done.stdout


def test_the_standard_library_comes_before_what_pythonpath_names(littered: Path) -> None:
    (littered / "rtk.py").unlink()
    (littered / "msgspec.py").unlink()
    words = [*helper.python(), str(SRC / "rtk" / "helper.py"), os.pathsep.join([str(littered), str(SRC), *sys.path])]
    done = subprocess.run([*words, "this"], cwd="/", capture_output=True, text=True, timeout=120, check=True)
    assert "Beautiful is better than ugly" in done.stdout


def test_the_current_directory_is_no_place_of_ours(littered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(littered)
    monkeypatch.setattr(sys, "path", ["", str(littered), *sys.path])
    assert not {"", ".", str(littered)} & set(helper.own_path())
    first = [helper.is_standard(entry) for entry in helper.own_path()]
    assert first == sorted(first, reverse=True)
    assert any(first)


def test_a_directory_that_is_gone_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert any(map(helper.is_standard, helper.own_path()))


FINDS = """
import sys
from rtk import helper
with helper.finding([{place!r}, *sys.path], {but!r}):
    import actions_of_an_experiment, sndhdr, this
print(actions_of_an_experiment.__file__, sndhdr.__file__, this.__file__)
"""


@pytest.mark.parametrize("but", [[], ["sndhdr"]])
def test_activities_are_found_where_the_run_finds_them(tmp_path: Path, but: list[str]) -> None:
    for name in ("actions_of_an_experiment", "sndhdr", "this"):
        (tmp_path / f"{name}.py").write_text("")
    script = FINDS.format(place=str(tmp_path), but=but)
    env = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=120, check=True
    )
    own, own_or_standard, standard = done.stdout.split()[-3:]
    assert Path(own).parent == tmp_path
    assert (Path(own_or_standard).parent == tmp_path) is bool(but)
    assert Path(standard).parent != tmp_path


def test_it_is_known_which_standard_modules_are_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "json" not in helper.replaced()
    monkeypatch.setattr(json, "__file__", "/somewhere/json.py")
    assert "json" in helper.replaced()


def test_every_python_that_we_start_is_started_so() -> None:
    for path in sorted(SRC.rglob("*.py")):
        if path.relative_to(SRC).as_posix() in TELLS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable"
            by_module = isinstance(node, ast.List | ast.Tuple) and any(
                isinstance(each, ast.Constant) and each.value == "-m" for each in node.elts
            )
            assert not named, f"{path} starts a Python: see rtk.helper"
            assert not by_module, f"{path} runs a module: see rtk.helper"
