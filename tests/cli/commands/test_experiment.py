import json
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from rtk.cli.main import rtk
from rtk.cli.options import Command
from rtk.errors import BadInput
from rtk.experiment.block import plan_of
from rtk.experiment.read import document as read_document
from rtk.report.planned import planned
from tests.experiment.samples import PLAIN, VERIFICATION, WRAPPED

_NUMBERS = ["--target", "95%", "--window", "1d", "--every", "10s", "--for", "5m", "--outage-lasts", "5s"]
_PROVING = [*_NUMBERS, "--for", "10m"]


def run(*args: object) -> Result:
    return CliRunner().invoke(rtk, [str(arg) for arg in args], prog_name="rtk")


@pytest.fixture
def wrapped(tmp_path: Path) -> Path:
    return Path(shutil.copy(VERIFICATION, tmp_path / "v.json"))


def test_mend_repairs_a_file_in_place_and_says_which_lines(wrapped: Path) -> None:
    before = read_document(wrapped.read_bytes(), "f")[0]
    result = run("experiment", "mend", wrapped)
    assert (result.exit_code, result.stdout) == (0, f"{wrapped}: mended, lines 59 to 64\n")
    assert json.loads(wrapped.read_bytes()) == before


def test_mend_keeps_everything_else_byte_for_byte(wrapped: Path) -> None:
    original = VERIFICATION.read_bytes()
    wrapped.write_bytes(b"\xef\xbb\xbf" + original)
    run("experiment", "mend", wrapped)
    lines = original.split(b"\n")
    expected = [*lines[:58], b" ".join(lines[58:65]), *lines[65:]]
    assert wrapped.read_bytes() == b"\xef\xbb\xbf" + b"\n".join(expected)


def test_mend_check_changes_nothing_and_exits_1(wrapped: Path) -> None:
    result = run("experiment", "mend", "--check", wrapped)
    assert (result.exit_code, result.stdout) == (1, f"{wrapped}: needs mending, lines 59 to 64\n")
    assert wrapped.read_bytes() == VERIFICATION.read_bytes()


def test_mend_writes_elsewhere_when_asked(wrapped: Path, tmp_path: Path) -> None:
    assert run("experiment", "mend", wrapped, "-o", tmp_path / "o.json").exit_code == 0
    assert wrapped.read_bytes() == VERIFICATION.read_bytes()
    assert json.loads((tmp_path / "o.json").read_bytes())["method"]


@pytest.mark.parametrize("name", ["strict.json", "e.yaml"])
def test_mend_leaves_alone_what_needs_no_mending(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PLAIN.read_bytes() if name == "strict.json" else b"a: |\n  b\n  c\n")
    before = path.stat()
    result = run("experiment", "mend", path)
    assert (result.exit_code, result.stdout) == (0, f"{path}: nothing to mend\n")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert run("experiment", "mend", "--check", path).exit_code == 0


