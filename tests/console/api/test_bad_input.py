"""Bad input for every endpoint, made of the URL table, of the description and of bodies that are good.

Refused with a problem that names the field, never a fault of ours, and nothing half stored.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.db import connection

from rtk.console.api.api import api
from tests.console.api.rows import OF_AN_ORGANIZATION, OWN, ROWS, filled, named, things
from tests.console.live import EXPERIMENT, Live, Machine

SCHEMA: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=""))
EVERY = {**ROWS, **OF_AN_ORGANIZATION, **OWN}
WITH_BODY = {row: body for row, (_, body) in EVERY.items() if body is not None}
LARGE = 10_000_000  # bytes
IMPORTED = ("/executions", "/runs", "/runs/{run}")  # where what is not known comes with the document that is sent
TABLES = {
    "store_experiment": "t::text",
    "store_objective": "t::text",
    "store_verification": "t::text",
    "store_execution": "t::text",
    # The rest of a run changes by itself, as time goes on.
    "store_run": "concat(t.id, t.next, t.plan, t.progress, t.status, t.ended_at, t.stop, t.results, t.client)",
    "store_recordentry": "t::text",
    "store_measurement": "t::text",
    "store_event": "t::text",
    "store_safeguard": "t::text",
    "store_actionitem": "t::text",
    "people_token": "t.id::text",
}
NO_JSON = {
    "nothing": b"",
    "cut short": b'{"a":',
    "no UTF-8": b'{"a": "\xff"}',
    "half a character": b'{"a": "\\ud800 "}',
    "a number that is none": b'{"a": NaN}',
    "no end to a number": b'{"a": -Infinity}',
    "a form": b"title=x&target=0.9",
    "too deep": b'{"a": ' + b"[" * 100_000,
}
NO_OBJECT = [b"[]", b'"x"', b"1e400", b"null"]
DEEP: dict[str, Any] = {}
for _ in range(300):
    DEEP = {"x": DEEP}
KINDS: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "integer": 2**63,
    "number": -1.5,
    "string": "x",
    "array": [],
    "object": {},
}
HUGE = "a number that JSON can write and nothing can hold"  # stands for 1e400 until it is sent
WRONG: list[Any] = [None, True, -1, 2**63, 1e308, HUGE, "", "\0", "x" * 70_000, [], {}, [[]], {"x": "\0"}, DEEP]
FIRST, INNER = 7, 2  # of them, for a key of the body and at each place within it: the next ones at the next


@pytest.fixture(scope="module")
def owner(live: Live) -> Machine:
    """A machine that may do everything, so that it is the input that is refused."""
    return live.machine(live.world.owner)


def sent(machine: Machine, row: str, ids: dict[str, str], data: bytes) -> requests.Response:
    method, path = row.format(**ids).split(" ", 1)
    kind = "application/cloudevents+json" if path.endswith("executions/events") else "application/json"
    return machine(method, path, data=data, headers={"Content-Type": kind})


def stored() -> dict[str, Any]:
    """What is in the tables: a sum over every row."""
    sums = ", ".join(
        f"(SELECT coalesce(sum(hashtextextended({text}, 0)), 0) FROM {table} t{where(table)})"
        for table, text in TABLES.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sums}")
        return dict(zip(TABLES, cursor.fetchone(), strict=True))


def where(table: str) -> str:
    # The server notes by itself which runs it has lost.
    return " WHERE kind NOT LIKE 'run.%%'" if table == "store_event" else ""


def is_problem(answer: requests.Response) -> dict[str, Any]:
    """An answer is a refusal as RFC 9457 has it, in a sentence; its body."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = dict(answer.json())
    assert body["status"] == answer.status_code
    assert body["title"]
    assert 0 < len(body["detail"]) < 1000
    assert "Traceback" not in body["detail"]
    return body


def names(problem: dict[str, Any], key: str) -> bool:
    """Whether a problem names a key, or a place within it."""
    fields = [error["field"] for error in problem.get("errors", [])]
    return any(field.replace("[", ".").split(".")[0] == key for field in fields)


