"""Publishing a journal or a record: never published before, or again, whatever is left of it."""

import json
from typing import Any

import pytest

from tests.publish.home import Home, experiment
from tests.publish.server import ToyConsole


@pytest.fixture
def verified(home: Home, toy: ToyConsole) -> dict[str, Any]:
    """The journal of a verify that was not published."""
    home.by_environment(toy).verification(plan={"objective": {"target": 0.5}})
    assert home.chaos("verify", "--no-publish", "verification.json").code == 0
    assert toy.memory.seen == []
    found: dict[str, Any] = json.loads((home.path / "journal.json").read_text())
    return found


def publish(home: Home, name: str = "journal.json") -> str:
    ended = home.chaos("publish", name)
    assert ended.code == 0, ended.out
    return ended.out


def measured(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("phase", "slot", "due", "started", "ended", "outcome", "value", "reason")
    return sorted(tuple(str(e[key]) for key in keys) for e in entries if e["kind"] == "measurement")


def test_a_journal_of_a_run_is_published_from_its_record(home: Home, toy: ToyConsole, verified: dict[str, Any]) -> None:
    assert "Published at" in publish(home)
    assert [e["n"] for e in toy.run().entries] == [e["n"] for e in home.entries()]


def test_publishing_it_again_changes_nothing(home: Home, toy: ToyConsole, verified: dict[str, Any]) -> None:
    publish(home)
    before = list(toy.run().entries)
    publish(home)
    publish(home, str(home.records()[0]))
    assert toy.run().entries == before
    assert len(toy.run().ends) == 3


def test_without_its_record_a_journal_says_the_same(home: Home, toy: ToyConsole, verified: dict[str, Any]) -> None:
    entries = home.entries()
    home.records()[0].unlink()
    publish(home)
    assert measured(toy.run().entries) == measured(entries)
    assert toy.run().entries[-1]["status"] == "completed"
    told = toy.run().ends[0]
    assert told["insight"] == verified["extensions"][0]["insight"]
    assert told["journal"]["run"] == verified["run"]
    assert told["journal"]["steady_states"]["before"] == verified["steady_states"]["before"]


def test_a_journal_without_record_leaves_what_the_console_has(
    home: Home, toy: ToyConsole, verified: dict[str, Any]
) -> None:
    publish(home)
    before = list(toy.run().entries)
    home.records()[0].unlink()
    publish(home)
    assert toy.run().entries == before


def test_a_journal_of_chaos_run_is_published_once_and_then_updated(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).write("experiment.json", experiment())
    assert home.chaos("run", "experiment.json").code == 0
    assert toy.memory.seen == []
    assert "Published at" in publish(home)
    publish(home)
    assert len(toy.memory.executions) == 1
    assert next(iter(toy.memory.executions.values()))["status"] == "completed"


@pytest.mark.parametrize("text", ["", "{", "[1]", "hello", '{"experiment": 1}', '{"extensions": [{"name": "rtk"}]}'])
def test_what_is_neither_is_refused_in_a_sentence(home: Home, toy: ToyConsole, text: str) -> None:
    (home.path / "odd.json").write_text(text)
    ended = home.by_environment(toy).chaos("publish", "odd.json")
    assert (ended.code, len(ended.out.splitlines())) == (1, 1)
    assert "expected" in ended.out or "should be" in ended.out
    assert toy.memory.seen == []


TIMELESS = {"rtk": {"due": None, "started": None, "ended": None}, "probes": []}


@pytest.mark.parametrize(
    "states", [{"during": [TIMELESS]}, {"during": [], "after": {"steady_state_met": True, "probes": []}}]
)
def test_a_damaged_journal_without_its_record_is_refused_in_a_sentence(
    home: Home, toy: ToyConsole, states: dict[str, Any]
) -> None:
    rtk = {"name": "rtk", "run": "0197a3c4-5b6e-7f80-9123-456789abcdef", "story": []}
    played = {"status": "completed", "deviated": False, "run": [], "rollbacks": [], "duration": 10**400}
    journal = {"experiment": experiment(), **played, "steady_states": states, "extensions": [rtk]}
    home.write("odd.json", journal)
    ended = home.by_environment(toy).chaos("publish", "odd.json")
    assert (ended.code, len(ended.out.splitlines())) == (1, 1), ended.out
    assert "is damaged, expected what chaos verify wrote" in ended.out
    assert toy.memory.seen == []
