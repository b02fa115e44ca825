"""An id that a console or a file gives is one segment of an address, or the name of one file; it leads nowhere else."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from rtk.errors import BadInput
from rtk.publish.destination import Destination, segment
from tests.publish.conftest import home, toy
from tests.publish.home import Home, experiment, signed_in
from tests.publish.server import ORG, TEAM, TOKEN, Says, Seen, ToyConsole

__all__ = ["home", "toy"]  # pytest finds them here

AWAY = ("../../../admin", "a/b", "a?b=c", "a#b", "a%2f..%2fb", "..;/x", "a\\..\\b", "ä b")
NEVER = ("..", ".", "a\r\nX-Injected: 1", "a\x00b", "\ud800", "\u202e", "a" * 1000)
QUICK = ("--every", "50ms", "--for", "300ms", "--target", "50%", "--window", "1d")


@pytest.mark.parametrize("name", AWAY)
def test_an_id_is_one_segment(name: str) -> None:
    assert "/" not in segment(name)
    base = Destination("https://c.example", "", organization=name, team="t").base
    assert base == f"/api/v1/organizations/{quote(name, safe='')}/teams/t"


@pytest.mark.parametrize("name", ["", *NEVER])
def test_what_no_quoting_makes_a_segment_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="cannot be an id in a console's address"):
        segment(name)


@pytest.mark.parametrize("name", [*AWAY, *NEVER])
def test_an_organization_leads_nowhere_else(home: Home, toy: ToyConsole, name: str) -> None:
    toy.faults = lambda seen: _organizations(seen, name)
    home.environ["RTK_TOKEN"] = TOKEN
    ended = home.chaos("signin", "--url", toy.url)
    assert ended.code == (1 if name in NEVER else 0), ended.out
    assert set(paths(toy)) <= {"/", "/api/v1/organizations", f"/api/v1/organizations/{spelled(name)}/teams"}


def _organizations(seen: Seen, name: str) -> Says | None:
    if seen.path == "/api/v1/organizations":
        return Says(200, [{"id": name, "name": "Org"}])
    return Says(200, [{"id": TEAM, "name": "A"}]) if seen.path.endswith("/teams") else None


@pytest.mark.parametrize("name", [*AWAY, ".."])
def test_an_experiment_or_execution_leads_nowhere_else(home: Home, toy: ToyConsole, name: str) -> None:
    """In a run of chaos verify the console says which execution it is, in chaos run also which experiment."""
    home.by_environment(toy)
    below = f"/api/v1/organizations/{ORG}/teams/{TEAM}/"
    for key in ("experiment_id", "execution_id"):
        toy.after = lambda seen, key=key: _with(toy, seen, key, name)  # type: ignore[misc] # a default of a lambda
        home.chaos("verify", *QUICK, home.verification())
    toy.after = lambda seen: _with(toy, seen, "id", name)
    home.settings.write_text(json.dumps(signed_in(toy)))
    home.chaos("run", home.write("plain.json", experiment()))
    last = [path for path in paths(toy) if path.startswith(below)]
    assert [path for path in paths(toy) if path not in last] == ["/api/v1/organizations"] * (
        len(paths(toy)) - len(last)
    )
    known = {"verifications", "experiments", "holds", "executions", "runs", "record", "end", "events", "policies"}
    rest = {each for path in last for each in path.removeprefix(below).partition("?")[0].split("/")} - known
    assert all(each == spelled(name) or is_id(each) for each in rest), rest


def _with(toy: ToyConsole, seen: Seen, key: str, name: str) -> Says | None:
    if seen.method not in ("PUT", "POST") or "/record" in seen.path or "/end" in seen.path:
        return None
    says = toy.answer(seen)
    return Says(says.status, {**says.body, key: name}, says.headers) if isinstance(says.body, dict) else None


def paths(toy: ToyConsole) -> list[str]:
    toy.memory.problems.clear()
    return [each.path for each in toy.memory.seen]


def spelled(name: str) -> str:
    return quote(name, safe="", errors="replace")


def is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


@pytest.mark.parametrize("name", ["../../../secret", "/etc/secret", "..", ["a"], None])
def test_a_journal_names_no_file_but_its_own_record(home: Home, toy: ToyConsole, tmp_path: Path, name: Any) -> None:
    home.by_environment(toy).verification(plan={"objective": {"target": 0.5}})
    assert home.chaos("verify", "--no-publish", "verification.json").code == 0
    secret = home.records()[0].rename(tmp_path / "secret.record")
    found = json.loads((home.path / "journal.json").read_text())
    next(each for each in found["extensions"] if each["name"] == "rtk")["run"] = name
    ended = home.chaos("publish", home.write("journal.json", found))
    assert (ended.code, ended.out) == (
        1,
        "chaos: journal.json: its block named rtk is damaged, expected what chaos verify wrote\n",
    )
    assert toy.memory.seen == []
    assert sorted(each.name for each in tmp_path.rglob("*.record")) == [secret.name]