def test_mend_does_not_touch_what_is_otherwise_broken(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_bytes(b'{"a": "x\ny", "b": ')
    result = run("experiment", "mend", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"rtk: {path}, line 2 column 10: expected a value")
    assert path.read_bytes() == b'{"a": "x\ny", "b": '


def test_a_mended_tutorial_file_is_read_by_a_strict_reader(tmp_path: Path) -> None:
    path = Path(shutil.copy(WRAPPED, tmp_path / "e.json"))
    run("experiment", "mend", path)
    assert "\n" not in json.loads(path.read_bytes())["method"][0]["provider"]["arguments"]


@pytest.mark.parametrize("name", ["v.json", "v.yaml"])
def test_upgrade_writes_a_verification(tmp_path: Path, name: str) -> None:
    output = tmp_path / name
    result = run("experiment", "upgrade", PLAIN, *_PROVING, "--warm-up", "30s", "-o", output)
    assert (result.exit_code, result.stderr) == (0, "")
    written = output.read_text()
    read = json.loads(written) if name == "v.json" else yaml.safe_load(written)
    plan = plan_of(read)
    assert (plan.slots("conditions"), plan.slots("baseline"), plan.objective is not None) == (60, 3, True)
    assert {key: value for key, value in read.items() if key != "extensions"} == json.loads(PLAIN.read_bytes())


def test_upgrade_keeps_the_comments_of_a_yaml_file(tmp_path: Path) -> None:
    text = "# by night\n" + yaml.safe_dump(json.loads(PLAIN.read_bytes()), sort_keys=False).replace("\n", " # so\n", 1)
    given, output = tmp_path / "e.yaml", tmp_path / "v.yaml"
    given.write_bytes(b"\xef\xbb\xbf" + text.encode())
    result = run("experiment", "upgrade", given, *_PROVING, "-o", output)
    assert (result.exit_code, result.stderr) == (0, "")
    written = output.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf# by night\n")
    assert b" # so\n" in written
    assert plan_of(read_document(written, "f", "yaml")[0]).slots("conditions") == 60


def test_upgrade_says_so_where_the_comments_cannot_be_kept(tmp_path: Path) -> None:
    given = tmp_path / "e.yaml"
    given.write_text("title: twice # gone\n" + yaml.safe_dump(json.loads(PLAIN.read_bytes()), sort_keys=False))
    result = run("experiment", "upgrade", given, *_NUMBERS, "-o", tmp_path / "v.yaml")
    assert result.exit_code == 0
    assert f"warning: {given} is rewritten without its comments" in result.stderr


def test_upgrade_mends_and_warns(tmp_path: Path) -> None:
    result = run("experiment", "upgrade", WRAPPED, *_NUMBERS, "-o", tmp_path / "v.json")
    assert result.stderr.startswith(f"warning: {WRAPPED}, lines 59 to 63")
    assert plan_of(json.loads((tmp_path / "v.json").read_bytes())).frequency_s == 10


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            ["--for", "5m"],
            "This plan cannot prove 95 %: it has 30 measurements under the conditions and needs at least",
        ),
        (["--outage-lasts", "1h"], "This plan cannot prove anything; it can fail: an outage lasts 1 h on average"),
    ],
)
def test_upgrade_says_of_a_plan_that_can_prove_nothing_what_dry_says(
    tmp_path: Path, more: list[str], says: str
) -> None:
    output = tmp_path / "v.json"
    result = run("experiment", "upgrade", PLAIN, *_PROVING, *more, "-o", output)
    document = json.loads(output.read_bytes())
    assert result.exit_code == 0
    assert says in result.stderr
    assert result.stderr == f"{planned(plan_of(document), document)[0]}\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["experiment", "upgrade", VERIFICATION, *_NUMBERS, "-o", "OUT"], "is a verification already"),
        (
            ["experiment", "upgrade", PLAIN, *_NUMBERS, "--every", "0", "-o", "OUT"],
            "--every: expected seconds above 0",
        ),
        (["experiment", "upgrade", PLAIN, *_NUMBERS, "--target", "95", "-o", "OUT"], "did you mean 95%?"),
        (["experiment", "upgrade", PLAIN, *_NUMBERS, "--for", "nan", "-o", "OUT"], "expected a duration"),
        (["experiment", "upgrade", PLAIN, "-o", "OUT"], "Missing option"),
        (["experiment", "upgrade", "nothing.json", *_NUMBERS, "-o", "OUT"], "nothing.json cannot be read"),
        (["experiment", "mend", "/dev/zero"], "larger than 16 MiB"),
        (["experiment", "mend"], "Missing argument"),
        (["experiment", "nonsense"], "No such command"),
        (["nonsense"], "No such command"),
        (["--nonsense"], "No such option"),
        (["experiment", "mend", PLAIN, "-o", "/nowhere/at/all"], "cannot be written"),
    ],
)
def test_every_refusal_is_told_and_exits_1(tmp_path: Path, args: list[object], says: str) -> None:
    output = tmp_path / "v.json"
    result = run(*(output if arg == "OUT" else arg for arg in args))
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert not output.exists()


def test_a_plugin_command_has_the_same_manners_below_another_group() -> None:
    @click.command(cls=Command)
    @click.option("--number", type=int)
    def verify(number: int) -> None:
        if number == 1:
            raise click.UsageError("said in the body")
        raise BadInput("one sentence")

    group = click.Group("chaos", commands={"verify": verify})
    results = [CliRunner().invoke(group, ["verify", *args]) for args in (["--number", "x"], ["--number", "1"], [])]
    assert [result.exit_code for result in results] == [1, 1, 1]
    assert "Invalid value for '--number'" in results[0].stderr
    assert "said in the body" in results[1].stderr
    assert results[2].stderr == "chaos: one sentence\n"


def test_the_command_starts_without_loading_its_subcommands() -> None:
    code = "import sys, rtk.cli.main; print([m for m in ('yaml', 'requests', 'chaoslib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_the_help_names_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "experiment" in result.stdout
    assert "insight" in result.stdout
    assert run("--version").stdout.startswith("rtk, version ")