@pytest.mark.parametrize("row", WITH_BODY)
def test_a_body_that_is_no_json_object(owner: Machine, ids: dict[str, str], row: str) -> None:
    before = stored()
    for what, data in NO_JSON.items():
        answer = sent(owner, row, ids, data)
        assert is_problem(answer)["status"] in (400, 422), (what, answer.text)
    for data in NO_OBJECT:
        is_problem(sent(owner, row, ids, data))
    assert stored() == before


@pytest.mark.parametrize("row", WITH_BODY)
def test_a_body_of_10_mb_that_is_nothing(owner: Machine, ids: dict[str, str], row: str) -> None:
    problem = is_problem(sent(owner, row, ids, b" " * LARGE))
    journals = "journal" in WITH_BODY[row] or row.endswith(("/experiments", "{execution}/events", "{told}/events"))
    assert problem["status"] == (400 if journals else 413)


def described(row: str) -> dict[str, Any]:
    """The description of a row's body."""
    method, path = named(row).split(" ", 1)
    content, *_ = SCHEMA["paths"][path][method.lower()]["requestBody"]["content"].values()
    return resolved(content["schema"])


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return dict(SCHEMA["components"]["schemas"][reference.rpartition("/")[2]]) if reference else schema


def kinds(schema: dict[str, Any]) -> set[str]:
    """The kinds of JSON values that a description allows; none where it allows all."""
    schema = resolved(schema)
    if "anyOf" in schema:
        each = [kinds(one) for one in schema["anyOf"]]
        return set().union(*each) if all(each) else set()
    found = schema.get("type", [])
    allowed = {found} if isinstance(found, str) else set(found)
    return allowed | {"integer"} if "number" in allowed else allowed


@pytest.mark.parametrize("row", WITH_BODY)
def test_a_key_that_is_missing(owner: Machine, ids: dict[str, str], row: str) -> None:
    before = stored()
    for key in described(row).get("required", []):
        body = {name: value for name, value in filled(WITH_BODY[row], ids).items() if name != key}
        assert names(is_problem(sent(owner, row, ids, json.dumps(body).encode())), key), key
    assert stored() == before


@pytest.mark.parametrize("row", WITH_BODY)
def test_a_value_of_the_wrong_kind(owner: Machine, ids: dict[str, str], row: str) -> None:
    before = stored()
    for key, schema in described(row).get("properties", {}).items():
        allowed = kinds(schema)
        for kind in set(KINDS) - allowed if allowed else ():
            answer = sent(owner, row, ids, changed(filled(WITH_BODY[row], ids), (key,), KINDS[kind]))
            assert answer.status_code >= 400, f"{key}: {KINDS[kind]!r} was taken"
            assert names(is_problem(answer), key), (key, kind, answer.text)
    assert stored() == before


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of everything within a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(body: Any, path: tuple[Any, ...], value: Any) -> bytes:
    """A body with one value in place of another, as it is sent."""
    whole = deepcopy(body)
    at = whole
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return json.dumps(whole).replace(json.dumps(HUGE), "1e400").encode()


@pytest.mark.parametrize("row", WITH_BODY)
def test_any_value_anywhere_is_taken_whole_or_refused_whole(owner: Machine, ids: dict[str, str], row: str) -> None:
    good = filled(WITH_BODY[row], ids)
    # Of an experiment within, one row shows it all: the others look at the same.
    inside = [path for path in places(good) if row.endswith("/experiments") or "experiment" not in path[:-2]]
    before = stored()
    turns = cycle(WRONG)
    for path in inside:
        for value in islice(turns, FIRST if len(path) == 1 else INNER):
            answer = sent(owner, row, ids, changed(good, path, value))
            assert answer.status_code < 500, (path, value, answer.text)
            if answer.status_code < 400:
                before = stored()
            else:
                is_problem(answer)
                assert stored() == before, (path, value)


