"""What an experiment that was looked at is proposed to become, and what a run of it needs."""

from typing import Any

from ninja import Schema
from pydantic import ConfigDict

from rtk.console.api.forms import EXPERIMENT

PROPOSED: dict[str, Any] = {
    "name": "Checkout answers in time",
    "objective": {"name": "Checkout answers", "target": 0.95, "window": 86400},
    "frequency": 10,
    "duration": 300,
    "warm_up": 60,
    "cool_down": 60,
    "outage_lasts": None,
    "occurs": None,
    "strict_cost": False,
    "require_baseline": False,
    "proof_lasts": None,
    "stop_when": {},
    "prospects": ["30 clean measurements prove 78.6 %; 168 (28 min) would prove 95 %."],
}
LEARNED: dict[str, Any] = {"seconds": 41.2, "outages": 12, "runs": 5}
OUTAGE: dict[str, Any] = {"seconds": 41.2, "source": "learned", "learned": LEARNED, "overruled_s": 30.0}
WARNING = (
    "This plan cannot prove 95 %: it has 30 measurements under the conditions and needs at least 168 clean ones, for "
    "outages of 30 s on average. Measure for 28 min."
)
NEEDS: dict[str, Any] = {
    "variables": [{"name": "ENDPOINT_URL", "secret": False, "required": True}],
    "install": [
        "reliability-toolkit @ https://console.example.com/client/reliability_toolkit-0.1.0-py3-none-any.whl#sha256=…",
        "chaostoolkit-kubernetes",
    ],
    "packages": ["acme"],
    "programs": ["kubectl"],
}


class Proposed(Schema):
    """The verification that is proposed, as one can be made of it, and in `prospects` what it can prove.

    Times are seconds. The numbers are the file's own, else the usual ones.
    """

    name: str
    objective: dict[str, Any]
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
    prospects: list[str]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": PROPOSED})


class Needs(Schema):
    """What a run needs: environment variables, what `pip install` is given, packages nobody knows, and programs."""

    variables: list[dict[str, Any]]
    install: list[str]
    packages: list[str]
    programs: list[str]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": NEEDS})


FOUND: dict[str, Any] = {
    "title": "Checkout answers in time",
    "hypothesis": "Checkout answers",
    "probes": [
        {
            "name": "checkout",
            "provider": {"type": "http", "url": "https://shop.example/checkout"},
            "met": "met when the status is 200",
        }
    ],
    "actions": [],
    "rollbacks": [],
    "configuration": [],
    "warnings": [],
    "plan": PROPOSED,
    "needs": NEEDS,
    "experiment": EXPERIMENT,
}


class Found(Schema):
    """What is in the text of an experiment; `experiment` is all of it, mended, as a verification can be made of it."""

    title: str
    hypothesis: str
    probes: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    rollbacks: list[dict[str, Any]]
    configuration: list[str]
    warnings: list[str]
    plan: Proposed
    needs: Needs
    experiment: dict[str, Any]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": FOUND})
