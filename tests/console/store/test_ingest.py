"""Records come in: durable, once, in order, and nothing of a call that is wrong."""

import gzip
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from rtk.console.store.ingest import LONGEST_REMEMBERED, Path, path_of
from rtk.console.store.intake import ACCEPTS
from rtk.console.store.models import Measurement, RecordEntry, Run
from rtk.verify.record import VERSION
from tests.console.live import EXPERIMENT, PLAN, Live, Machine, measurement, whole_record

RUN_ID = "0b5cbe8e-6b5e-4b32-8d7e-7a1f5b9f2f3c"


@pytest.fixture(scope="module")
def machine(live: Live) -> Machine:
    return live.machine()


@pytest.fixture
def run(live: Live, machine: Machine) -> str:
    """The path of a run that has begun."""
    path = f"{live.runs(begun(live, machine))}/{uuid4()}"
    assert machine("PUT", path, json={"plan": PLAN, "experiment": EXPERIMENT, "client": {}}).status_code == 201
    return path


def begun(live: Live, machine: Machine) -> str:
    body = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300}
    return str(machine("POST", f"{live.team}/verifications", json=body).json()["id"])


def stored(run: str) -> int:
    key = run.rpartition("/")[2]
    return Measurement.objects.filter(run_id=key).count() + RecordEntry.objects.filter(run_id=key).count()


def test_what_is_answered_for_is_stored(machine: Machine, run: str) -> None:
    answer = machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(slot) for slot in range(5)]})
    assert (answer.status_code, answer.json()) == (202, {"next": 5, "stop": None, "safeguards": []})
    assert stored(run) == 5


def test_an_entry_sent_again_changes_nothing(machine: Machine, run: str) -> None:
    first = {"from": 0, "entries": [measurement(0), measurement(1)]}
    overlapping = {"from": 1, "entries": [measurement(1, "deviated"), measurement(2)]}
    assert [machine("POST", f"{run}/record", json=each).json()["next"] for each in (first, first, overlapping)] == [
        2,
        2,
        3,
    ]
    kept = list(Measurement.objects.filter(run_id=run.rpartition("/")[2]).order_by("n").values_list("n", "outcome"))
    assert kept == [(0, 0), (1, 0), (2, 0)]


def test_a_call_sent_again_that_ends_before_next_takes_nothing_back(machine: Machine, run: str) -> None:
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(slot) for slot in range(5)]})
    for first, count in ((0, 2), (1, 3), (4, 0), (0, 0)):
        again = [measurement(slot, "deviated") for slot in range(first, first + count)]
        answer = machine("POST", f"{run}/record", json={"from": first, "entries": again})
        assert (answer.status_code, answer.json()["next"]) == (202, 5)
    kept = Measurement.objects.filter(run_id=run.rpartition("/")[2]).order_by("n").values_list("n", "outcome")
    assert list(kept) == [(n, 0) for n in range(5)]
    assert Run.objects.get(id=run.rpartition("/")[2]).next == 5


@pytest.mark.parametrize("entries", [[], [measurement(2)]])
def test_a_gap_of_a_single_entry_is_a_gap(machine: Machine, run: str, entries: list[Any]) -> None:
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0)]})
    answer = machine("POST", f"{run}/record", json={"from": 2, "entries": entries})
    assert (answer.status_code, answer.json()["next"]) == (409, 1)
    assert stored(run) == 1
    assert machine("POST", f"{run}/record", json={"from": 1, "entries": [measurement(1)]}).json()["next"] == 2


def test_a_gap_is_refused_with_the_number_that_is_expected(machine: Machine, run: str) -> None:
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0)]})
    answer = machine("POST", f"{run}/record", json={"from": 5, "entries": [measurement(5)]})
    assert (answer.status_code, answer.json()["next"]) == (409, 1)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert stored(run) == 1


def test_all_kinds_of_entries_are_kept_with_their_numbers(machine: Machine, run: str) -> None:
    entries = whole_record(run.rpartition("/")[2], ["met"] * 3)
    machine("POST", f"{run}/record", json={"from": 0, "entries": entries})
    kinds = RecordEntry.objects.filter(run_id=run.rpartition("/")[2]).order_by("n").values_list("n", "kind")
    assert list(kinds) == [(0, "run"), (1, "phase"), (2, "intent"), (3, "activity"), (7, "phase"), (8, "end")]


@pytest.mark.parametrize("version", ACCEPTS)
def test_records_of_every_version_that_is_accepted_are_stored(machine: Machine, run: str, version: int) -> None:
    head, *others = whole_record(run.rpartition("/")[2], ["met"])
    answer = machine("POST", f"{run}/record", json={"from": 0, "entries": [{**head, "version": version}, *others]})
    assert answer.json()["next"] == len(others) + 1
    assert machine("GET", f"{run}/insight").json()["met"] == 1


def test_the_version_that_is_written_is_one_that_is_accepted() -> None:
    assert VERSION in ACCEPTS


