"""Part B, runs: begun by the client, told by their record, read back, followed."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import requests

from rtk.insight.facts import PHASES
from tests.console.live import EXPERIMENT, PLAN, Live, Machine, measurement, verification, whole_record

BODY: dict[str, Any] = {"plan": PLAN, "experiment": EXPERIMENT, "client": {"rtk": "0.1.0"}}


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def begun(live: Live, machine: Machine) -> str:
    """The path of a run of a verification that only its file knows."""
    key = f"file-{uuid4()}"
    path = f"{live.runs(key)}/{uuid4()}"
    body = {**BODY, "experiment": verification(key)}
    answer = machine("PUT", path, json=body)
    assert answer.status_code == 201, answer.text
    return path


def test_a_run_is_made_once(live: Live, machine: Machine) -> None:
    key = f"file-{uuid4()}"
    path, body = f"{live.runs(key)}/{uuid4()}", {**BODY, "experiment": verification(key)}
    answers = [machine("PUT", path, json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json() | {"heard_at": answers[0].json()["heard_at"]}
    run = answers[0].json()["id"]
    assert answers[0].headers["Content-Location"] == f"http://localhost:8000/api/acme/shop/insights/{run}"


def test_a_client_learns_which_versions_of_the_record_are_taken(live: Live, machine: Machine) -> None:
    path = f"{live.runs(f'file-{uuid4()}')}/{uuid4()}"
    answers = [machine("PUT", path, json={**BODY, "client": {"rtk": "0.1.0", "record": 2}}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["accepts"]) for answer in answers] == [(201, [1, 2]), (200, [1, 2])]


def test_a_record_that_cannot_be_taken_is_refused_before_there_is_a_run_of_it(live: Live, machine: Machine) -> None:
    path = f"{live.runs(f'file-{uuid4()}')}/{uuid4()}"
    answer = machine("PUT", path, json={**BODY, "client": {"rtk": "9.0.0", "record": 3}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (415, "client.record")
    assert machine("PUT", path, json=BODY).status_code == 201


def test_an_unknown_verification_is_imported_with_its_objective(live: Live, machine: Machine) -> None:
    run = machine("GET", begun(live, machine)).json()
    made = machine("GET", f"{live.team}/verifications/{run['verification_id']}").json()
    assert (made["name"], made["frequency"], made["duration"]) == (EXPERIMENT["title"], 10.0, 300.0)
    objective = machine("GET", f"{live.team}/objectives/{made['objective_id']}").json()
    assert (objective["name"], objective["target"], objective["window"]) == ("Checkout", 0.95, 86400.0)


def test_a_verification_may_be_known_by_its_plan_alone(live: Live, machine: Machine) -> None:
    path = f"{live.runs(f'file-{uuid4()}')}/{uuid4()}"
    made = machine("PUT", path, json={**BODY, "plan": {"frequency_s": 2, "duration_s": 60}})
    assert made.status_code == 201
    of = machine("GET", f"{live.team}/verifications/{made.json()['verification_id']}").json()
    assert (of["frequency"], of["duration"], of["objective_id"]) == (2, 60, None)


def test_the_insight_of_the_published_run_is_that_of_the_design(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    outcomes = ["deviated" if slot in (3, 7, 13, 18) else "met" for slot in range(20)]
    entries = whole_record(run.rpartition("/")[2], outcomes)
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": entries}).json()["next"] == len(entries)
    ended = machine("POST", f"{run}/end", json={"journal": {"status": "completed"}, "insight": {"verdict": "pass"}})
    assert (ended.status_code, ended.json()["state"], ended.json()["verdict"]) == (200, "ended", "fail")
    insight = machine("GET", f"{run}/insight").json()
    assert [insight[key] for key in ("planned", "met", "deviated", "missed")] == [30, 16, 4, 10]
    assert insight["budget_spent"] == pytest.approx(0.009259259259259259)
    assert insight["affordable"] == 108


def test_the_end_told_twice_changes_nothing(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    first = machine("POST", f"{run}/end", json={"journal": {"status": "completed"}}).json()
    again = machine("POST", f"{run}/end", json={"journal": {"status": "failed"}}).json()
    assert (again["status"], again["ended_at"]) == ("completed", first["ended_at"])


def test_a_late_entry_is_in_the_next_insight(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    entries = whole_record(run.rpartition("/")[2], ["met"] * 5)
    machine("POST", f"{run}/record", json={"from": 0, "entries": entries})
    assert machine("GET", f"{run}/insight").json()["met"] == 5
    machine("POST", f"{run}/record", json={"from": len(entries), "entries": [measurement(5, "deviated")]})
    assert machine("GET", f"{run}/insight").json()["deviated"] == 1


def test_why_a_slot_was_missed_is_kept_as_a_code_and_counts(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    first, *others, end = whole_record(run.rpartition("/")[2], ["met"] * 10)
    missed = {**measurement(10, "missed", None), "reason": "the run died", "code": "run-died"}
    machine("POST", f"{run}/record", json={"from": 0, "entries": [first, *others, missed, end]})
    told = machine("GET", f"{run}/measurements?after=-1").json()["items"]
    assert [each["code"] for each in told] == [None] * 10 + ["run-died"]
    assert machine("GET", f"{run}/insight").json()["missed"] == 20


def test_measurements_are_found_by_their_phase(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    entries = [measurement(0, phase=phase) for phase in PHASES]
    machine("POST", f"{run}/record", json={"from": 0, "entries": entries})
    for phase in PHASES:
        found = machine("GET", f"{run}/measurements?phase={phase}").json()["items"]
        assert [each["phase"] for each in found] == [phase]


def test_before_the_end_there_are_counts_and_no_judgement(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0), measurement(1, "deviated")]})
    insight = machine("GET", f"{run}/insight").json()
    assert [insight[key] for key in ("planned", "met", "deviated", "missed")] == [30, 1, 1, 0]
    assert {insight[key] for key in ("verdict", "observed", "proven_at_least", "budget_spent")} == {None}


def test_what_contradicts_itself_is_said_to_and_is_no_fault(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    entries = [
        {"t": 1, "kind": "intent", "role": "condition", "index": 7, "name": "none", "activity": 5},
        {"t": 2, "kind": "end", "status": "completed"},
    ]
    machine("POST", f"{run}/record", json={"from": 0, "entries": entries})
    insight = machine("GET", f"{run}/insight")
    assert (insight.status_code, insight.json()["verdict"]) == (200, None)
    assert "contradicts itself" in insight.json()["headline"]


def test_measurements_are_read_page_by_page(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(slot) for slot in range(5)]})
    first = machine("GET", f"{run}/measurements?limit=3").json()
    rest = machine("GET", f"{run}/measurements?limit=3&after={first['next']}").json()
    assert [each["slot"] for each in first["items"] + rest["items"]] == [0, 1, 2, 3, 4]
    assert rest["next"] is None
    assert first["items"][0]["probes"][0]["output"] == 65.0
    assert machine("GET", f"{run}/measurements?phase=baseline").json()["items"] == []


def test_runs_are_listed_newest_first(live: Live, machine: Machine) -> None:
    form = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300}
    runs = live.runs(machine("POST", f"{live.team}/verifications", json=form).json()["id"])
    made = [str(uuid4()) for _ in range(3)]
    for key in made:
        machine("PUT", f"{runs}/{key}", json=BODY)
    first = machine("GET", f"{runs}?limit=2").json()
    rest = machine("GET", f"{runs}?limit=2&cursor={first['next']}").json()
    assert [each["id"] for each in first["items"] + rest["items"]] == made[::-1]


def test_a_page_that_is_polled_is_not_sent_again(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    tag = machine("GET", run).headers["ETag"]
    assert machine("GET", run, headers={"If-None-Match": tag}).status_code == 304
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0)]})
    assert machine("GET", run, headers={"If-None-Match": tag}).status_code == 200


def follow(
    live: Live, machine: Machine, run: str, count: int, last: str | None = None
) -> list[tuple[int, dict[str, Any]]]:
    """The next entries of a run's stream."""
    headers = {"Last-Event-ID": last} if last else {}
    with machine("GET", f"{run}/stream", headers=headers, stream=True) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        return taken(answer, count)


