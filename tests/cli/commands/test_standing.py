"""`rtk standing` against a small console: what it asks, what it prints, and every exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rtk.cli.exit_codes import STANDING_CODES, STANDING_MEANINGS
from rtk.cli.main import rtk
from rtk.insight.standing_shape import StandingState
from tests.publish.server import TEAM, Says, T, ToyConsole


def item(state: str, name: str = "Checkout under load") -> dict[str, Any]:
    return {
        "verification": {"id": "v-1", "name": name},
        "objective": {"id": "o-1", "name": "Checkout answers"},
        "url": "https://console.example.com/v-1",
        "standing": {"state": state, "says": [f"It is {state}.", "10 runs cannot show everything."]},
    }


def tells(toy: ToyConsole, *pages: Any) -> None:
    """Let the console answer with these pages, one after the other."""
    following = iter(pages)
    toy.faults = lambda seen: Says(200, next(following)) if "/standing" in seen.path else None


def page(*states: str, following: str | None = None) -> dict[str, Any]:
    return {"items": [item(each) for each in states], "next": following}


def run(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(rtk, ["standing", *arguments], obj={"settings_path": str(tmp_path / "settings.yaml")})


@pytest.mark.parametrize(
    ("state", "code"), [("kept", 0), ("broken", 2), ("not-proven", 3), ("lapsed", 3), ("never-tried", 1)]
)
def test_every_state_has_its_exit_code(toy: ToyConsole, tmp_path: Path, state: str, code: int) -> None:
    tells(toy, page(state))
    assert run(tmp_path).exit_code == code == STANDING_CODES[StandingState(state)]
    assert code in STANDING_MEANINGS


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("kept", "kept"), 0),
        (("kept", "not-proven"), 3),
        (("not-proven", "never-tried"), 1),
        (("never-tried", "broken", "kept"), 2),
    ],
)
def test_of_several_the_lowest_counts(toy: ToyConsole, tmp_path: Path, states: tuple[str, ...], code: int) -> None:
    tells(toy, page(*states))
    assert run(tmp_path).exit_code == code


def test_it_prints_what_the_console_says_of_each(toy: ToyConsole, tmp_path: Path) -> None:
    tells(toy, page("kept", "broken"))
    assert run(tmp_path).output.startswith(
        "Checkout under load (Checkout answers)\n"
        "  It is kept.\n"
        "  10 runs cannot show everything.\n"
        "  https://console.example.com/v-1\n"
        "\n"
        "Checkout under load (Checkout answers)\n"
        "  It is broken.\n"
    )


def test_as_json_it_is_what_the_console_told_and_the_lowest_state(toy: ToyConsole, tmp_path: Path) -> None:
    tells(toy, page("kept", "lapsed"))
    told = json.loads(run(tmp_path, "--json").output)
    assert told == {"state": "lapsed", "items": [item("kept"), item("lapsed")]}


def test_pages_are_followed_to_the_last(toy: ToyConsole, tmp_path: Path) -> None:
    tells(toy, page("kept", following="a b"), page("broken"))
    assert run(tmp_path, "--objective", "Checkout & more").exit_code == 2
    asked = [each.path for each in toy.memory.calls("standing")]
    assert asked == [
        f"{T}/standing?objective=Checkout+%26+more",
        f"{T}/standing?objective=Checkout+%26+more&cursor=a+b",
    ]


def test_one_verification_is_asked_for_by_its_name(toy: ToyConsole, tmp_path: Path) -> None:
    tells(toy, page("kept"))
    assert run(tmp_path, "--verification", "v-1", "--team", TEAM).exit_code == 0
    assert toy.memory.calls("standing")[0].path == f"{T}/standing?verification=v-1"


def sentence(found: Result) -> str:
    assert found.exit_code == 1
    assert found.output.startswith("rtk: ")
    assert len(found.output.splitlines()) == 1
    return found.output


def test_what_the_console_refuses_is_said_in_a_sentence(toy: ToyConsole, tmp_path: Path) -> None:
    toy.faults = lambda seen: Says(404, {"detail": "no objective is called that"}) if "/standing" in seen.path else None
    assert "answered 404, no objective is called that" in sentence(run(tmp_path, "--objective", "x"))


def test_nothing_that_promises_anything_is_no_success(toy: ToyConsole, tmp_path: Path) -> None:
    tells(toy, page())
    assert "promises anything" in sentence(run(tmp_path))


@pytest.mark.parametrize("body", [None, [], {"items": {}}, {"items": [{}]}, {"items": [{"standing": 1}], "next": None}])
def test_what_is_no_console_is_said_so(toy: ToyConsole, tmp_path: Path, body: Any) -> None:
    tells(toy, body)
    assert "does not tell how promises stand" in sentence(run(tmp_path))


def test_a_state_of_a_later_console_asks_for_an_update(toy: ToyConsole, tmp_path: Path) -> None:
    tells(toy, page("half-kept"))
    assert "'half-kept', which is not known here: update this client" in sentence(run(tmp_path))


def test_a_console_that_is_away_is_said_to_be(toy: ToyConsole, tmp_path: Path) -> None:
    toy.down()
    sentence(run(tmp_path))


def test_a_team_that_is_not_ones_own_is_refused(toy: ToyConsole, tmp_path: Path) -> None:
    for team in ("nobody's", "", " "):
        assert "expected the id of a team of yours" in sentence(run(tmp_path, "--team", team)), team


def test_whoever_is_not_signed_in_learns_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTK_URL", raising=False)
    assert "nobody is signed in" in sentence(run(tmp_path))


def test_what_a_console_says_moves_no_terminal(toy: ToyConsole, tmp_path: Path) -> None:
    strange = item("kept", "\x1b[2Jgone")
    tells(toy, {"items": [strange], "next": None})
    assert "\x1b" not in run(tmp_path).output
