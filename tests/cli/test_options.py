"""What the commands share: their manners with terminals that cannot show every letter."""

import subprocess
import sys
from pathlib import Path

import pytest

from rtk.report.write import offered
from tests.conftest import Home, activity, shell

HELP = """
import sys
from click.testing import CliRunner
from rtk.cli.commands.{name} import {name}
early = {{*sys.modules}} & {{"rtk.report.write"}}
print(CliRunner().invoke({name}, ["--help"], terminal_width=400).stdout)
from rtk.report.write import FORMATS
writers = {{each.writer.partition(":")[0] for each in FORMATS.values()}} - {{"rtk.report.write"}}
print(early, {{*sys.modules}} & {{*writers, "jinja2"}})
"""
DOCUMENT = {
    "title": "Prüfung – 検証 ≥",
    "description": "d",
    "steady-state-hypothesis": {
        "title": "h",
        "probes": [{"type": "probe", "name": "ok", "tolerance": 0, "provider": {"type": "process", "path": "true"}}],
    },
    "method": [activity("störe", shell("true"))],
    "rollbacks": [activity("heile", shell("true"))],
}


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}])
def test_a_letter_that_the_output_cannot_show_ends_no_command(tmp_path: Path, locale: dict[str, str]) -> None:
    home = Home(tmp_path, {"PYTHONCOERCECLOCALE": "0", **locale})
    path = home.write("e.json", DOCUMENT)
    ended = home.verify("--every", "50ms", "--for", "400ms", "--target", "50%", "--dry", path)
    assert ended.code == 0, ended.out
    assert "Traceback" not in ended.out
    assert "st\\xf6re" in ended.out


BREAKS = """
import os, sys
from rtk.cli.options import Command
def broken():
    {}
    raise BrokenPipeError(32, "Broken pipe")
Command("it", callback=broken).main(prog_name="it")
"""


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("pass", "it: another process that this command needs ended before it should\n"),
        ("read, write = os.pipe(); os.close(read); os.dup2(write, 1)", ""),
    ],
)
def test_a_pipe_that_breaks_is_silent_only_where_nobody_reads_our_output(before: str, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BREAKS.format(before)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("", said, 1)


SEES = """
import sys
from rtk.cli.options import Command
def sees():
    read = sys.stdin.read() if not sys.stdin.isatty() else ""
    print(f"out {read}")
    print(f"err {read}", file=sys.stderr)
    raise SystemExit(7)
Command("it", callback=sees).main(prog_name="it")
"""


@pytest.mark.parametrize(
    ("closed", "out", "err"),
    [
        ("<&-", "out \n", "err \n"),
        (">&-", "", "err \n"),
        ("2>&-", "out \n", ""),
        ("<&- >&- 2>&-", "", ""),
    ],
)
def test_a_standard_stream_that_is_closed_changes_neither_work_nor_exit_code(closed: str, out: str, err: str) -> None:
    given = ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, SEES]
    ended = subprocess.run(given, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, out, err)


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_a_verdict_is_its_exit_code_also_where_nobody_hears_it(tmp_path: Path, closed: str) -> None:
    home = Home(tmp_path)
    path = home.write("e.json", DOCUMENT)
    given = home.command("--every", "50ms", "--for", "200ms", "--target", "50%", path)
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *given]
    ended = subprocess.run(command, cwd=tmp_path, env=home.env(), capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("name", ["verify", "insight"])
def test_the_help_names_the_formats_of_reports_and_imports_none_of_their_writers(name: str) -> None:
    command = [sys.executable, "-c", HELP.format(name=name)]
    *told, imported = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert f"Its name says the format: {offered()}." in "\n".join(told)
    assert imported == "set() set()"