def test_a_record_that_ends_ends_the_run(machine: Machine, run: str) -> None:
    machine("POST", f"{run}/record", json={"from": 0, "entries": whole_record(run.rpartition("/")[2], ["met"])})
    assert (machine("GET", run).json()["state"], machine("GET", run).json()["status"]) == ("ended", "completed")


def test_a_body_may_be_compressed(machine: Machine, run: str) -> None:
    body = gzip.compress(json.dumps({"from": 0, "entries": [measurement(0)]}).encode())
    assert machine("POST", f"{run}/record", data=body, headers={"Content-Encoding": "gzip"}).status_code == 202


def test_a_stop_reaches_the_run_with_the_next_answer(machine: Machine, run: str) -> None:
    machine("POST", f"{run}/stop", json={"reason": "the shop is down"})
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": []}).json()["stop"] == "the shop is down"


def test_a_heartbeat_without_entries_is_heard(machine: Machine, run: str) -> None:
    row = Run.objects.get(id=run.rpartition("/")[2])
    machine("POST", f"{run}/record", json={"from": 0, "entries": []})
    assert Run.objects.get(id=row.id).heard_at > row.heard_at


def wrong(**values: Any) -> bytes:
    return json.dumps({"from": 0, "entries": [measurement(0), {**measurement(1), **values}]}).encode()


ZIPPED = {"Content-Encoding": "gzip"}
BAD: dict[str, tuple[int, str, bytes, dict[str, str]]] = {
    "no JSON": (400, "not JSON", b"{", {}),
    "not UTF-8": (400, "UTF-8", b'{"from":0,"entries":[],"x":"\xff"}', {}),
    "a list": (422, "expected", b"[]", {}),
    "no from": (422, "from", b'{"entries":[]}', {}),
    "from below zero": (422, "from", b'{"from":-1,"entries":[]}', {}),
    "from a text": (422, "from", b'{"from":"0","entries":[]}', {}),
    "from beyond all": (422, "from", b'{"from":1e30,"entries":[]}', {}),
    "entries no list": (422, "entries", b'{"from":0,"entries":{}}', {}),
    "entry no mapping": (422, "entries[0]", b'{"from":0,"entries":[1]}', {}),
    "no kind": (422, "entries[0]", b'{"from":0,"entries":[{"t":1}]}', {}),
    "a phase there is none of": (422, "entries[1].phase", wrong(phase="warm"), {}),
    "an outcome there is none of": (422, "entries[1].outcome", wrong(outcome="ok"), {}),
    "a slot below zero": (422, "entries[1].slot", wrong(slot=-1), {}),
    "a slot beyond all": (422, "entries[1].slot", wrong(slot=2**70), {}),
    "a due that is text": (422, "entries[1].due", wrong(due="x"), {}),
    "a number that is none": (400, "JSON", wrong(value=float("nan")), {}),
    "a number out of range": (422, "entries[0].t", b'{"from":0,"entries":[{"kind":"x","t":1e999}]}', {}),
    "half a character": (400, "JSON", b'{"from":0,"entries":[{"kind":"x\\ud800","t":1}]}', {}),
    "nested for ever": (400, "JSON", b'{"from":0,"entries":' + b"[" * 100_000 + b"}", {}),
    "a head without a plan": (422, "entries[0]", b'{"from":0,"entries":[{"kind":"run","t":0}]}', {}),
    "a record of a version that is not known here": (
        415,
        "versions 1 and 2, not 3: publish the run again once the console is updated",
        json.dumps({"from": 0, "entries": [{**whole_record("r", [])[0], "version": 3}]}).encode(),
        {},
    ),
    "a version that is text": (
        422,
        "entries[0].version",
        json.dumps({"from": 0, "entries": [{**whole_record("r", [])[0], "version": "2"}]}).encode(),
        {},
    ),
    "too many entries": (422, "entries", json.dumps({"from": 0, "entries": [1] * 10_001}).encode(), {}),
    "an entry nested for ever": (
        422,
        "entries[0]",
        b'{"from":0,"entries":[{"kind":"x","t":1,"x":' + b'{"x":' * 200 + b"1" + b"}" * 200 + b"}]}",
        {},
    ),
    "an entry with a number out of range": (
        422,
        "entries[0]",
        b'{"from":0,"entries":[{"kind":"x","t":1,"x":[1' + b"0" * 5000 + b"]}]}",
        {},
    ),
    "probes that are no JSON": (400, "JSON", wrong(probes="@").replace(b'"@"', b"[1"), {}),
    "10 MB": (413, "4 MiB", b" " * 10_000_000, {}),
    "4 MiB of zeros, compressed": (413, "4 MiB", gzip.compress(b" " * 5_000_000), ZIPPED),
    "not gzip": (400, "gzip", b"{}", ZIPPED),
    "half of a gzip": (400, "gzip", gzip.compress(b'{"from":0,"entries":[]}')[:-9], ZIPPED),
    "a coding that nobody knows": (415, "gzip", b"{}", {"Content-Encoding": "br"}),
}


