"""What part B takes, with an example of each for the OpenAPI document."""

from datetime import UTC, datetime
from operator import methodcaller
from typing import Annotated, Any

from django.utils.timezone import is_naive
from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, StrictBool

from rtk.insight import plan_limits as limits

MOST_PARTS = 100  # of a form, and of a list in it
LONGEST_FREEZE_S = 366 * 86_400.0


def _whole(text: str) -> str:
    # No column holds a zero character, and no answer in UTF-8 half a character.
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("expected text without zero characters")
    return text


def _few(value: Any) -> Any:
    """Refuse what is long before each part of it is looked at, and found wrong."""
    if isinstance(value, list | dict) and len(value) > MOST_PARTS:
        raise ValueError(f"expected at most {MOST_PARTS} parts, found {len(value):,}")
    return value


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("expected text that is not blank")
    return text


def _in_utc(moment: datetime) -> datetime:
    if is_naive(moment):
        raise ValueError("expected a moment with its time zone")
    try:
        return moment.astimezone(UTC)  # PostgreSQL knows no zone more than 16 hours away
    except OverflowError:
        raise ValueError("expected a moment of the years 1 to 9999") from None


def _written(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise ValueError("expected a moment such as 2026-01-31T12:00:00Z")
    return value


# As text only: pydantic takes a number for seconds since 1970.
Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_in_utc)]
Text = Annotated[str, AfterValidator(_whole), Field(max_length=20_000)]
Name = Annotated[
    str, AfterValidator(_whole), AfterValidator(_said), Field(min_length=1, max_length=limits.LONGEST_NAME)
]
Tags = Annotated[
    list[Annotated[str, AfterValidator(_whole), Field(max_length=200)]], BeforeValidator(_few), Field(max_length=50)
]
# Strict: a text such as "0.95", or true for 1, is a mistake that its caller is to hear of.
Target = Annotated[float, Field(strict=True, gt=0, lt=1)]
Window = Annotated[float, Field(strict=True, **limits.WINDOW.bounds())]
Seconds = Annotated[float, Field(strict=True, **limits.LENGTH.bounds())]
Scopes = Annotated[
    list[Annotated[str, Field(pattern="^(read|run|admin)$")]], BeforeValidator(_few), Field(min_length=1, max_length=3)
]
Quantile = Annotated[str, AfterValidator(_whole), Field(max_length=limits.LONGEST_QUANTILE)]
OutageLasts = Annotated[float, Field(strict=True, **limits.OUTAGE.bounds())]
Expected = Annotated[dict[str, Any] | Annotated[str, Field(max_length=200)], BeforeValidator(_few)]
ProofLasts = Annotated[float, Field(strict=True, **limits.PROOF.bounds())]
Frequency = Annotated[float, Field(strict=True, **limits.FREQUENCY.bounds())]

WeeklyHours = Annotated[dict[str, Any], BeforeValidator(_few)]

UNSAID: Any = Field(default=None, json_schema_extra=methodcaller("pop", "default", None))  # of what cannot be null

EXPERIMENT: dict[str, Any] = {
    "title": "Checkout answers in time",
    "description": "…",
    "steady-state-hypothesis": {
        "title": "Checkout answers",
        "probes": [
            {
                "type": "probe",
                "name": "checkout",
                "tolerance": 200,
                "provider": {"type": "http", "url": "https://shop.example/checkout"},
            }
        ],
    },
    "method": [],
}


class Form(Schema):
    """Something sent: a key that nobody knows is refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")


class Change(Form):
    """The changes to something: a key that is left out stays, and null clears a key that may be empty."""

    def said(self) -> dict[str, Any]:
        """Return what was sent, null included."""
        return self.dict(exclude_unset=True)


class NewRun(Form):
    """A run that begins."""

    plan: dict[str, Any]
    experiment: dict[str, Any]
    client: dict[str, Any] = Field(default_factory=dict)

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "plan": {"frequency_s": 10, "duration_s": 300, "objective": {"target": 0.95, "window_s": 86400}},
                "experiment": EXPERIMENT,
                "client": {"rtk": "0.1.0"},
            }
        },
    )


class Stop(Form):
    """A person's stop."""

    reason: Name = "stopped by a person"


class Source(Form):
    """The text of an experiment."""

    source: Annotated[str, Field(max_length=16 * 1024 * 1024)]
    format: Annotated[str, Field(pattern="^(json|yaml)$")] | None = None

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"source": "title: …", "format": "yaml"}})


class NewObjective(Form):
    """A promise: a `target`, or a `quantile` of the value such as `p95 <= 300ms`.

    Times are in seconds: `window`, `outage_lasts` (how long an outage lasts on average) and `proof_lasts` (for how long
    a run counts).
    """

    name: Name
    description: Text = ""
    tags: Tags = Field(default_factory=list)
    target: Target | None = None
    quantile: Quantile | None = None
    window: Window
    outage_lasts: OutageLasts | None = None
    proof_lasts: ProofLasts | None = None
    measure: dict[str, Any] = Field(default_factory=dict)

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Checkout", "target": 0.95, "window": 86400, "tags": ["shop"]}},
    )