def parameters(row: str) -> list[str]:
    return [part.partition("}")[0] for part in row.split("{")[1:]]


STRANGE = ["x", "%00", "%ff", "a" * 3000, f"{uuid4()}x"]


def imports(row: str, parameter: str) -> bool:
    """Whether what is not known by this part of the address is imported, or made."""
    making = row.startswith("PUT") and parameter == "run"
    return making or any(row.endswith(f"{{{parameter}}}{end}") for end in IMPORTED)


@pytest.mark.parametrize("row", EVERY)
def test_ids_that_are_none_or_of_nothing(owner: Machine, ids: dict[str, str], row: str) -> None:
    body = filled(EVERY[row][1], ids)
    data = b"" if body is None else json.dumps(body).encode()
    strange = cycle(STRANGE)
    for parameter in parameters(row):
        gate = parameter in ("org", "team")  # one for all
        for value in (str(uuid4()), *islice(strange, 1 if gate else len(STRANGE))):
            answer = sent(owner, row, {**ids, parameter: value}, data)
            if answer.status_code >= 400 or not imports(row, parameter):
                assert is_problem(answer)["status"] in (404, 409, 422), (parameter, value)


QUERIES = {
    "limit": ["0", "-1", "x", "", "9" * 20, "NaN", "1e400", "%00", "%ff", "1.5", "9" * 5000],
    "after": ["-2", "x", "9" * 20, "NaN", "%00", "%ff", "9" * 5000],
    "phase": ["x", "%00", "%ff", "conditions%00"],
    "cursor": ["x", "%00", "%ff", "MjAyMC0wMS0wMQ", "é", "=" * 50, "a" * 5000],
    "proven": ["x", "2", "%00"],
    "version": ["0", "-1", "x", "", "9" * 20, "NaN", "1.5", "%00"],
    "before": ["x", "%00", "%ff", "MjAyMC0wMS0wMQ", "a" * 5000],
}
FREE = {"kind": ["x", "", "a" * 5000], "tag": ["x", "%", "\\", '"', "a" * 5000]}  # of which nothing is found
NEVER = {"kind": ["%00"], "tag": ["%00"], "objective": ["%00"], "verification": ["%00"]}


def queries() -> list[tuple[str, str]]:
    """Every parameter of a question, by its row."""
    found = []
    for row in EVERY:
        method, path = named(row).split(" ", 1)
        for each in SCHEMA["paths"][path][method.lower()].get("parameters", []):
            found += [(row, each["name"])] if each["in"] == "query" else []
    return found


@pytest.mark.parametrize(("row", "name"), queries())
def test_questions_that_are_none(owner: Machine, ids: dict[str, str], row: str, name: str) -> None:
    for value in (*QUERIES.get(name, []), *NEVER.get(name, [])):
        problem = is_problem(sent(owner, f"{row}?{name}={value.replace('{', '{{')}", ids, b""))
        assert problem["status"] == 422, (value, problem)
        field = "cursor" if name == "before" else name
        assert names(problem, field), (value, problem)
    for value in FREE.get(name, []):
        answer = sent(owner, f"{row}?{name}={value}", ids, b"")
        assert (answer.status_code, answer.json()["items"]) == (200, []) or value in ("", "%"), answer.text
    assert {name} & {*QUERIES, *FREE, *NEVER}, f"nothing bad is known for {name}"


CREDENTIALS = ["Bearer", "Bearer ", "Basic YTpi", "Bearer \x80\xff", "Bearer " + "x" * 10_000, "rtk_x", "Bearer a b"]


@pytest.mark.parametrize("row", ["GET /organizations", *[row for row in ROWS if row.endswith(("/record", "/runs"))]])
def test_credentials_that_are_none(live: Live, ids: dict[str, str], row: str) -> None:
    method, path = row.format(**ids).split(" ", 1)
    for value in CREDENTIALS:
        headers = {"Authorization": value.encode("latin-1")}
        assert is_problem(live.nobody()(method, path, headers=headers))["status"] == 401, value
    assert live.nobody()("HEAD", "/", headers={"Authorization": "Bearer"}).status_code == 401


