"""Part B: objectives, verifications, experiments looked at, the timeline, safeguards, action items, tokens."""

import json
from typing import Any
from uuid import uuid4

import pytest

from rtk.console.client import requirement
from tests.console.live import EXPERIMENT, Live, Machine

OBJECTIVE = {"name": "Checkout", "target": 0.95, "window": 86400, "tags": ["shop"]}
VERIFICATION = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300}


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def test_an_objective_is_made_read_changed_and_deleted(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/objectives", json=OBJECTIVE)
    assert made.status_code == 201
    path = made.headers["Content-Location"].removeprefix(live.url)
    assert machine("GET", path).json() == made.json()
    assert machine("PATCH", path, json={"target": 0.99}).json() == {**made.json(), "target": 0.99}
    assert made.json()["id"] in [each["id"] for each in machine("GET", f"{live.team}/objectives").json()["items"]]
    assert machine("DELETE", path).status_code == 204
    assert machine("GET", path).status_code == 404


def test_a_verification_comes_with_its_objective_or_names_one(live: Live, machine: Machine) -> None:
    objective = machine("POST", f"{live.team}/objectives", json=OBJECTIVE).json()["id"]
    named = machine("POST", f"{live.team}/verifications", json={**VERIFICATION, "objective_id": objective})
    brought = machine("POST", f"{live.team}/verifications", json={**VERIFICATION, "objective": OBJECTIVE})
    assert named.json()["objective_id"] == objective
    assert brought.json()["objective_id"] not in (None, objective)
    both = {**VERIFICATION, "objective": OBJECTIVE, "objective_id": objective}
    assert machine("POST", f"{live.team}/verifications", json=both).status_code == 422


def test_a_verification_is_changed_and_its_file_with_it(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/verifications", json=VERIFICATION).json()["id"]
    changed = machine("PATCH", f"{live.team}/verifications/{made}", json={"frequency": 2.5, "cool_down": 60})
    assert (changed.json()["frequency"], changed.json()["cool_down"]) == (2.5, 60)
    block = machine("GET", f"{live.team}/verifications/{made}").json()["document"]["extensions"][0]["verification"]
    assert (block["frequency-of-measurement"], block["cool-down-duration"]) == (2.5, 60)


@pytest.mark.parametrize("occurs", ["2/30d,20m", {"times": 2, "per": "30d", "lasts": 1200}])
def test_how_often_a_condition_is_expected_is_kept_and_stands_in_the_file(
    live: Live, machine: Machine, occurs: Any
) -> None:
    body = {**VERIFICATION, "objective": OBJECTIVE, "occurs": occurs, "strict_cost": True}
    made = machine("POST", f"{live.team}/verifications", json=body).json()
    expected = {"times": 2, "per": "30d", "lasts": "20m"}
    assert (made["occurs"], made["strict_cost"]) == (expected, True)
    whole = machine("GET", f"{live.team}/verifications/{made['id']}").json()
    block = whole["document"]["extensions"][0]["verification"]
    assert (block["occurs"], block["strict-cost"], whole["occurrence"]) == (expected, True, None)
    path = f"{live.team}/verifications/{made['id']}"
    assert machine("PATCH", path, json={"occurs": "3/7d", "strict_cost": False}).json()["occurs"]["times"] == 3


@pytest.mark.parametrize(
    ("more", "detail"),
    [
        ({"occurs": "0/30d"}, "occurs.times: expected a number above 0 and at most 1,000,000,000, not 0"),
        ({"occurs": {"times": 2, "per": 0}}, "occurs.per: expected the time that is for, above 0 and at most 366 days"),
        ({"occurs": "100/1h,20m"}, "occurs: 100 times 20 min each is more than fits into 1 h"),
        ({"occurs": "2/30d", "objective": None}, "occurs: there is no budget that it could cost without an objective"),
        ({"strict_cost": True}, "strict_cost: means nothing without occurs"),
        ({"occurs": 2}, "occurs"),
    ],
)
def test_what_cannot_be_expected_is_refused_in_one_sentence(
    live: Live, machine: Machine, more: dict[str, Any], detail: str
) -> None:
    answer = machine("POST", f"{live.team}/verifications", json={**VERIFICATION, "objective": OBJECTIVE, **more})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)


DOUBTS: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({"objective": OBJECTIVE, "duration": 60}, "too-few"),
    ({"objective": OBJECTIVE, "duration": 60, "outage_lasts": 3600}, "outlasted"),
    ({"objective": OBJECTIVE, "stop_when": {"max-duration": 5}, "duration": 36_000}, "ends-early"),
    ({"objective": None}, "no-objective"),
    ({"objective": OBJECTIVE, "duration": 36_000}, None),
)


