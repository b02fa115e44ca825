"""`chaos run` and its control: everything is told, in order, and the run waits for nothing of it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.publish.home import Home, experiment, shell, signed_in
from tests.publish.server import BREAK, ORG, TEAM, TOKEN, Says, ToyConsole

KINDS = [
    "starting-experiment",
    "starting-hypothesis",
    "starting-activity",
    "activity-finished",
    "hypothesis-finished",
    "starting-method",
    "starting-activity",
    "activity-finished",
    "method-finished",
    "starting-hypothesis",
    "starting-activity",
    "activity-finished",
    "hypothesis-finished",
    "starting-rollback",
    "starting-activity",
    "activity-finished",
    "rollback-finished",
    "experiment-finished",
]


@pytest.fixture
def toy() -> Iterator[ToyConsole]:
    """A console that is up; whatever was told to it must have been in order."""
    console = ToyConsole().start()
    yield console
    console.down()
    assert console.memory.problems == []


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with an experiment in it."""
    home = Home(tmp_path)
    home.write("experiment.json", experiment())
    return home


def sign_in(home: Home, toy: ToyConsole, **features: str) -> None:
    home.settings.write_text(yaml.safe_dump(signed_in(toy, **features)))


def execution(toy: ToyConsole) -> dict[str, Any]:
    """The journal of the only execution."""
    assert len(toy.memory.executions) == 1
    found: dict[str, Any] = next(iter(toy.memory.executions.values()))
    return found


def kinds(toy: ToyConsole) -> list[str]:
    return [event["type"] for _, event in toy.memory.events]


def test_every_event_is_told_in_order_over_one_connection(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy)
    ended = home.chaos("run", "experiment.json")
    assert ended.code == 0, ended.out
    assert f"Execution available at {toy.url}/Org/A/executions/" in ended.out
    assert kinds(toy) == KINDS
    assert len({each.port for each in toy.memory.seen}) == 1
    assert execution(toy)["status"] == "completed"
    assert [run["activity"]["name"] for run in execution(toy)["run"]] == ["burn"]
    assert list(home.runs.glob("*")) == []


def test_an_event_says_what_was_played_and_what_came_of_it(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy)
    home.chaos("run", "experiment.json")
    finished = [json.loads(event["data"]) for _, event in toy.memory.events if event["type"] == "activity-finished"]
    assert [each["context"]["name"] for each in finished] == ["counts", "burn", "counts", "undo"]
    assert [each["state"]["status"] for each in finished] == ["succeeded"] * 4


def test_a_slow_console_does_not_slow_the_run(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, safeguards="off")
    toy.faults = lambda _: time.sleep(1)
    ended = home.chaos("run", "experiment.json")
    assert ended.code == 0
    assert ended.took < 15  # where some twenty answers of a second each were waited for, it would be more
    assert "published in the background" in ended.out
    toy.faults = lambda _: None
    toy.wait_for(lambda: bool(toy.memory.executions) and execution(toy)["status"] == "completed")


def test_an_answer_that_is_lost_makes_no_second_execution(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy)
    lost = [BREAK, BREAK]
    toy.after = lambda seen: lost.pop() if lost and seen.path.endswith("/executions") else None
    assert home.chaos("run", "experiment.json").code == 0
    toy.wait_for(lambda: bool(toy.memory.executions) and execution(toy)["status"] == "completed")
    assert lost == []


def test_an_experiment_without_an_id_is_the_same_one_the_next_time(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, workspace="off")
    for _ in range(2):
        home.chaos("run", "experiment.json")
    first, again = (told.body["experiment"]["extensions"] for told in toy.memory.calls("POST .*/experiments$"))
    assert first == again
    assert first[0]["experiment_id"]


def test_what_a_console_that_is_away_misses_is_sent_later(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, safeguards="off")
    toy.tokens = set()
    ended = home.chaos("run", "experiment.json")
    assert ended.code == 0
    assert ended.out.count("does not accept the token") == 1
    kept = list(home.runs.glob("*.execution"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o777 == 0o600
    sign_in(home, toy)
    toy.tokens = {TOKEN}
    assert home.chaos("publish", "--pending").code == 0
    assert execution(toy)["status"] == "completed"
    assert list(home.runs.glob("*.execution")) == []


def test_what_an_earlier_one_could_not_send_goes_with_the_next(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, safeguards="off")
    toy.tokens = set()
    assert home.chaos("run", "experiment.json").code == 0
    toy.tokens = {TOKEN}
    assert home.chaos("run", "experiment.json").code == 0
    toy.wait_for(lambda: [each["status"] for each in toy.memory.executions.values()] == ["completed"] * 2)
    toy.wait_for(lambda: list(home.runs.glob("*.execution")) == [])


def test_nothing_is_told_where_publishing_is_off(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, publish="off")
    assert home.chaos("run", "experiment.json").code == 0
    assert toy.memory.seen == []
    assert not home.runs.exists()


def test_a_safeguard_keeps_the_method_from_being_played(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, safeguards="on")
    toy.forbids = ["No chaos on Fridays"]
    ended = home.chaos("run", "experiment.json")
    assert ended.code == 1
    assert "No chaos on Fridays" in ended.out
    assert not (home.path / "notes").exists()
    assert execution(toy)["status"] == "interrupted"


def test_a_safeguard_that_cannot_be_asked_but_must_be_forbids(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, safeguards="on")
    toy.faults = lambda seen: Says(403) if seen.path.endswith("/policies") else None
    assert home.chaos("run", "experiment.json").code == 1
    assert not (home.path / "notes").exists()


def test_the_workspace_remembers_the_experiment(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy, workspace="on")
    home.chaos("run", "experiment.json")
    kept = yaml.safe_load((home.path / ".chaosiq").read_text())
    name = kept["experiments"][ORG][TEAM]["experiment.json"]["experiment_id"]
    assert name in toy.memory.experiments
    home.chaos("run", "experiment.json")
    told = toy.memory.calls("POST .*/experiments$")[1].body["experiment"]["extensions"]
    assert told == [{"name": "chaosiq", "experiment_id": name}]


def test_the_control_leaves_a_verify_alone(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy)
    control = {"name": "c", "provider": {"type": "python", "module": "chaoscloud.controls"}}
    home.verification(controls=[control])
    assert home.chaos("verify", "verification.json").code == 0
    assert toy.memory.executions == {}
    assert len(toy.memory.runs) == 1


def test_values_of_secrets_that_the_toolkit_writes_into_an_experiment_are_not_told(home: Home, toy: ToyConsole) -> None:
    sign_in(home, toy)
    home.environ["SECRET"] = "hush-hush"
    told = shell("burn", "echo the token is $SECRET")
    home.write(
        "experiment.json",
        experiment(method=[told], secrets={"s": {"token": {"type": "env", "key": "SECRET"}}}),
    )
    assert home.chaos("run", "experiment.json").code == 0
    whole = json.dumps([execution(toy), toy.memory.events, toy.memory.experiments])
    assert "hush-hush" not in whole
    assert "the token is *****" in whole