@pytest.fixture(scope="module")
def others(live: Live) -> dict[str, str]:
    """The same things in the team Bank."""
    from dataclasses import replace

    bank = replace(live, world=replace(live.world, shop=live.world.bank))
    return things(bank, live.machine(live.world.banker))


@pytest.mark.parametrize("row", [row for row in EVERY if set(parameters(row)) - {"org", "team"}])
def test_ids_of_another_team_lead_nowhere(
    owner: Machine, ids: dict[str, str], others: dict[str, str], row: str
) -> None:
    """Asked for within one's own team, by somebody who may do everything there, and in the other team as well."""
    if parameters(row) == ["token"]:
        return
    body = filled(EVERY[row][1], ids)
    data = b"" if body is None else json.dumps(body).encode()
    last = parameters(row)[-1]
    answer = sent(owner, row, {**ids, last: others[last]}, data)
    if row.startswith(("POST", "PUT")) and answer.status_code < 400:
        assert others[last] not in (answer.json().get("verification_id"), answer.json().get("experiment_id"))
    else:
        # What is not known here would be imported from the execution, of which there is a run by now, or is no plan.
        assert is_problem(answer)["status"] in ((404, 409, 422) if imports(row, last) else (404,))


NAMING = {
    "POST /verifications": ("objective_id", "objective"),
    "PATCH /verifications/{verification}": ("objective_id", "objective"),
    "POST /action-items": ("run_id", "run"),
    "POST /verifications/{verification}/runs": ("execution_id", "execution"),
}


@pytest.mark.parametrize("end", NAMING)
def test_bodies_that_name_what_is_another_teams(
    owner: Machine, ids: dict[str, str], others: dict[str, str], end: str
) -> None:
    method, path = end.split(" ")
    row = f"{method} /organizations/{{org}}/teams/{{team}}{path}"
    key, thing = NAMING[end]
    before = stored()
    for value in (others[thing], str(uuid4()), "x", "\0", "x" * 600):
        body = {**filled(ROWS[row][1], ids), key: value}
        problem = is_problem(sent(owner, row, ids, json.dumps(body).encode()))
        assert problem["status"] == 422
        assert names(problem, key), (value, problem)
    assert stored() == before


@pytest.fixture(scope="module")
def gone(live: Live, owner: Machine) -> dict[str, str]:
    """The same things, of a verification and an objective that were deleted."""
    made = things(live, owner)
    for path in (f"verifications/{made['verification']}", f"objectives/{made['objective']}"):
        assert owner("DELETE", f"{live.team}/{path}").status_code == 204
    return made


@pytest.mark.parametrize("row", [row for row in ROWS if {"verification", "objective"} & set(parameters(row))])
def test_what_was_deleted_takes_nothing_and_shows_nothing(owner: Machine, gone: dict[str, str], row: str) -> None:
    body = filled(ROWS[row][1], gone)
    before = stored()
    answer = sent(owner, row, gone, b"" if body is None else json.dumps(body).encode())
    assert is_problem(answer)["status"] in (404, 410)
    assert stored() == before


def test_a_journal_of_10_mb_is_kept_and_read_back(owner: Machine, ids: dict[str, str]) -> None:
    row = next(row for row in ROWS if row.startswith("PUT") and row.endswith("{execution}"))
    journal = {"status": "completed", "experiment": EXPERIMENT, "run": ["x" * 1000] * (LARGE // 1000)}
    assert sent(owner, row, ids, json.dumps({"journal": journal}).encode()).status_code == 200
    assert owner("GET", row.format(**ids).split(" ")[1]).json()["journal"] == journal


def test_a_body_larger_than_any_may_be(owner: Machine, ids: dict[str, str]) -> None:
    row = next(row for row in ROWS if row.startswith("PUT") and row.endswith("{execution}"))
    assert is_problem(sent(owner, row, ids, b" " * (64 * 2**20 + 1)))["status"] == 413