def taken(answer: requests.Response, count: int) -> list[tuple[int, dict[str, Any]]]:
    found, number, kind = [], -1, b""
    for line in answer.iter_lines(chunk_size=1):
        if line.startswith(b"id: "):
            number = int(line[4:])
        if line.startswith(b"event: "):
            kind = line[7:]
        if line.startswith(b"data: ") and kind == b"entry":
            found.append((number, json.loads(line[6:])))
        if len(found) == count:
            break
    return found


def test_a_run_is_followed_and_resumed(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    machine(
        "POST",
        f"{run}/record",
        json={"from": 0, "entries": [measurement(0), {"kind": "event", "t": 1, "text": "a\nb"}]},
    )
    assert [number for number, _ in follow(live, machine, run, 2)] == [0, 1]
    ((number, entry),) = follow(live, machine, run, 1, last="0")
    assert (number, entry["text"]) == (1, "a\nb")


def test_who_follows_hears_of_what_is_new_at_once(live: Live, machine: Machine) -> None:
    run, other = begun(live, machine), live.machine()
    with machine("GET", f"{run}/stream", stream=True) as answer:
        later = threading.Timer(
            0.3, other, ["POST", f"{run}/record"], {"json": {"from": 0, "entries": [measurement(0)]}}
        )
        later.start()
        ((number, entry),) = taken(answer, 1)
        later.join()
    assert (number, entry["kind"], entry["slot"]) == (0, "measurement", 0)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no plan": ({"experiment": EXPERIMENT}, "plan"),
    "a plan of nothing": ({"plan": {}, "experiment": EXPERIMENT}, "plan.frequency_s"),
    "a frequency of zero": ({"plan": {**PLAN, "frequency_s": 0}, "experiment": EXPERIMENT}, "plan.frequency_s"),
    "a target above one": (
        {"plan": {**PLAN, "objective": {"target": 95}}, "experiment": EXPERIMENT},
        "plan.objective.target",
    ),
    "an experiment that is none": ({"plan": PLAN, "experiment": {"title": "x"}}, "experiment"),
    "a key that nobody knows": ({**BODY, "journal": {}}, "journal"),
    "a client that is a text": ({**BODY, "client": "x"}, "client"),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG.keys())
