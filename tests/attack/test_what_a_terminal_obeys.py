"""What a console, a file or a probe says is read on a terminal or in a pipe, and never obeyed there."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rtk.cli import crash_recovery
from rtk.lab import top
from rtk.report.terminal import Terminal
from rtk.report.write import FORMATS
from rtk.verify.holders import HoldingRun, HoldState, refusal
from rtk.verify.recovery import Remains
from tests.conftest import CHAOS
from tests.publish.conftest import home, toy
from tests.publish.home import Ended, Home, experiment, shell, signed_in
from tests.publish.server import ORG, TEAM, TOKEN, Says, ToyConsole
from tests.terminals import on_a_terminal

# To rename the window, to clear it, to go up and write over a line, to fill the clipboard; each in two spellings.
EVIL = (
    "\x1b]0;owned\x07\x1b]2;owned\x1b\\\x9d0;owned\x9c\x1b[2J\x9b2J\x1b[3A\x9b3A\x1b]52;c;aGk=\x07\x1bc\x0e\x08\x7f"
    "\u202eevil\u2066\r\nforged"
)
__all__ = ["home", "toy"]  # pytest finds them here

HARMLESS = frozenset("\n\t\u200c\u200d")
OBEYED = ("\x1b]", "\x1b[2J", "\x1b[3A", "\x1bc", "\x1bP", "\x07", "\x08", "\x0e", "\x7f", "\x9b", "\x9d", "\u202e")
QUICK = ("--alongside", "--every", "50ms", "--for", "300ms", "--target", "50%", "--window", "1d")


def orders(text: str) -> set[str]:
    """What is left in a text of a pipe that is no letter, besides the colour of the Chaos Toolkit's own lines."""
    text = re.sub(r"^\x1b\[3\dm(?=\[\d{4}-)", "", text, flags=re.MULTILINE)
    return {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}} - HARMLESS


def evil(home: Home, **more: Any) -> str:
    """An experiment that is evil wherever it has a text of its own."""
    document = experiment(title=EVIL, description=EVIL, tags=[EVIL], contributions={EVIL: EVIL})
    document["steady-state-hypothesis"]["title"] = EVIL
    document["steady-state-hypothesis"]["probes"][0]["name"] = EVIL
    document["method"][0] |= {"name": EVIL}
    document["method"][0]["provider"]["arguments"] = ["-c", f"printf '%s' '{EVIL}'; printf '%s' '{EVIL}' >&2; exit 1"]
    document["rollbacks"][0] |= {"name": EVIL}
    document["rollbacks"][0]["provider"]["arguments"] = ["-c", f"printf '%s' '{EVIL}' >&2; exit 1"]
    return home.write("evil.json", {**document, **more})


def test_a_file_moves_nothing_in_a_pipe(home: Home) -> None:
    reports = [word for suffix in FORMATS for word in ("--report", f"r{suffix}")]
    for arguments in (("--dry",), (), ("--no-validation",), reports):
        ended = home.chaos("verify", *arguments, *QUICK, evil(home))
        assert "evil" in ended.out
        assert orders(ended.out) == set(), arguments
        assert not [line for line in ended.out.splitlines() if line.startswith("forged")]
    for suffix in FORMATS:
        told = (home.path / f"r{suffix}").read_text()
        assert orders(told) <= {"\u200b"}, suffix  # ours, against links and mentions


def test_a_file_moves_nothing_in_the_log_file(home: Home) -> None:
    home.flags = ("--log-file", "log", "--verbose")
    home.chaos("verify", *QUICK, evil(home))
    told = (home.path / "log").read_text()
    assert "evil" in told
    assert orders(told) == set()


@pytest.mark.parametrize("arguments", [("--dry",), ()])
def test_a_file_moves_nothing_on_a_terminal(home: Home, arguments: tuple[str, ...]) -> None:
    command = [str(CHAOS), "--no-version-check", "--no-log-file", "verify", *arguments, *QUICK, evil(home)]
    code, told = on_a_terminal(command, home.env(), home.path)
    assert code == (0 if arguments else 5), told
    assert "evil" in told
    assert [order for order in OBEYED if order in told] == []


def test_a_refused_file_moves_nothing(home: Home) -> None:
    for more in ({"method": [{EVIL: EVIL}]}, {"configuration": {"a": {"type": "env", "key": EVIL}}}, {EVIL: EVIL}):
        assert orders(home.chaos("verify", *QUICK, evil(home, **more)).out) == set()
    (home.path / f"{EVIL[-4:]}.json").write_text(f'{{"{EVIL}": ')
    assert orders(home.chaos("verify", f"{EVIL[-4:]}.json").out) == set()
    assert orders(home.chaos("verify", EVIL, "--every", EVIL).out) == set()


def test_settings_move_nothing(home: Home) -> None:
    home.settings.write_text(json.dumps({"controls": {EVIL: {"provider": {"type": "python", "module": EVIL}}}}))
    assert orders(home.chaos("verify", *QUICK, evil(home)).out) == set()


FORGED = "x" + "".join(
    f"{end}Everything is undone." for end in ("\n", "\r", "\r\n", "\x1b[2K\r", "\u2028", "\x85", "\v", "\f")
)


