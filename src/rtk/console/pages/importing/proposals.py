"""What is proposed for an experiment that was found, field by field, without touching what somebody typed."""

import json
import re
from collections.abc import Callable, MutableMapping
from typing import Any

from rtk.console.pages.importing.experiment_summary import ExperimentSummary
from rtk.console.pages.importing.fields import in_percent, span_of
from rtk.console.pages.importing.forms import NEW, shown_of
from rtk.console.pages.importing.promise import QUANTILE, SHARE
from rtk.console.store.owned import NAME_LENGTH
from rtk.errors import BadInput
from rtk.experiment.block import plan_of
from rtk.experiment.occurs import block_of_occurs
from rtk.experiment.plan import Plan, StopWhen

KEPT = "proposals"  # the hidden field that knows what was proposed before
USUAL: dict[str, float] = {
    "target": 0.95,
    "window": 86_400.0,
    "frequency": 5.0,
    "duration": 900.0,
    "warm_up": 60.0,
    "cool_down": 60.0,
}
_SPANS = (
    *("window", "frequency", "duration", "warm_up", "cool_down", "outage_lasts", "proof_lasts", "max_duration"),
    *("occurs_per", "occurs_lasts"),
)


def propose(data: MutableMapping[str, Any], found: ExperimentSummary, lasting_s: float | None = None) -> None:
    """Put what is proposed into what was sent, wherever nobody typed anything else.

    `lasting_s` is for how long to measure where the file does not say it, so that a chosen promise can be proven.
    """
    try:
        kept = json.loads(data.get(KEPT) or "{}")
    except (ValueError, RecursionError):
        kept = {}
    before, now = kept if isinstance(kept, dict) else {}, proposed(found, lasting_s)
    for field, value in now.items():
        # What is there otherwise than it was proposed was typed.
        if field not in data or data[field] == before.get(field):
            data[field] = value
    data[KEPT] = json.dumps(now)


def proposed(found: ExperimentSummary, lasting_s: float | None = None) -> dict[str, str]:
    """The fields of the form as they are sent, for an experiment: its own numbers where it is a verification."""
    plan = _plan(found)
    expected = shown_of(plan.occurs if plan else None)
    values: dict[str, Any] = {**numbers(found), **expected}
    if plan is None and lasting_s is not None:
        values["duration"] = lasting_s
    named, quantile = _promised(plan)
    stop = plan.stop_when if plan else StopWhen()
    spans: dict[str, str] = {}
    for name in _SPANS:
        spans.update(span_of(values, name, "d" if name == "proof_lasts" else "s"))

    def typed(value: Any, form: Callable[[Any], str]) -> str:
        return "" if value is None else form(value)

    return {
        "attach": NEW,
        "objective_name": _name(named or found.hypothesis),
        "name": _name(found.title),
        "promises": QUANTILE if quantile else SHARE,
        "target": in_percent(values["target"]),
        "quantile": quantile,
        **spans,
        "occurs_times": typed(expected.get("occurs_times"), "{:g}".format),
        "occurs_allowance": typed(expected.get("occurs_allowance"), in_percent),
        "strict_cost": expected.get("strict_cost", ""),
        "deviated_in_a_row": typed(stop.deviated_in_a_row, str),
        "budget_spent": typed(stop.budget_spent, in_percent),
        "decided": "on" if stop.decided else "",
        "require_baseline": "on" if plan and plan.require_baseline else "",
    }


def numbers(found: ExperimentSummary) -> dict[str, float]:
    """The numbers that are proposed: times in seconds, the target as a share; the usual ones where a file says none.

    A file that has no warm-up or cool-down is proposed the usual ones: no baseline, no cause.
    """
    plan = _plan(found)
    if plan is None:
        return {**USUAL}
    given = {
        "frequency": plan.frequency_s,
        "duration": plan.duration_s,
        "warm_up": plan.warm_up_s or None,
        "cool_down": plan.cool_down_s or None,
        "target": plan.objective.target if plan.objective else None,
        "window": plan.objective.window_s if plan.objective else None,
        "outage_lasts": plan.outage_lasts_s,
        "proof_lasts": plan.proof_lasts_s,
        "max_duration": plan.stop_when.max_duration_s,
    }
    return {**USUAL, **{key: value for key, value in given.items() if value is not None}}


def verification(found: ExperimentSummary) -> dict[str, Any]:
    """The same as what a verification is made of: names, an objective, times in seconds, and when to stop."""
    plan, values = _plan(found), numbers(found)
    named, quantile = _promised(plan)
    occurs = plan.occurs if plan else None
    share = {"quantile": quantile} if quantile else {"target": values["target"]}
    stop = plan.stop_when if plan else StopWhen()
    rules = {
        "deviated-in-a-row": stop.deviated_in_a_row,
        "budget-spent": stop.budget_spent,
        "max-duration": stop.max_duration_s,
        "decided": stop.decided or None,
    }
    return {
        "name": _name(found.title),
        "objective": {"name": _name(named or found.hypothesis), **share, "window": values["window"]},
        **{key: values[key] for key in ("frequency", "duration", "warm_up", "cool_down")},
        "outage_lasts": plan.outage_lasts_s if plan else None,
        "proof_lasts": plan.proof_lasts_s if plan else None,
        "occurs": occurs and block_of_occurs(occurs),
        "strict_cost": bool(occurs and occurs.strict),
        "require_baseline": plan is not None and plan.require_baseline,
        "stop_when": {key: rule for key, rule in rules.items() if rule is not None},
    }


def _promised(plan: Plan | None) -> tuple[str, str]:
    """The name of the objective in the file and the quantile it promises, each empty where there is none."""
    objective = plan.objective if plan else None
    return (objective.name, objective.quantile) if objective else ("", "")


def trouble(found: ExperimentSummary) -> str | None:
    """Why the numbers of the file are not proposed, where it has some."""
    try:
        _read(found)
    except BadInput as error:
        return f"{error}; the usual numbers are proposed instead"
    return None


def _plan(found: ExperimentSummary) -> Plan | None:
    try:
        return _read(found)
    except BadInput:
        return None


def _read(found: ExperimentSummary) -> Plan | None:
    extensions = found.document.get("extensions") or []
    ours = [each for each in extensions if isinstance(each, dict) and each.get("name") == "chaosiq"]
    return plan_of(found.document) if any(each.get("verification") for each in ours) else None


def _name(title: str) -> str:
    """A title as a text field of one line can hold it."""
    return re.sub(r"[\r\n\t\0]+", " ", title)[:NAME_LENGTH]
