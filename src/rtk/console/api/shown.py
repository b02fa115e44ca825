"""What part B answers with, for the OpenAPI document: each thing with an example."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from ninja import Field, Schema
from pydantic import ConfigDict

from rtk.console.api.costs import COST, ShownCost
from rtk.console.api.forms import EXPERIMENT
from rtk.console.api.proposed import LEARNED, OUTAGE, WARNING, Found
from rtk.console.api.standing import STANDING, ShownStanding, Together
from rtk.console.store.run_state import RunState
from rtk.insight.facts import Outcome, Phase
from rtk.report.conclusion import Doubt

__all__ = ["Found"]  # what is proposed is shown as well

ID = "0197a3c4-5b6e-7f80-9123-456789abcdef"
AT = "2026-03-02T09:30:00+00:00"
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


def like(**values: Any) -> ConfigDict:
    """An example of a thing; what is not named in the thing is not answered."""
    return ConfigDict(extra="forbid", json_schema_extra={"example": values})


RUN: dict[str, Any] = dict(
    **dict.fromkeys(("id", "org_id", "team_id", "verification_id", "experiment_id", "execution_id"), ID),
    title="Checkout answers in time",
    state="ended",
    status="completed",
    **dict.fromkeys(("created_at", "heard_at", "ended_at"), AT),
    by="Mary",
    next=37,
    stop=None,
    plan={"frequency_s": 10, "duration_s": 300, "objective": {"target": 0.95, "window_s": 86400}},
    client={"rtk": "0.1.0"},
    verdict="fail",
    restored=True,
    recovered=True,
)


class ShownRun(Schema):
    """A run. `next` is the number of the entry expected next; `stop` is why a person stopped it.

    `restored`: the rollbacks succeeded; `recovered`: the service was good again. Null where that is not known.
    """

    id: str
    org_id: str
    team_id: str
    verification_id: str
    experiment_id: str
    execution_id: str
    title: str
    state: RunState
    status: str
    created_at: Moment
    heard_at: Moment
    ended_at: Moment | None
    by: str | None
    next: int
    stop: str | None
    plan: dict[str, Any]
    client: dict[str, Any]
    verdict: Literal["pass", "fail", "inconclusive", "invalid"] | None
    restored: bool | None
    recovered: bool | None

    model_config = like(**RUN)


class WholeRun(ShownRun):
    """A run with how the promise of its verification stands now, `standing`."""

    standing: ShownStanding | None

    model_config = like(**RUN, standing=STANDING)


class BegunRun(ShownRun):
    """A run that begins. `accepts` are the versions of the record that the console takes."""

    accepts: list[int]

    model_config = like(**RUN, accepts=[1, 2])


class ShownMeasurement(Schema):
    """A measurement; moments are seconds since the run began, `n` the number of its entry."""

    n: int
    t: float
    phase: Phase
    slot: int
    due: float
    started: float | None
    ended: float | None
    outcome: Outcome
    value: float | None
    reason: str | None
    code: str | None
    probes: Any

    model_config = like(
        n=4,
        t=1.1,
        phase="conditions",
        slot=0,
        due=1.0,
        started=1.0,
        ended=1.065,
        outcome="met",
        value=65.0,
        reason=None,
        code=None,
        probes=[{"output": 65.0, "status": "succeeded"}],
    )


OBJECTIVE: dict[str, Any] = {
    "id": ID,
    "name": "Checkout",
    "description": "",
    "tags": ["shop"],
    "target": 0.95,
    "quantile": "p95 <= 300ms",
    "window": 86400.0,
    "outage_lasts": None,
    "proof_lasts": None,
    "measure": {},
    "standing": {"state": "kept", "counts": {"kept": 1}},
    "created_at": AT,
}


class ShownObjective(Schema):
    """An objective; its times are in seconds, `target` is the share of a `quantile`, too."""

    id: str
    name: str
    description: str
    tags: list[str]
    target: float
    quantile: str | None
    window: float | None
    outage_lasts: float | None
    proof_lasts: float | None
    measure: dict[str, Any]
    standing: Together
    created_at: Moment

    model_config = like(**OBJECTIVE)


class WholeObjective(ShownObjective):
    """An objective with what its runs of the last 90 days teach of outages; null where there were fewer than five."""

    outage_learned: dict[str, Any] | None

    model_config = like(**OBJECTIVE, outage_learned=LEARNED)


VERIFICATION: dict[str, Any] = {
    "id": ID,
    "name": "Checkout under load",
    "objective_id": ID,
    "experiment_id": ID,
    "frequency": 10.0,
    "duration": 300.0,
    "warm_up": 0.0,
    "cool_down": 0.0,
    "outage_lasts": 30.0,
    "occurs": {"times": 2, "per": "30d", "lasts": "20m"},
    "strict_cost": False,
    "require_baseline": False,
    "proof_lasts": None,
    "stop_when": {},
    "standing": STANDING,
    "created_at": AT,
}


class ShownVerification(Schema):
    """A verification; times are in seconds. Its `standing` is null where nothing is promised."""

    id: str
    name: str
    objective_id: str | None
    experiment_id: str
    frequency: float
    duration: float
    warm_up: float
    cool_down: float
    outage_lasts: float | None
    occurs: dict[str, Any] | None
    strict_cost: bool
    require_baseline: bool
    proof_lasts: float | None
    stop_when: dict[str, Any]
    standing: ShownStanding | None
    created_at: Moment

    model_config = like(**VERIFICATION)


class MadeVerification(ShownVerification):
    """A verification, with why no run of it can prove its target as `doubt` and `warning`; null where one can."""

    doubt: Doubt | None
    warning: str | None

    model_config = like(**VERIFICATION, doubt="too-few", warning=WARNING)


class WholeVerification(MadeVerification):
    """A verification with its file, `document`, how long an `outage` would be taken to last in a run of now, and what
    one occurrence costs by its runs, `occurrence`."""

    document: dict[str, Any]
    outage: dict[str, Any]
    occurrence: ShownCost | None

    model_config = like(
        **VERIFICATION, doubt="too-few", warning=WARNING, document=EXPERIMENT, outage=OUTAGE, occurrence=COST
    )


TOKEN: dict[str, Any] = {
    "id": ID,
    "name": "CI",
    "scopes": ["read", "run"],
    "prefix": "rtk_3fKq",
    "created_at": AT,
    "expires_at": AT,
    "last_used_at": None,
}


class ShownToken(Schema):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[str]
    prefix: str
    created_at: Moment
    expires_at: Moment
    last_used_at: Moment | None

    model_config = like(**TOKEN)


class MadeToken(ShownToken):
    """A token with its secret, `token`, shown this once."""

    token: str

    model_config = like(**TOKEN, token="rtk_3fKq…")  # noqa: S106 - an example


class ShownActionItem(Schema):
    """An action item."""

    id: str
    title: str
    description: str
    done: bool
    run_id: str | None
    created_at: Moment

    model_config = like(
        id=ID, title="Give the queue a time limit", description="", done=False, run_id=ID, created_at=AT
    )


class ShownEvent(Schema):
    """Something that happened; `subject` is the id of what it happened to, `source` where an outside event is from."""

    id: str
    kind: str
    at: Moment
    subject: str | None
    title: str
    tags: list[str]
    by: str | None
    source: str | None

    model_config = like(
        id=ID, kind="verification.started", at=AT, subject=ID, title="Checkout", tags=["shop"], by="Mary", source=None
    )


Thing = TypeVar("Thing")


class Page(Schema, Generic[Thing]):
    """A page of a list, newest first; `next` is the cursor of the page after it."""

    items: list[Thing]
    next: str | None = None


class Measurements(Schema):
    """A page of measurements; `next` is the `after` of the page after it."""

    items: list[ShownMeasurement]
    next: int | None = None


class Fault(Schema):
    """A problem (RFC 9457): `errors` name the fields that are wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = Field(default_factory=list)

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "detail": "target: Input should be less than 1",
                "errors": [{"field": "target", "detail": "Input should be less than 1"}],
            }
        }
    )
