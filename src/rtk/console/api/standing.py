"""How promises stand, as the API tells it: of a verification, of an objective by its verifications, beside a run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import now
from ninja import Schema
from pydantic import ConfigDict

from rtk.console import links
from rtk.console.people.models import Team
from rtk.console.store import changes, standings
from rtk.console.store.models import Objective, Run, Verification
from rtk.console.store.standings import Standing
from rtk.insight.standing import lowest
from rtk.insight.standing_shape import StandingReason, StandingState

_ID = "0197a3c4-5b6e-7f80-9123-456789abcdef"
AT = "2026-03-02T09:30:00+00:00"
STANDING: dict[str, Any] = {
    "state": "kept",
    "reason": "proven",
    "target": 0.95,
    "at_least": 0.962,
    "at_most": 0.994,
    "runs": 30,
    "passed": 4,
    "failed": 0,
    "slots": 5400,
    "measured": 5392,
    "outages": 12,
    "chances": 5368,
    "outage_lasts": 30.0,
    "outage_from": "given",
    "dispersion": 0.43,
    "unseen": 0.095,
    "needed": None,
    "latest_at": AT,
    "expires_at": "2026-03-23T09:30:00+00:00",
    "proof_lasts": 2_592_000.0,
    "attempt": 1,
    "apart": 0,
    "excluded": [],
    "says": [
        (
            "Kept: at least 96.2 % of the time is good (98 % sure, for outages of 30 s on average) by 30 runs, and 95 "
            "% was promised."
        ),
    ],
}


class ShownExclusion(Schema):
    """A run that somebody said should not count, and why."""

    run_id: str
    reason: str

    model_config = ConfigDict(json_schema_extra={"example": {"run_id": _ID, "reason": "the load generator was broken"}})


class ShownStanding(Schema):
    """How a promise stands by all judged runs of its current revision that still count; times are in seconds.

    Shares are 0 to 1: `at_least` is proven at 98 % for outages of `outage_lasts` on average. `needed` are the clean
    measurements that would prove the target. `attempt` counts the revisions that were tried; `apart` are judged runs of
    the same time that measured something else than the verification says. `says` is all of it in sentences.
    """

    state: StandingState
    reason: StandingReason
    target: float
    at_least: float | None
    at_most: float | None
    runs: int
    passed: int
    failed: int
    slots: int
    measured: int
    outages: int
    chances: int
    outage_lasts: float | None
    outage_from: str | None
    dispersion: float | None
    unseen: float | None
    needed: int | None
    latest_at: str | None
    expires_at: str | None
    proof_lasts: float
    attempt: int
    apart: int
    excluded: list[ShownExclusion]
    says: list[str]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": STANDING})


class Named(Schema):
    """Something by its id and its name."""

    id: str
    name: str

    model_config = ConfigDict(json_schema_extra={"example": {"id": _ID, "name": "Checkout"}})


class Promise(Schema):
    """How a verification's promise stands: `frequency` in seconds, and the `url` of its page."""

    verification: Named
    objective: Named
    frequency: float
    url: str
    standing: ShownStanding

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "verification": {"id": _ID, "name": "Checkout under load"},
                "objective": {"id": _ID, "name": "Checkout"},
                "frequency": 10.0,
                "url": f"https://rtk.example.com/acme/shop/verifications/{_ID}",
                "standing": STANDING,
            }
        },
    )


class Together(Schema):
    """How an objective stands: as the lowest of its verifications, with how many stand how."""

    state: StandingState
    counts: dict[StandingState, int]

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"state": "broken", "counts": {"broken": 1, "kept": 5}}}
    )


def told(found: Standing | None) -> dict[str, Any] | None:
    """Return a standing as the API tells it; None of what promises nothing."""
    if found is None:
        return None
    values = found.promise.as_dict()
    length, source, lasts = (values.pop(key) for key in ("length", "length_from", "lasts_s"))
    return {
        **values,
        "latest_at": _moment(found.promise.latest_at),
        "expires_at": _moment(found.promise.expires_at),
        "outage_lasts": None if length is None else length * found.frequency_s,
        "outage_from": source,
        "proof_lasts": lasts,
        "apart": found.apart,
        "says": list(found.says),
    }


def verification(found: Verification) -> dict[str, Any]:
    """Return a verification as the API tells it, with its standing. One query."""
    return verifications([found])[0]


def verifications(found: Sequence[Verification]) -> list[dict[str, Any]]:
    """Return several so. One query."""
    stand = standings.of(found, now())
    return [{**changes.verification(each), "standing": told(stand.get(each.pk))} for each in found]


def promises(team: Team, found: Sequence[Verification]) -> list[dict[str, Any]]:
    """Return how verifications of a team that promise something stand, with their names. One query."""
    stand = standings.of(found, now())
    return [
        {
            "verification": {"id": str(each.pk), "name": each.name},
            "objective": {"id": str(each.objective.pk), "name": each.objective.name} if each.objective else None,
            "frequency": stand[each.pk].frequency_s,
            "url": links.verification(team, each.pk),
            "standing": told(stand[each.pk]),
        }
        for each in found
        if each.pk in stand
    ]


def objectives(found: Sequence[Objective]) -> list[dict[str, Any]]:
    """Return objectives as the API tells them, with their standing. One query."""
    stand = standings.of_objectives(found, now())
    return [{**changes.objective(each), "standing": together(stand[each.pk])} for each in found]


def objective(found: Objective) -> dict[str, Any]:
    """Return an objective so. One query."""
    return objectives([found])[0]


def together(found: Iterable[Standing]) -> dict[str, Any]:
    """Return how an objective stands by its verifications."""
    states = [each.promise.state for each in found]
    return {"state": lowest(states), "counts": dict(Counter(states))}


def of_run(run: Run) -> dict[str, Any] | None:
    """Return how the verification of a run stands now. One query at most, where its revision was read along."""
    return told(standings.of([run.verification], now()).get(run.verification_id))


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