@pytest.mark.parametrize(("status", "says", "body", "headers"), BAD.values(), ids=BAD.keys())
def test_a_call_that_is_wrong_is_refused_and_nothing_of_it_stored(
    machine: Machine, run: str, status: int, says: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = machine("POST", f"{run}/record", data=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert says in answer.json()["detail"]
    assert stored(run) == 0


def test_texts_with_zero_characters_are_kept_as_what_can_be(machine: Machine, run: str) -> None:
    entries = [{**measurement(0, "deviated"), "reason": "a\0b"}, {"kind": "event", "t": 1, "text": "a\0b"}]
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": entries}).status_code == 202
    assert machine("GET", f"{run}/measurements").json()["items"][0]["reason"] == "a␀b"


def test_clocks_years_off_are_kept_as_they_are(machine: Machine, run: str) -> None:
    entries = whole_record(run.rpartition("/")[2], ["met"])
    entries[0]["at"] = -4e9
    machine("POST", f"{run}/record", json={"from": 0, "entries": entries})
    assert machine("GET", f"{run}/insight").json()["started_at"] == -4e9


def test_the_day_of_a_run_is_that_of_this_server_whatever_the_run_says(machine: Machine, run: str) -> None:
    entries = [{**measurement(0), "t": 4e9, "due": -4e9, "started": 4e9, "ended": -4e9}]
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": entries}).status_code == 202
    (kept,) = Measurement.objects.filter(run_id=run.rpartition("/")[2])
    assert (kept.day, kept.due) == (Run.objects.get(id=kept.run_id).created_at.date(), -4e9)


def test_probes_are_given_back_as_they_came(machine: Machine, run: str) -> None:
    probes = [{"output": "\u2028\0 \U0001f600", "deep": [[[1e300, -0.5, 10**30]]], "b": 1, "a": None}]
    machine("POST", f"{run}/record", json={"from": 0, "entries": [{**measurement(0), "probes": probes}]})
    (kept,) = machine("GET", f"{run}/measurements").json()["items"]
    assert (kept["probes"], list(kept["probes"][0])) == (probes, ["output", "deep", "b", "a"])


def test_probes_that_nobody_could_read_are_given_back_as_well(machine: Machine, run: str) -> None:
    odd = [b"[1e999]", b"[1" + b"0" * 5000 + b"]", b"[" * 500 + b"]" * 500]
    body = b",".join(json.dumps({**measurement(0), "probes": "@"}).encode().replace(b'"@"', each) for each in odd)
    assert machine("POST", f"{run}/record", data=b'{"from":0,"entries":[' + body + b"]}").status_code == 202
    answer = machine("GET", f"{run}/measurements")
    assert answer.status_code == 200
    assert all(each in answer.content for each in odd)


def test_ids_are_known_in_either_case(machine: Machine, run: str) -> None:
    of, _, key = run.rpartition("/runs/")
    team, _, verification = of.rpartition("/")
    path = f"{team}/{verification.upper()}/runs/{key.upper()}"
    assert machine("POST", f"{path}/record", json={"from": 0, "entries": []}).status_code == 202
    assert machine("GET", path).json()["id"] == key


def test_a_run_that_nobody_knows_is_not_found(live: Live, machine: Machine, run: str) -> None:
    of = run.rpartition("/")[0]
    for path in (f"{of}/{uuid4()}", f"{of}/x", live.runs() + "/" + run.rpartition("/")[2]):
        assert machine("POST", f"{path}/record", json={"from": 0, "entries": []}).status_code == 404


def test_a_run_of_a_deleted_verification_is_gone(machine: Machine, run: str) -> None:
    machine("DELETE", run.rpartition("/runs/")[0])
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0)]}).status_code == 410
    assert stored(run) == 0


def test_another_verb_is_refused(machine: Machine, run: str) -> None:
    answer = machine("GET", f"{run}/record")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_reasons_with_any_characters_are_kept_apart(machine: Machine, run: str) -> None:
    reasons = ["a\x1fb", "\x1e", None, "", "c\x1ed\0", "\\x1f"]
    entries = [{**measurement(slot), "reason": reason} for slot, reason in enumerate(reasons)]
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": entries}).status_code == 202
    kept = [each["reason"] for each in machine("GET", f"{run}/measurements").json()["items"]]
    assert kept == ["a␟b", "␞", None, None, "c␞d␀", "\\x1f"]


def test_an_address_of_a_record_is_read_alike_whether_it_is_remembered_or_too_long_for_that() -> None:
    for org in ("acme", "o" * LONGEST_REMEMBERED):
        for run in (RUN_ID, "no-id"):
            address = f"/api/v1/organizations/{org}/teams/shop/verifications/v/runs/{run}/record"
            expected = Path(org, "shop", "v", UUID(run) if run == RUN_ID else None)
            assert [path_of({"type": "http", "path": address}) for _ in range(2)] == [expected] * 2
    for other in ("/record", "/api/v1/organizations/o/teams/t/verifications/v/runs/r/record/"):
        assert path_of({"type": "http", "path": other}) is None
    assert path_of({"type": "lifespan"}) is None
