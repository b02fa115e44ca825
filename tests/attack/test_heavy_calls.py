"""Nobody keeps others waiting by calls that are much work: bounded before they are parsed, and by turns."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests

from rtk.console.store import outside
from rtk.console.store.models import Event
from tests.console.live import EXPERIMENT, Live, Machine, live_console

MIB = 2**20
ALERT = {"status": "firing", "labels": {"alertname": "HostHighCpu", "n": 0}, "startsAt": "2026-01-31T12:00:00Z"}
LOGIN = "/accounts/login/"
CROWDED = "16 large requests of yours wait for their turn already: send fewer at once"
MOST_S = 10  # of a login page meanwhile, on whichever machine; it took 26 s


@pytest.fixture(scope="module")
def live(django_db_setup: None, django_db_blocker: Any) -> Iterator[Live]:
    """A console that serves the world, whose database everybody sees."""
    with django_db_blocker.unblock(), live_console() as console:
        yield console


def alerts(size: int) -> bytes:
    """What Alertmanager posts, of so many bytes at least, each alert another."""
    one = len(json.dumps(ALERT)) + 8
    told = [{**ALERT, "labels": {"alertname": "HostHighCpu", "n": n}} for n in range(size // one + 1)]
    return json.dumps({"version": "4", "alerts": told}).encode()


def post(machine: Machine, path: str, body: bytes, kind: str = "application/json") -> requests.Response:
    return machine("POST", path, data=body, headers={"Content-Type": kind})


def test_eight_large_bodies_of_one_token_keep_no_visitor_waiting(live: Live) -> None:
    body, answers, over = alerts(6 * MIB), list[requests.Response](), threading.Event()

    def attack() -> None:
        machine = live.machine(live.world.member, "read", "run")
        while not over.is_set():
            answers.append(post(machine, f"{live.team}/events", body))

    timed(live.url + LOGIN)  # the first page of a console is made ready
    attackers = [threading.Thread(target=attack) for _ in range(8)]
    for each in attackers:
        each.start()
    time.sleep(0.5)
    took = [timed(live.url + LOGIN) for _ in range(20)]
    over.set()
    for each in attackers:
        each.join(60)
    assert max(took) < MOST_S, f"a page took {max(took):.1f} s"
    assert {each.status_code for each in answers} <= {413, 429}
    assert not Event.objects.filter(kind=outside.KIND).exists()


def timed(address: str) -> float:
    began = time.perf_counter()
    assert requests.get(address, timeout=60).status_code == 200
    return time.perf_counter() - began


def test_more_alerts_than_a_call_may_tell_are_refused_before_any_is_made(live: Live) -> None:
    answer = post(live.machine(), f"{live.team}/events", alerts(200_000))
    assert answer.status_code == 413
    assert answer.json()["detail"].startswith("expected at most 1,000 events a call, found 1,")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("events", b"[" + b"[]," * 300_000 + b"[]]"),
        ("verifications", b'{"name": "x", "experiment": {"a": [' + b"{}," * 300_000 + b"{}]}}"),
        ("objectives", b'{"name": "x", "measure": {"a": [' + b"1," * 300_000 + b"1]}}"),
        ("import", b'{"source": "' + b"x" * 100 + b'", "more": [' + b"1," * 300_000 + b"1]}"),
    ],
)
def test_no_call_makes_more_values_than_the_limit(live: Live, path: str, text: bytes) -> None:
    answer = post(live.machine(live.world.owner), f"{live.team}/{path}", text)
    assert answer.status_code == 413, answer.text
    assert "values, expected at most 200,000" in answer.json()["detail"]


def test_no_journal_holds_more_values_than_the_limit(live: Live) -> None:
    machine, key = live.machine(), str(uuid4())
    made = machine("POST", f"{live.team}/experiments", json={"experiment": {**EXPERIMENT, "title": key}})
    assert made.status_code in (200, 201), made.text
    path = f"{live.team}/experiments/{made.json()['id']}/executions"
    inside = b'{"journal": {"status": "completed", "experiment": {"title": "x", "a": [' + b"[]," * 300_000 + b"[]]}}}"
    around = b'{"journal": {"status": "completed", "run": [' + b"[]," * 4_000_000 + b"[]]}}"
    for body, most in ((inside, "200,000"), (around, "3,000,000")):
        answer = post(machine, path, body)
        assert answer.status_code == 413, answer.text
        assert f"values, expected at most {most}" in answer.json()["detail"]


def test_what_is_nested_too_deeply_is_refused_with_the_figure(live: Live) -> None:
    answer = post(live.machine(), f"{live.team}/events", b'{"a":' * 200 + b"1" + b"}" * 200)
    assert (answer.status_code, answer.json()["detail"]) == (422, "the body: nested deeper than 128 levels")


def test_a_crowd_of_large_calls_is_answered_429_with_a_time_to_wait(live: Live) -> None:
    machine, answers = live.machine(live.world.member, "read", "run"), list[requests.Response]()
    body = alerts(MIB * 9 // 10)

    def call() -> None:
        answers.append(post(Machine(live.url, machine.token), f"{live.team}/events", body))

    callers = [threading.Thread(target=call) for _ in range(60)]
    for each in callers:
        each.start()
    for each in callers:
        each.join(60)
    turned_away = [each for each in answers if each.status_code == 429]
    assert {each.json()["detail"] for each in turned_away} == {CROWDED}
    assert {each.headers["Retry-After"] for each in turned_away} == {"1"}


def test_no_body_of_events_is_larger_than_the_limit(live: Live) -> None:
    answer = post(live.machine(), f"{live.team}/events", alerts(6 * MIB))
    assert (answer.status_code, answer.json()["detail"]) == (413, "the body is larger than 1 MiB")


NAMES = b",".join(b'"n%d":1' % number for number in range(190_000))


@pytest.mark.parametrize("path", ["verifications", "import", "objectives", "holds"])
def test_names_that_nobody_knows_are_not_found_wrong_one_by_one(live: Live, path: str) -> None:
    answer = post(live.machine(live.world.owner), f"{live.team}/{path}", b"{" + NAMES + b"}")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "the body: holds 190,000 names, expected at most 100"


@pytest.mark.parametrize(
    "text",
    [
        b'{"name": "x", "objective": {' + NAMES + b"}}",
        b'{"name": "x", "objective": {"name": "x", "tags": [' + b"1," * 190_000 + b"1]}}",
    ],
)
def test_an_answer_says_a_hundred_faults_at_most(live: Live, text: bytes) -> None:
    answer = post(live.machine(live.world.owner), f"{live.team}/verifications", text)
    assert (answer.status_code, len(answer.content) < 20_000) == (422, True)
    assert "expected at most 100 parts, found 190,00" in answer.text


@pytest.mark.parametrize("path", ["verifications", "import", "experiments"])
def test_no_experiment_has_more_activities_than_the_limit(live: Live, path: str) -> None:
    busy = {**EXPERIMENT, "title": path, "method": [EXPERIMENT["method"][0]] * 12_000}
    bodies = {
        "verifications": {"name": "x", "experiment": busy, "frequency": 10, "duration": 300},
        "import": {"source": json.dumps(busy)},
        "experiments": {"experiment": busy},
    }
    answer = live.machine(live.world.owner)("POST", f"{live.team}/{path}", json=bodies[path])
    assert (answer.status_code, answer.json()["detail"].split(": ", 1)[1]) == (
        413,
        "holds 12,001 activities, expected at most 1,000",
    )


@pytest.mark.parametrize(
    "source",
    ["a: " + "1:" * 200_000 + "1", "".join(f"{number * (2**61 - 1)}: x\n" for number in range(40_000))],
    ids=["digits of base 60", "numbers that a mapping finds in one place"],
)
def test_no_yaml_takes_time_by_the_square_of_its_length(live: Live, source: str) -> None:
    machine = live.machine()
    post(machine, f"{live.team}/import", b'{"source": "a: 1"}')  # the first one is made ready
    began = time.perf_counter()
    answer = post(machine, f"{live.team}/import", json.dumps({"source": source}).encode())
    assert answer.status_code == 422
    assert time.perf_counter() - began < 12, "it took a quarter of a minute and more"


def test_references_take_no_time_by_the_square_of_their_number(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_ACTIVITIES", "5000")
    machine, action = live.machine(), {"type": "action", "name": "a", "provider": {"type": "process", "path": "x"}}
    document = {**EXPERIMENT, "method": [action, *[{"ref": "a"}] * 3000]}
    began = time.perf_counter()
    answer = post(machine, f"{live.team}/import", json.dumps({"source": json.dumps(document)}).encode())
    assert answer.status_code == 200
    assert time.perf_counter() - began < 20, "it took a minute and more"