def test_a_run_that_is_not_described_is_refused(live: Live, machine: Machine, body: dict[str, Any], field: str) -> None:
    path = f"{live.runs(f'file-{uuid4()}')}/{uuid4()}"
    answer = machine("PUT", path, json=body)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert machine("GET", path).status_code == 404


def test_many_runs_of_a_verification_that_nobody_knows_yet_import_it_once(live: Live, machine: Machine) -> None:
    key = f"file-{uuid4()}"
    body = {**BODY, "experiment": verification(key)}
    with ThreadPoolExecutor(8) as pool:
        others = [live.machine() for _ in range(8)]
        answers = list(pool.map(lambda one: one("PUT", f"{live.runs(key)}/{uuid4()}", json=body), others))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["verification_id"] for answer in answers}) == 1


def test_a_run_must_have_a_uuid(live: Live, machine: Machine) -> None:
    assert machine("PUT", f"{live.runs()}/seven", json=BODY).status_code == 422


def test_a_run_of_another_team_is_not_found(live: Live, machine: Machine) -> None:
    run = begun(live, machine)
    elsewhere = f"/organizations/{live.world.rival.id}/teams/{live.world.rivals_team.id}"
    key = f"file-{uuid4()}"
    body = {**BODY, "experiment": verification(key)}
    stranger = live.machine(live.world.stranger)
    path = f"{elsewhere}/verifications/{key}/runs/{run.rpartition('/')[2]}"
    assert stranger("PUT", path, json=body).status_code == 404
    assert stranger("GET", path).status_code == 404
