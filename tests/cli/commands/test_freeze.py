"""`rtk freeze` against a small console: what it sends, what it prints, and what it does not claim."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rtk.cli.main import rtk
from tests.publish.server import TEAM, Says, T, ToyConsole

MADE = {"name": "Sale", "ends_at": "2026-12-04T18:30:00+00:00"}


def answers(toy: ToyConsole, status: int, body: Any) -> None:
    toy.faults = lambda seen: Says(status, body) if seen.path.endswith("/safeguards") else None


def run(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(rtk, ["freeze", *arguments], obj={"settings_path": str(tmp_path / "settings.yaml")})


def test_a_freeze_lasts_as_long_as_it_says_by_the_clock_of_the_console(toy: ToyConsole, tmp_path: Path) -> None:
    answers(toy, 201, MADE)
    ended = run(tmp_path, "--why", "Sale", "--for", "2h")
    assert (ended.exit_code, ended.output.splitlines()[0]) == (0, "Frozen until 2026-12-04 18:30 UTC: Sale")
    (sent,) = toy.memory.calls("POST .*/safeguards$")
    assert (sent.path, sent.body) == (f"{T}/safeguards", {"name": "Sale", "lasts_s": 7200.0, "everywhere": False})


def test_a_freeze_without_an_end_says_who_lifts_it(toy: ToyConsole, tmp_path: Path) -> None:
    answers(toy, 201, {**MADE, "ends_at": None})
    ended = run(tmp_path, "--why", "Sale", "--team", TEAM, "--everywhere")
    assert (ended.exit_code, ended.output.splitlines()[0]) == (0, "Frozen until an admin lifts it: Sale")
    assert "Runs of all teams that are under way stop" in ended.output
    assert toy.memory.calls("/safeguards$")[0].body == {"name": "Sale", "lasts_s": None, "everywhere": True}


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (403, {"detail": "You may only read here."}, "it needs the right to run"),
        (422, {"detail": "name: expected text that is not blank"}, "name: expected text that is not blank"),
        (201, {"ends_at": "soon", "name": "Sale"}, "does not say what it froze"),
        (201, {"ends_at": 5, "name": "Sale"}, "does not say what it froze"),
        (201, {}, "does not say what it froze"),
        (201, [], "does not say what it froze"),
    ],
)
def test_what_the_console_refuses_is_one_sentence(
    toy: ToyConsole, tmp_path: Path, status: int, body: Any, says: str
) -> None:
    answers(toy, status, body)
    ended = run(tmp_path, "--why", "Sale")
    assert (ended.exit_code, "Frozen" in ended.output) == (1, False)
    assert says in " ".join(ended.output.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--why"),
        (["--why", "Sale", "--for", "soon"], "--for"),
        (["--why", "Sale", "--team", "t-9"], "--team"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_frozen(
    toy: ToyConsole, tmp_path: Path, arguments: list[str], says: str
) -> None:
    ended = run(tmp_path, *arguments)
    assert (ended.exit_code, says in ended.output) == (1, True)
    assert toy.memory.calls("/safeguards") == []


def test_nobody_who_is_not_signed_in_freezes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTK_URL", raising=False)
    ended = run(tmp_path, "--why", "Sale")
    assert (ended.exit_code, "nobody is signed in" in ended.output) == (1, True)
