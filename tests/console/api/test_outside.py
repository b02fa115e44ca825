"""Events from outside, by HTTP: one, a batch, or attributes in headers, each only once."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
import yaml

from rtk.console.api.outside import BATCH, EXAMPLE, STRUCTURED
from rtk.console.people import tokens
from rtk.console.store.models import Event
from tests.console.live import Live, Machine
from tests.docs.pages import DOCS, Block, blocks, matches
from tests.docs.session import Session


def event(**more: Any) -> dict[str, Any]:
    return {**EXAMPLE, "id": str(uuid4()), **more}


def post(machine: Machine, live: Live, body: Any, kind: str = STRUCTURED, **headers: str) -> requests.Response:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return machine("POST", f"{live.team}/events", data=data, headers={"Content-Type": kind, **headers})


def timeline(machine: Machine, live: Live) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = machine("GET", f"{live.team}/timeline?kind=outside").json()["items"]
    return found


@pytest.mark.parametrize("kind", [STRUCTURED, f"{STRUCTURED}; charset=utf-8", "application/json"])
def test_one_in_the_structured_form(live: Live, machine: Machine, kind: str) -> None:
    one = event()
    first, again = post(machine, live, one, kind), post(machine, live, one, kind)
    assert (first.status_code, first.json()) == (201, {"new": 1, "known": 0})
    assert (again.status_code, again.json()) == (200, {"new": 0, "known": 1})
    shown = timeline(machine, live)[0]
    assert (shown["title"], shown["source"]) == ("checkout 1.18", EXAMPLE["source"])
    assert shown["tags"] == ["checkout"]


def test_a_batch(live: Live, machine: Machine) -> None:
    events = [event() for _ in range(3)]
    answer = post(machine, live, [*events, events[0]], BATCH)
    assert (answer.status_code, answer.json()) == (201, {"new": 3, "known": 1})


def test_one_in_the_binary_form(live: Live, machine: Machine) -> None:
    attributes = {"ce-specversion": "1.0", "ce-id": str(uuid4()), "ce-source": "ci", "ce-type": "d%C3%A9ploy%C3%A9"}
    answer = post(machine, live, {"title": "By header"}, "application/json", **attributes)
    assert answer.status_code == 201, answer.text
    attributes["ce-id"] = str(uuid4())
    assert post(machine, live, b"plain", "text/plain", **attributes).status_code == 201
    titles = {each["title"] for each in timeline(machine, live)}
    assert {"By header", "déployé"} <= titles


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", STRUCTURED, 400),
        (b"\xff", STRUCTURED, 400),
        (b"", STRUCTURED, 400),
        ([], BATCH, 422),
        ({}, BATCH, 422),
        ([EXAMPLE], STRUCTURED, 422),
        ({"specversion": "1.0"}, STRUCTURED, 422),
        ({**EXAMPLE, "data": "x" * 70_000}, STRUCTURED, 413),
        (EXAMPLE, "text/plain", 415),
        (b"[" * 100_000, STRUCTURED, 400),
        ({**EXAMPLE, "data": {"url": "javascript:alert(1)"}}, STRUCTURED, 422),
    ],
)
def test_what_is_no_event_is_a_problem(live: Live, machine: Machine, body: Any, kind: str, status: int) -> None:
    before = len(timeline(machine, live))
    answer = post(machine, live, body, kind)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    assert len(timeline(machine, live)) == before


def test_of_a_batch_in_which_one_is_wrong_none_is_kept(live: Live, machine: Machine) -> None:
    before = len(timeline(machine, live))
    answer = post(machine, live, [event(), event(type="")], BATCH)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "[1].type"
    assert len(timeline(machine, live)) == before


def blocks_of(language: str) -> list[Block]:
    return [each for each in blocks(DOCS / "how-to" / "show-deploys-and-alerts.md") if each.language == language]


def shell(live: Live, directory: Path, **more: str) -> Session:
    token = tokens.make(live.world.member, "shell", ["read", "run"])[1]
    return Session(directory, RTK_URL=live.url, RTK_TOKEN=token, no_proxy="127.0.0.1", **more)


def test_the_command_of_the_documentation_works(live: Live, machine: Machine, tmp_path: Path) -> None:
    (command,) = [each for block in blocks_of("console") for each in block.commands()]
    (file,) = [block for block in blocks_of("json") if block.title]
    (tmp_path / str(file.title)).write_text(file.text)
    with shell(live, tmp_path) as session:
        printed, code = session.run(command.text)
    assert code == 0, printed
    assert matches(command.output, printed, numbers_vary=False), printed
    assert "org.example.deployed" in live_types(live)


def test_the_step_of_the_documentation_works(live: Live, machine: Machine, tmp_path: Path) -> None:
    (step,) = yaml.safe_load(blocks_of("yaml")[0].text)
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ID": "7"}
    with shell(live, tmp_path, **github, GITHUB_SHA="0123456789abcdef") as session:
        printed, code = session.run(step["run"])
    assert code == 0, printed
    shown = next(each for each in timeline(machine, live) if each["title"] == "acme/shop 0123456")
    assert shown["source"] == "https://github.com/acme/shop"


def live_types(live: Live) -> set[str]:
    found = Event.objects.filter(team=live.world.shop, kind="outside")
    return {event.payload["type"] for event in found if event.payload}


def test_what_alertmanager_posts_is_taken(live: Live, machine: Machine) -> None:
    alert = {"status": "firing", "labels": {"alertname": "Down"}, "startsAt": "2026-01-31T12:00:00Z"}
    answer = post(machine, live, {"version": "4", "alerts": [alert]}, "application/json")
    assert (answer.status_code, answer.json()) == (201, {"new": 1, "known": 0})
    wrong = post(machine, live, {"version": "4", "alerts": [{**alert, "startsAt": None, "labels": 7}, 3]}, STRUCTURED)
    assert wrong.status_code == 422
    assert "Down" in {each["title"] for each in timeline(machine, live)}