class ObjectiveChange(Change):
    """Changes to an objective. A key that is left out keeps its value; null clears it.

    An empty `quantile`, or null, with a `target` makes one about a quantile a share.
    """

    name: Name = UNSAID
    description: Text = UNSAID
    tags: Tags = UNSAID
    target: Target | None = None
    quantile: Quantile | None = None
    window: Window | None = None
    outage_lasts: OutageLasts | None = None
    proof_lasts: ProofLasts | None = None
    measure: dict[str, Any] = UNSAID


class NewVerification(Form):
    """A verification, of an objective that there is or that comes with it. Times are in seconds.

    `occurs` is how often its conditions are expected, as a file says it: `{"times": 2, "per": "30d"}` or `2/30d`.
    """

    name: Name
    objective_id: Text | None = None
    objective: Annotated[NewObjective | None, BeforeValidator(_few)] = None
    experiment: dict[str, Any]
    frequency: Frequency
    duration: Seconds
    warm_up: Seconds = 0.0
    cool_down: Seconds = 0.0
    outage_lasts: OutageLasts | None = None
    occurs: Expected | None = None
    strict_cost: StrictBool = False
    require_baseline: StrictBool = False
    proof_lasts: ProofLasts | None = None
    stop_when: dict[str, Any] = Field(default_factory=dict)

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Checkout under load",
                "objective": {"name": "Checkout", "target": 0.95, "window": 86400},
                "experiment": EXPERIMENT,
                "frequency": 10,
                "duration": 300,
            }
        },
    )


class VerificationChange(Change):
    """Changes to a verification. A key that is left out keeps its value; null clears it."""

    name: Name = UNSAID
    objective_id: Text | None = None
    experiment: dict[str, Any] = UNSAID
    frequency: Frequency = UNSAID
    duration: Seconds = UNSAID
    warm_up: Seconds = UNSAID
    cool_down: Seconds = UNSAID
    outage_lasts: OutageLasts | None = None
    occurs: Expected | None = None
    strict_cost: StrictBool = UNSAID
    require_baseline: StrictBool = UNSAID
    proof_lasts: ProofLasts | None = None
    stop_when: dict[str, Any] = UNSAID


class NewToken(Form):
    """A token. Without `expires_at` it lasts a year, or as long as the console lets it where that is less."""

    name: Annotated[str, AfterValidator(_whole), AfterValidator(_said), Field(min_length=1, max_length=100)]
    scopes: Scopes = Field(default_factory=lambda: ["read", "run"])
    expires_at: Moment | None = None

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "CI", "scopes": ["read", "run"]}})


class NewSafeguard(Form):
    """A rule that forbids runs: with `weekly` in those hours only, with `everywhere` runs of all teams.

    `lasts_s` seconds from `begins_at`, or from now, say the same as `ends_at` does.
    """

    name: Name
    reason: Text = ""
    active: StrictBool = True
    begins_at: Moment | None = None
    ends_at: Moment | None = None
    lasts_s: Annotated[float, Field(strict=True, gt=0, le=LONGEST_FREEZE_S)] | None = None
    weekly: WeeklyHours | None = None
    everywhere: StrictBool = False

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Sale weekend", "reason": "it sells", "lasts_s": 7200}}
    )


class SafeguardChange(Change):
    """Changes to a safeguard: `active` as false lifts it. A key that is left out stays; null clears moment or hours."""

    name: Name = UNSAID
    reason: Text = UNSAID
    active: StrictBool = UNSAID
    begins_at: Moment | None = None
    ends_at: Moment | None = None
    weekly: WeeklyHours | None = None

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"active": False}})


class NewHold(Form):
    """What a run is about to act on. `systems` are as the client computes them, `user` is who runs it at `host`.

    A client may be newer: a key that nobody knows is passed over, so that the run is held all the same.
    """

    run: Text
    title: Name
    host: Annotated[str, AfterValidator(_whole), Field(max_length=500)] = ""
    user: Annotated[str, AfterValidator(_whole), Field(max_length=500)] = ""
    systems: Annotated[list[dict[str, Any]], BeforeValidator(_few), Field(min_length=1, max_length=100)]
    alongside: StrictBool = False

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "run": "0197a3c4-5b6e-7f80-9123-456789abcdef",
                "title": "Checkout answers in time",
                "host": "ci-7",
                "user": "mary",
                "systems": [{"kind": "host", "marks": {"host": ["8d93"]}, "told": "the host shop.example"}],
                "alongside": False,
            }
        },
    )


class NewActionItem(Form):
    """Something to be done."""

    title: Name
    description: Text = ""
    run_id: Text | None = None

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"title": "Give the queue a time limit"}})