def test_why_no_run_can_prove_it_is_a_code_beside_the_sentence(live: Live, machine: Machine) -> None:
    for more, doubt in DOUBTS:
        made = machine("POST", f"{live.team}/verifications", json={**VERIFICATION, **more}).json()
        assert made["doubt"] == doubt
        assert (made["warning"] is None) == (doubt in (None, "no-objective"))
        whole = machine("GET", f"{live.team}/verifications/{made['id']}").json()
        assert (whole["doubt"], whole["warning"]) == (doubt, made["warning"])


def test_a_deleted_verification_takes_no_runs(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/verifications", json=VERIFICATION).json()["id"]
    assert machine("DELETE", f"{live.team}/verifications/{made}").status_code == 204
    body = {"plan": {"frequency_s": 1, "duration_s": 1}, "experiment": EXPERIMENT}
    assert machine("PUT", f"{live.runs(made)}/{uuid4()}", json=body).status_code == 410


def test_lists_are_paged_by_a_cursor(live: Live, machine: Machine) -> None:
    for number in range(5):
        machine("POST", f"{live.team}/action-items", json={"title": f"{number}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = machine("GET", f"{live.team}/action-items?limit=2&cursor={cursor}").json()
        assert len(page["items"]) <= 2
        seen += [each["title"] for each in page["items"]]
        cursor = page["next"]
    assert seen == ["4", "3", "2", "1", "0"]
    assert machine("GET", f"{live.team}/action-items?cursor=x").status_code == 422
    assert machine("GET", f"{live.team}/action-items?limit=201").status_code == 422


def test_a_moment_in_a_zone_that_postgresql_does_not_know_is_kept(live: Live) -> None:
    body = {"name": "s", "ends_at": "2026-01-02T03:04:05-23:35"}
    made = live.machine(live.world.owner)("POST", f"{live.team}/safeguards", json=body)
    assert (made.status_code, made.json()["ends_at"]) == (201, "2026-01-03T02:39:05+00:00")


def test_a_safeguard_of_each_week_says_its_next_hours(live: Live) -> None:
    owner = live.machine(live.world.owner)
    weekly = {"days": ["sun", "mon"], "from": "22:00", "to": "06:00", "zone": "America/New_York"}
    body = {"name": "Nights", "weekly": weekly, "everywhere": True, "lasts_s": 86_400 * 21}
    made = owner("POST", f"{live.team}/safeguards", json=body).json()
    assert made["weekly"] == {**weekly, "days": ["mon", "sun"]}
    assert (made["everywhere"], made["state"] in {"planned", "in-force"}, len(made["next_hours"])) == (True, True, 5)
    path = f"{live.team}/safeguards/{made['id']}"
    lifted = owner("PATCH", path, json={"active": False, "weekly": None}).json()
    assert (lifted["state"], lifted["weekly"], lifted["next_hours"]) == ("lifted", None, [])


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_an_experiment_is_looked_at(live: Live, machine: Machine, form: str) -> None:
    found = machine("POST", f"{live.team}/import", json={"source": json.dumps(EXPERIMENT), "format": form}).json()
    assert (found["title"], found["hypothesis"]) == (EXPERIMENT["title"], "Checkout answers")
    assert [each["name"] for each in found["probes"] + found["actions"]] == ["checkout", "inject-cpu"]
    assert (found["rollbacks"], found["configuration"]) == ([], [])


def test_what_the_page_shows_is_answered_too(live: Live, machine: Machine) -> None:
    provider = {"type": "python", "module": "chaosk8s.node.actions", "func": "drain_nodes"}
    method = [{"type": "action", "name": "drain", "provider": provider}]
    configuration = {"host": {"type": "env", "key": "SHOP_HOST"}}
    document = {**EXPERIMENT, "method": method, "rollbacks": [], "configuration": configuration}
    found = machine("POST", f"{live.team}/import", json={"source": json.dumps(document)}).json()
    assert found["warnings"] == ['"drain": the experiment has no rollbacks, so nothing undoes this']
    assert found["probes"][0]["met"].startswith("met when ")
    assert found["needs"]["install"] == [requirement("reliability-toolkit"), "chaostoolkit-kubernetes"]
    assert found["needs"]["variables"] == [{"name": "SHOP_HOST", "secret": False, "required": True}]
    plan = found["plan"]
    assert (plan["frequency"], plan["duration"], plan["objective"]["target"]) == (5, 900, 0.95)
    assert any("prove 95.3 % at best" in each for each in plan["prospects"])
    values = {key: value for key, value in plan.items() if key != "prospects"}
    made = machine("POST", f"{live.team}/verifications", json={**values, "experiment": found["experiment"]})
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("method", [{"ref": "nobody"}], "there is no activity"),
        ("method", [{"type": "deed", "name": "x", "provider": {"type": "process", "path": "x"}}], "'deed' is not a"),
        ("controls", [{"name": "c", "provider": {"type": "python"}}], "must have a module path"),
    ],
)
def test_what_could_be_run_nowhere_is_neither_imported_nor_made(
    live: Live, machine: Machine, part: str, value: Any, says: str
) -> None:
    document = {**EXPERIMENT, part: value}
    looked = machine("POST", f"{live.team}/import", json={"source": json.dumps(document)})
    made = machine("POST", f"{live.team}/verifications", json={**VERIFICATION, "experiment": document})
    assert (looked.status_code, made.status_code) == (422, 422)
    assert says in looked.json()["detail"]
    assert says in made.json()["detail"]


def test_an_experiment_that_does_not_parse_is_refused_with_its_line(live: Live, machine: Machine) -> None:
    answer = machine("POST", f"{live.team}/import", json={"source": '{"title": "x",\n "method": [}'})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "source")
    assert "line 2 column" in answer.json()["detail"]


