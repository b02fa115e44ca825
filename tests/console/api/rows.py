"""What every endpoint of the API needs: a right in the team, and a body that is good."""

from typing import Any
from uuid import uuid4

from rtk.console.api.api import api
from rtk.console.api.outside import EXAMPLE
from rtk.console.people import tokens
from tests.console.api.old import event, journal
from tests.console.live import EXPERIMENT, PLAN, Live, Machine

T = "/organizations/{org}/teams/{team}"
X, V = f"{T}/experiments/{{experiment}}/executions", f"{T}/verifications/{{verification}}/runs"
OBJECTIVE = {"name": "o", "target": 0.9, "window": 3600}
VERIFICATION = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300}
STARTED = {"journal": {}, "experiment_id": "{experiment}", "execution_id": "{fresh}"}
SYSTEM = {"kind": "host", "marks": {"host": ["0a"]}, "told": "the host a"}
HOLD = {"run": "{run}", "title": "r", "systems": [SYSTEM], "alongside": True}
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
    f"DELETE {T}/objectives/{{unloved}}": ("run", None),
    f"POST {T}/verifications": ("run", VERIFICATION),
    f"GET {T}/verifications": ("read", None),
    f"GET {T}/verifications/{{verification}}": ("read", None),
    f"PATCH {T}/verifications/{{verification}}": ("run", {"name": "w"}),
    f"DELETE {T}/verifications/{{spare}}": ("run", None),
    f"GET {T}/standing": ("read", None),
    f"GET {T}/timeline": ("read", None),
    f"POST {T}/events": ("run", EXAMPLE),
    f"GET {T}/safeguards": ("read", None),
    f"GET {T}/holds": ("read", None),
    f"POST {T}/holds": ("run", HOLD),
    f"GET {T}/holds/{{run}}": ("read", None),
    f"DELETE {T}/holds/{{run}}": ("run", None),
    f"POST {T}/safeguards": ("run", {"name": "s", "active": False}),
    f"GET {T}/safeguards/{{safeguard}}": ("read", None),
    f"PATCH {T}/safeguards/{{safeguard}}": ("admin", {"active": False}),
    f"DELETE {T}/safeguards/{{lifted}}": ("admin", None),
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
SAME = {"told": "run", "spare": "verification", "unloved": "objective", "lifted": "safeguard"}  # one place, two names


def endpoints() -> set[str]:
    """Every endpoint of the API, also one that its description does not show, or that is answered beside Django."""
    described = api.get_openapi_schema(path_prefix="")["paths"].items()
    found = {f"{method.upper()} {path}" for path, methods in described for method in methods}
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            found |= {f"{method} {path}" for operation in view.operations for method in operation.methods}
    return found


def named(row: str) -> str:
    for here, there in SAME.items():
        row = row.replace(f"{{{here}}}", f"{{{there}}}")
    return row


def things(live: Live, owner: Machine) -> dict[str, str]:
    """The ids of one thing of each kind in the team Shop, made for it, by the places that rows name."""
    team = live.team
    verification = owner("POST", f"{team}/verifications", json=VERIFICATION).json()
    spare = owner("POST", f"{team}/verifications", json=VERIFICATION).json()["id"]
    objectives = [owner("POST", f"{team}/objectives", json=OBJECTIVE).json()["id"] for _ in "ab"]
    experiment = verification["experiment_id"]
    path = f"{team}/experiments/{experiment}/executions"
    executions = [owner("POST", path, json={"journal": journal()}).json()["id"] for _ in "abc"]
    runs, run = live.runs(verification["id"]), str(uuid4())
    owner("PUT", f"{runs}/{run}", json={"plan": PLAN, "experiment": EXPERIMENT})
    started = {"journal": {}, "experiment_id": experiment, "execution_id": executions[0]}
    told = owner("POST", runs, json=started).json()["id"]
    made = {"verification": verification["id"], "spare": spare, "experiment": experiment, "run": run, "told": told}
    made |= {"execution": executions[1], "fresh": executions[2]}
    made |= {"objective": objectives[0], "unloved": objectives[1]}
    guards = [owner("POST", f"{team}/safeguards", json={"name": "s", "active": False}).json()["id"] for _ in "ab"]
    made |= {"safeguard": guards[0], "lifted": guards[1]}
    token = tokens.make(live.world.owner, "t", ["read"])[0]
    return {"org": str(live.world.org.id), "team": str(live.world.shop.id), "token": str(token.id), **made}


def filled(body: Any, ids: dict[str, str]) -> Any:
    """A row's body with the ids of things that are there."""
    if body is not STARTED and body is not HOLD:
        return body
    return {key: value.format(**ids) if isinstance(value, str) else value for key, value in body.items()}
