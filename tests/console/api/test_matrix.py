"""Who may do what: every endpoint of the URL table times everybody. An endpoint without a row here fails the build."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from rtk.console.api.api import api
from rtk.console.people import tokens
from tests.console.api.old import event, journal
from tests.console.live import EXPERIMENT, PLAN, Live, Machine

T = "/organizations/{org}/teams/{team}"
X, V = f"{T}/experiments/{{experiment}}/executions", f"{T}/verifications/{{verification}}/runs"
OBJECTIVE = {"name": "o", "target": 0.9, "window": 3600}
VERIFICATION = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300}
STARTED = {"journal": {}, "experiment_id": "{experiment}", "execution_id": "{fresh}"}
FINISHED = {"journal": {}, "status": "completed", "results": {}}

# What is needed in the team for each endpoint, and a body that is good.
ROWS: dict[str, tuple[str, Any]] = {
    f"GET {T}": ("read", None),
    f"POST {T}/experiments": ("run", {"experiment": EXPERIMENT}),
    f"POST {X}": ("run", {"journal": journal()}),
    f"GET {X}/{{execution}}": ("read", None),
    f"PUT {X}/{{execution}}": ("run", {"journal": journal()}),
    f"POST {X}/{{execution}}/events": ("run", event("starting-method")),
    f"GET {X}/{{execution}}/policies": ("read", None),
    f"POST {V}": ("run", STARTED),
    f"POST {V}/{{told}}/events": ("run", {"category": "verification-interrupted"}),
    f"POST {V}/{{told}}/finished": ("run", FINISHED),
    f"PUT {V}/{{run}}": ("run", {"plan": PLAN, "experiment": EXPERIMENT}),
    f"POST {V}/{{run}}/record": ("run", {"from": 0, "entries": []}),
    f"POST {V}/{{run}}/end": ("run", {"journal": {}}),
    f"POST {V}/{{run}}/stop": ("run", {}),
    f"GET {V}": ("read", None),
    f"GET {V}/{{run}}": ("read", None),
    f"GET {V}/{{run}}/measurements": ("read", None),
    f"GET {V}/{{run}}/insight": ("read", None),
    f"GET {V}/{{run}}/stream": ("read", None),
    f"POST {T}/import": ("run", {"source": "title: x"}),
    f"POST {T}/objectives": ("run", OBJECTIVE),
    f"GET {T}/objectives": ("read", None),
    f"GET {T}/objectives/{{objective}}": ("read", None),
    f"PATCH {T}/objectives/{{objective}}": ("run", {"name": "p"}),
    f"DELETE {T}/objectives/{{objective}}": ("run", None),
    f"POST {T}/verifications": ("run", VERIFICATION),
    f"GET {T}/verifications": ("read", None),
    f"GET {T}/verifications/{{verification}}": ("read", None),
    f"PATCH {T}/verifications/{{verification}}": ("run", {"name": "w"}),
    f"DELETE {T}/verifications/{{spare}}": ("run", None),
    f"GET {T}/timeline": ("read", None),
    f"GET {T}/safeguards": ("read", None),
    f"POST {T}/safeguards": ("admin", {"name": "s", "active": False}),
    f"GET {T}/action-items": ("read", None),
    f"POST {T}/action-items": ("run", {"title": "a"}),
}
OF_AN_ORGANIZATION = {"GET /organizations/{org}/teams": ("read", None)}
# One's own: no team to be in.
OWN: dict[str, tuple[str, Any]] = {
    "GET /organizations": ("read", None),
    "GET /tokens": ("admin", None),
    "POST /tokens": ("admin", {"name": "t", "scopes": ["read"]}),
    "DELETE /tokens/{token}": ("admin", None),
}
FILES = {"/assets/experiments/{experiment}.json", "/assets/verifications/{verification}.json"}
SAME = {"told": "run", "spare": "verification"}  # one place in an address, under two names here
ROLES = {"owner": "admin", "admin": "admin", "member": "run", "viewer": "read"}
RANK = ["read", "run", "admin"]


def endpoints() -> set[str]:
    """Every endpoint of the API, also the one that is answered beside Django."""
    found = set()
    for path, methods in api.get_openapi_schema(path_prefix="")["paths"].items():
        found |= {f"{method.upper()} {path}" for method in methods}
    return found


def test_every_endpoint_has_its_row() -> None:
    rows = {named(row) for row in {**ROWS, **OF_AN_ORGANIZATION, **OWN}}
    assert endpoints() == rows


def named(row: str) -> str:
    for here, there in SAME.items():
        row = row.replace(f"{{{here}}}", f"{{{there}}}")
    return row


@pytest.fixture(scope="module")
def machines(live: Live) -> dict[str, Machine]:
    """One machine for everybody, and for every token that is too small, too old or none."""
    world = live.world
    found = {role: live.machine(getattr(world, role)) for role in ROLES}
    found["other team"], found["other organization"] = live.machine(world.banker), live.machine(world.stranger)
    found["no token"], found["wrong token"] = live.nobody(), Machine(live.url, "rtk_wrong")
    expired, secret = tokens.make(world.owner, "old", RANK)
    type(expired).objects.filter(id=expired.id).update(expires_at=now() - timedelta(1))
    found["expired token"] = Machine(live.url, secret)
    for scope in RANK:
        found[f"only {scope}"] = live.machine(world.owner, *RANK[: RANK.index(scope) + 1])
    return found


@pytest.fixture
def ids(live: Live, machines: dict[str, Machine]) -> dict[str, str]:
    """One thing of each kind in the team Shop."""
    owner, team = machines["owner"], live.team
    verification = owner("POST", f"{team}/verifications", json=VERIFICATION).json()
    spare = owner("POST", f"{team}/verifications", json=VERIFICATION).json()
    objective = owner("POST", f"{team}/objectives", json=OBJECTIVE).json()
    experiment = verification["experiment_id"]
    executions = [
        owner("POST", f"{team}/experiments/{experiment}/executions", json={"journal": journal()}).json()["id"]
        for _ in "abc"
    ]
    runs, run = live.runs(verification["id"]), str(uuid4())
    owner("PUT", f"{runs}/{run}", json={"plan": PLAN, "experiment": EXPERIMENT})
    started = {"journal": {}, "experiment_id": experiment, "execution_id": executions[0]}
    told = owner("POST", runs, json=started).json()["id"]
    token = tokens.make(live.world.owner, "t", ["read"])[0]
    return {
        "org": str(live.world.org.id),
        "team": str(live.world.shop.id),
        "verification": verification["id"],
        "spare": spare["id"],
        "experiment": experiment,
        "objective": objective["id"],
        "execution": executions[1],
        "fresh": executions[2],
        "run": run,
        "told": told,
        "token": str(token.id),
    }


def called(machine: Machine, row: str, ids: dict[str, str], body: Any) -> int:
    """The status of a call."""
    method, path = row.format(**ids).split(" ", 1)
    if body is STARTED:
        body = {key: value.format(**ids) if isinstance(value, str) else value for key, value in body.items()}
    with machine(method, path, json=body, stream=True) as answer:
        return answer.status_code


def expected(need: str, inside: bool = True) -> Iterator[tuple[str, int | None]]:
    """Everybody, and how each is refused where that much is needed."""
    for role, right in ROLES.items():
        yield role, None if RANK.index(right) >= RANK.index(need) else 403
    if inside:
        yield "other organization", 404
    for nobody in ("no token", "wrong token", "expired token"):
        yield nobody, 401
    for scope in RANK:
        yield f"only {scope}", None if RANK.index(scope) >= RANK.index(need) else 403


@pytest.mark.parametrize("row", ROWS)
def test_of_a_team(row: str, machines: dict[str, Machine], ids: dict[str, str]) -> None:
    need, body = ROWS[row]
    for who, status in [("other team", 404), *expected(need)]:
        if status is not None:
            assert called(machines[who], row, ids, body) == status, who
    let_in = [who for who, status in expected(need) if status is None]
    statuses = {who: called(machines[who], row, ids, body) for who in let_in}
    first = statuses.pop(let_in[0])
    # Whoever comes after the first may find that it is done already, but never a closed door.
    assert first < 300 or (row.endswith("/import") and first == 422), first
    assert not {401, 403} & set(statuses.values()), statuses


@pytest.mark.parametrize("row", OF_AN_ORGANIZATION)
def test_of_an_organization(row: str, machines: dict[str, Machine], ids: dict[str, str]) -> None:
    need, body = OF_AN_ORGANIZATION[row]
    for who, status in [("other team", None), *expected(need)]:
        assert called(machines[who], row, ids, body) == (status or 200), who


@pytest.mark.parametrize("row", OWN)
def test_ones_own(row: str, machines: dict[str, Machine], live: Live, ids: dict[str, str]) -> None:
    need, body = OWN[row]
    for nobody in ("no token", "wrong token", "expired token"):
        assert called(machines[nobody], row, ids, body) == 401
    for scope in RANK:
        enough = RANK.index(scope) >= RANK.index(need)
        assert (called(machines[f"only {scope}"], row, ids, body) < 300) is enough, scope


def test_a_token_of_somebody_else_is_not_found(machines: dict[str, Machine], ids: dict[str, str]) -> None:
    assert called(machines["member"], "DELETE /tokens/{token}", ids, None) == 404


@pytest.mark.parametrize("path", sorted(FILES))
def test_files(path: str, machines: dict[str, Machine], ids: dict[str, str]) -> None:
    for who, status in [("other team", 404), *expected("read")]:
        assert called(machines[who], f"GET {path}", ids, None) == (status or 200), who


def test_a_token_reaches_no_further_than_what_made_it(live: Live) -> None:
    answer = live.machine(live.world.member, "admin")("POST", "/tokens", json={"name": "more", "scopes": ["run"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "scopes")


def test_a_person_on_a_page_is_let_in_by_the_session_but_not_by_a_forged_request(live: Live) -> None:
    from tests.console.people.world import signed_in

    browser = signed_in(live.world.member)
    browser.handler.enforce_csrf_checks = True
    assert browser.get(f"/api/v1{live.team}").status_code == 200
    forged = browser.post(f"/api/v1{live.team}/objectives", OBJECTIVE, content_type="application/json")
    assert forged.status_code == 403