def test_a_raw_line_break_is_mended_with_a_warning(live: Live, machine: Machine) -> None:
    source = json.dumps(EXPERIMENT, indent=1).replace("answers in time", "answers\nin time")
    found = machine("POST", f"{live.team}/import", json={"source": source}).json()
    assert found["title"] == EXPERIMENT["title"]
    assert "line" in found["warnings"][0]


def test_the_timeline_tells_what_happened(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/objectives", json={**OBJECTIVE, "tags": [f"tag-{uuid4()}"]}).json()
    latest = machine("GET", f"{live.team}/timeline?limit=1").json()["items"][0]
    assert (latest["kind"], latest["subject"], latest["by"]) == ("objective.created", made["id"], "Mary")
    tagged = machine("GET", f"{live.team}/timeline?tag={made['tags'][0]}&kind=objective.created").json()["items"]
    assert [each["subject"] for each in tagged] == [made["id"]]
    assert machine("GET", f"{live.team}/timeline?tag=nothing").json()["items"] == []


def test_a_token_is_shown_once_and_lets_in_until_deleted(live: Live, machine: Machine) -> None:
    made = machine("POST", "/tokens", json={"name": "CI", "scopes": ["read"]}).json()
    other = Machine(live.url, made["token"])
    assert other("GET", live.team).status_code == 200
    listed = machine("GET", "/tokens").json()["items"][0]
    assert (listed["name"], "token" in listed) == ("CI", False)
    assert machine("DELETE", f"/tokens/{made['id']}").status_code == 204
    assert other("GET", live.team).status_code == 401


BAD: dict[str, tuple[str, Any, str]] = {
    "a target of one": ("objectives", {**OBJECTIVE, "target": 1}, "target"),
    "a window of nothing": ("objectives", {**OBJECTIVE, "window": 0}, "window"),
    "a name that is missing": ("objectives", {"target": 0.9, "window": 60}, "name"),
    "a name that is blank": ("objectives", {**OBJECTIVE, "name": "  "}, "name"),
    "a name that is a number": ("objectives", {**OBJECTIVE, "name": 5}, "name"),
    "a name with a zero": ("objectives", {**OBJECTIVE, "name": "a\0b"}, "name"),
    "a name too long": ("objectives", {**OBJECTIVE, "name": "x" * 501}, "name"),
    "a key that nobody knows": ("objectives", {**OBJECTIVE, "windows": 5}, "windows"),
    "an experiment that is none": ("verifications", {**VERIFICATION, "experiment": {"title": "x"}}, "experiment"),
    "a frequency of zero": ("verifications", {**VERIFICATION, "frequency": 0}, "frequency"),
    "an objective of nobody": ("verifications", {**VERIFICATION, "objective_id": str(uuid4())}, "objective_id"),
    "a rule that nobody knows": ("verifications", {**VERIFICATION, "stop_when": {"tired": 1}}, "verification"),
    "too many measurements": ("verifications", {**VERIFICATION, "frequency": 0.0001, "duration": 2e6}, "verification"),
    "a moment without a zone": ("safeguards", {"name": "s", "begins_at": "2026-01-02T03:04:05"}, "begins_at"),
    "a moment before all years": ("safeguards", {"name": "s", "begins_at": "0001-01-01T00:00:00+23:00"}, "begins_at"),
    "an end before its begin": (
        "safeguards",
        {"name": "s", "begins_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-02T03:00:00+05:00"},
        "ends_at",
    ),
    "two ends": ("safeguards", {"name": "s", "ends_at": "2099-01-02T00:00:00Z", "lasts_s": 60}, "lasts_s"),
    "no time at all": ("safeguards", {"name": "s", "lasts_s": 0}, "lasts_s"),
    "more than all years": (
        "safeguards",
        {"name": "s", "lasts_s": 60, "begins_at": "9999-12-31T23:59:59Z"},
        "begins_at",
    ),
    "hours of nobody's day": ("safeguards", {"name": "s", "weekly": {"days": ["noday"]}}, "weekly.days"),
    "hours without a zone": (
        "safeguards",
        {"name": "s", "weekly": {"days": ["mon"], "from": "09:00", "to": "17:00"}},
        "weekly.zone",
    ),
    "a run of nobody": ("action-items", {"title": "a", "run_id": str(uuid4())}, "run_id"),
    "no text": ("import", {"source": 5}, "source"),
    "a form that nobody knows": ("import", {"source": "x", "format": "xml"}, "format"),
}


@pytest.mark.parametrize(("path", "body", "field"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_named(live: Live, path: str, body: Any, field: str) -> None:
    answer = live.machine(live.world.owner)("POST", f"{live.team}/{path}", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]


NO_JSON = {
    "cut short": b"{",
    "not UTF-8": b'{"name":"\xff"}',
    "a number that is none": b'{"target":NaN}',
    "deep": b'{"experiment":{"x":' + b"[" * 200_000,
}
POSTS = ["experiments", "objectives", "verifications", "import", "action-items"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
def test_a_body_that_is_no_json_is_refused(live: Live, machine: Machine, path: str, body: bytes) -> None:
    answer = machine("POST", f"{live.team}/{path}", data=body)
    refused = 413 if body is NO_JSON["deep"] and path != "experiments" else 400  # its values are counted first
    assert (answer.status_code, answer.headers["Content-Type"]) == (refused, "application/problem+json")


def nested(levels: int) -> dict[str, Any]:
    return {"x": nested(levels - 1)} if levels else {}


def test_what_is_nested_as_deeply_as_may_be_is_read_back_and_deeper_is_refused(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/objectives", json={**OBJECTIVE, "measure": nested(100)})
    assert machine("GET", made.headers["Content-Location"].removeprefix(live.url)).json()["measure"] == nested(100)
    assert machine("POST", f"{live.team}/objectives", json={**OBJECTIVE, "measure": nested(200)}).status_code == 422
    deep = {"experiment": {**EXPERIMENT, "configuration": nested(200)}}
    assert machine("POST", f"{live.team}/experiments", json=deep).status_code == 422


@pytest.mark.parametrize("path", ["objectives", "verifications", "action-items"])
def test_a_body_of_10_mb_is_refused(live: Live, machine: Machine, path: str) -> None:
    answer = machine("POST", f"{live.team}/{path}", data=b" " * 10_000_000)
    assert answer.status_code == 413


def test_a_verb_that_is_not_there_is_refused(live: Live, machine: Machine) -> None:
    assert machine("PUT", f"{live.team}/objectives").status_code == 405


def test_the_description_can_be_read_without_anything_from_elsewhere(live: Live) -> None:
    page = live.nobody()("GET", "/api/v1/docs")
    assert page.status_code == 200
    assert "script" not in page.headers["Content-Security-Policy"]
    assert f"<code>/api/v1{'/organizations/{org}/teams/{team}/import'}</code>" in page.text
    assert "src=" not in page.text