def test_a_file_forges_no_line_about_what_it_left_behind(home: Home) -> None:
    acting = {"type": "python", "module": "os.path", "func": "exists", "arguments": {"path": FORGED}}
    document = experiment(title=FORGED, contributions={FORGED: FORGED})
    document["method"] = [{"type": "action", "name": FORGED, "provider": acting}]
    document["rollbacks"] = [shell(FORGED, "exit 1")]
    file = home.write("forging.json", document)
    home.chaos("verify", *QUICK[1:], file)
    (run,) = (each.stem for each in home.records())
    told = [home.chaos("verify", *arguments, *QUICK[1:], file).out for arguments in ((), ("--dry",), ("--alongside",))]
    told += [home.chaos("recover", *arguments, "--yes").out for arguments in (("--list",), ("--forget", run))]
    assert "refused, because another run acts on the same system" in told[0]
    assert f"chaos recover --forget {run}" in told[3]
    assert f"{run} is released" in told[4]
    for each in told:
        assert "x Everything is undone. Everything is" in each
        assert not [line for line in each.splitlines() if line.startswith("Everything")]


def test_a_run_that_died_forges_no_line_in_what_is_to_be_undone() -> None:
    undo = {"rollbacks": [shell(FORGED, "true")]}
    head = {"run": FORGED, "title": FORGED, "at": 0.0, "directory": FORGED, "experiment": undo}
    told = crash_recovery.describe(Remains(Path("a-run.record"), head, began=[1], named=[FORGED]))
    assert "".join(told).count("x Everything is undone. Everything is") == 5
    assert [line.splitlines() for line in told] == [[line] for line in told]


def test_a_console_forges_no_line_about_who_stands_in_the_way() -> None:
    theirs = HoldingRun(FORGED, FORGED, 0.0, FORGED, FORGED, HoldState.DIED, (FORGED, FORGED), console=FORGED)
    for standing in HoldState:
        assert len(refusal([replace(theirs, standing=standing)]).splitlines()) == 1


@pytest.mark.parametrize("standing", HoldState)
def test_a_console_puts_no_command_into_what_a_person_may_paste(standing: HoldState) -> None:
    run = "7; touch made #"
    theirs = HoldingRun(run, "T", 0.0, "H", "U", standing, ("x",), console="")
    said = refusal([theirs])
    assert f"{run}`" not in said
    assert ("chaos recover" not in said) or (f"'{run}'" in said)


def test_a_process_of_an_instance_forges_no_line_of_the_labs(capsys: pytest.CaptureFixture[str]) -> None:
    one = {"pid": 7, "cpu_s": 0.0, "resident": 0, "state": "S", "name": FORGED}
    instance = {"name": FORGED, "id": "i-1", "state": "running", "cpus": 1, "processes": [one], "commands": []}
    top.show(lambda: {"instances": [instance]}, 0.0, once=True, console=Terminal(width=1_000))
    assert not [line for line in capsys.readouterr().out.splitlines() if line.startswith("Everything")]


def names(toy: ToyConsole) -> None:
    toy.teams = [{"id": TEAM, "name": EVIL, "org_id": ORG}, {"id": TEAM[:-1] + "9", "name": f"{EVIL}2", "org_id": ORG}]


def signed(home: Home, toy: ToyConsole, answers: str) -> Ended:
    home.environ["RTK_TOKEN"] = TOKEN
    return home.chaos("signin", "--url", toy.url, answers=answers)


def test_a_console_moves_nothing_by_the_names_of_its_teams(home: Home, toy: ToyConsole) -> None:
    names(toy)
    ended = signed(home, toy, "1\n")
    assert ended.code == 0
    assert "evil" in ended.out
    assert orders(ended.out) == set()
    assert not [line for line in ended.out.splitlines() if line.startswith("forged")]


@pytest.mark.parametrize("status", [200, 409, 415, 422, 503])
@pytest.mark.parametrize("call", ["PUT .*/runs/", "POST .*/record", "POST .*/end"])
def test_a_console_moves_nothing_by_its_answers(home: Home, toy: ToyConsole, status: int, call: str) -> None:
    body = {"title": EVIL, "detail": EVIL, "accepts": [EVIL], "stop": EVIL, "next": EVIL}
    toy.faults = lambda seen: Says(status, body) if re.match(call, f"{seen.method} {seen.path}") else None
    home.by_environment(toy)
    ended = home.chaos("verify", "--wait-publish", "1s", *QUICK, home.verification())
    assert orders(ended.out) == set()
    toy.memory.problems.clear()


def test_a_console_moves_nothing_by_a_page_a_stop_or_a_safeguard(home: Home, toy: ToyConsole) -> None:
    toy.stop, toy.forbids = EVIL, [EVIL]
    page = {"Content-Location": "/api/\x9b2Jevil\x1b[3A"}
    toy.after = lambda seen: Says(200, toy.answer(seen).body, page) if seen.method == "PUT" else None
    home.by_environment(toy)
    ended = home.chaos("verify", *QUICK, home.verification())
    assert "evil" in ended.out
    assert orders(ended.out) == set()


def test_a_console_moves_nothing_in_chaos_run(home: Home, toy: ToyConsole) -> None:
    home.settings.write_text(json.dumps(signed_in(toy)))
    toy.faults = lambda seen: Says(422, {"detail": EVIL}) if seen.path.endswith("/executions") else None
    ended = home.chaos("run", home.write("plain.json", experiment()))
    assert "422" in ended.out
    assert "evil" in ended.out
    assert orders(ended.out) == set()
