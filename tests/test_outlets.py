"""Whoever writes, and by whichever way: nothing that a terminal obeys leaves the process."""

import ast
import io
import logging
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rtk.cli.masks import Masks
from rtk.cli.options import SECONDS, Command, Group
from rtk.errors import BadInput
from rtk.outlets import flush, kept, outlets
from rtk.verify.redact import Redactor

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b1A\u202eevil\x7f"
logger = logging.getLogger("chaostoolkit")


def harmless(text: str) -> bool:
    return "evil" in text and not set("\x1b\x07\x9b\u202e\x7f") & set(text)


def test_whatever_is_written_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    with outlets():
        print(EVIL)
        click.echo(EVIL)
        click.echo(EVIL, err=True)
        sys.stderr.writelines([EVIL])
        told = capsys.readouterr()
    assert harmless(told.out)
    assert harmless(told.err)
    assert told.out.count("evil") == told.err.count("evil") == 2


def test_lines_of_the_log_and_their_tracebacks_are_printable(log: io.StringIO) -> None:
    with outlets():
        logger.info("the console says %s", EVIL)
        try:
            raise RuntimeError(EVIL)
        except RuntimeError:
            logger.exception("it failed")
        logger.warning("no %s is given")
    assert harmless(log.getvalue())
    assert log.getvalue().count("evil") == 2
    assert "no %s is given" in log.getvalue()


def test_a_secret_that_control_characters_were_put_into_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    with outlets(), Masks(Redactor({"token": "hush-hush"}, {})):
        print("it is hush-\x1b[0mhush")
        print("it is hush-hush")
        told = capsys.readouterr().out
    assert "hush-hush" not in told


def test_the_streams_are_as_before_once_a_command_has_ended() -> None:
    before = sys.stdout, sys.stderr
    with outlets(), outlets():
        assert sys.stdout is not before[0]
    assert (sys.stdout, sys.stderr) == before
    with pytest.raises(click.exceptions.Exit), outlets():
        raise click.exceptions.Exit(2)
    assert (sys.stdout, sys.stderr) == before


def test_they_stay_for_the_traceback_of_an_error_that_nobody_expected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    with pytest.raises(RuntimeError), outlets():
        raise RuntimeError(EVIL)
    sys.excepthook(RuntimeError, RuntimeError(EVIL), None)
    assert harmless(capsys.readouterr().err)


@click.group(cls=Group)
def group() -> None:
    """A group."""


@group.command(cls=Command)
@click.option("--every", type=SECONDS)
def refuses(every: float) -> None:
    """Refuse."""
    click.echo(EVIL)
    raise BadInput(f"{EVIL}\nVerdict: pass")


def test_the_sentences_of_a_command_are_printable_also_those_on_its_options() -> None:
    done = CliRunner().invoke(group, ["refuses"])
    assert done.exit_code == 1
    assert harmless(done.output)
    assert "\n  Verdict: pass" in done.output
    assert harmless(CliRunner().invoke(group, ["refuses", "--every", EVIL]).output)
    assert harmless(CliRunner().invoke(group, ["refuses", f"--{EVIL}"]).output)


def test_no_module_writes_or_draws_around_them() -> None:
    around = {"sys.__stdout__", "sys.__stderr__", "sys.stdout.buffer", "sys.stderr.buffer"}
    colours = {"click.style", "click.secho"}  # an outlet would take them for orders: they are drawn
    for path in sorted((Path(__file__).parents[1] / "src").rglob("*.py")):
        tree = ast.parse(path.read_text())
        used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not used & (around | colours), path
        drawing = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} & {"rich.console"}
        made = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)} & {"Console"}
        assert not (drawing and made), f"{path}: draws elsewhere than on rtk.report.terminal"


def test_streams_that_are_closed_are_as_with_dev_null() -> None:
    code = (
        "import os; from rtk.outlets import open_closed; open_closed(); import sys; print('x'); print(sys.stdin.read())"
    )
    told = "; print('y', file=sys.stderr); r = [os.path.realpath(f'/proc/self/fd/{n}') for n in range(3)]"
    ended = "; os._exit(7 if r == ['/dev/null'] * 3 and all(map(os.get_inheritable, range(3))) else 8)"
    whole = ["sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, f"{code}{told}{ended}"]
    assert subprocess.run(whole, check=False).returncode == 7


def test_what_an_extension_took_away_is_there_again() -> None:
    before = sys.stdout, sys.stderr
    with kept():
        sys.stdout = sys.stderr = None
        flush()
    assert (sys.stdout, sys.stderr) == before


def test_what_an_extension_closed_is_there_again_and_what_it_replaced_stays() -> None:
    before, told, other = sys.stdout, sys.stderr, io.StringIO()
    closed = io.StringIO()
    closed.close()
    try:
        with kept():
            sys.stdout, sys.stderr = closed, other
        assert (sys.stdout, sys.stderr) == (before, other)
    finally:
        sys.stdout, sys.stderr = before, told
