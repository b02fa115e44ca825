"""Upgrade: a plain experiment becomes a verification; everything else in it stays as it is."""

import copy
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.block import (
    COOL_DOWN,
    DECIDED,
    DURATION,
    FREQUENCY,
    NAME,
    OCCURS,
    OUTAGE_LASTS,
    QUANTILE,
    REQUIRE_BASELINE,
    STRICT_COST,
    WARM_UP,
    Overrides,
    block_of,
    plan_of,
)
from rtk.experiment.check import check
from rtk.experiment.occurs import block_of_occurs
from rtk.experiment.plan import Plan
from rtk.experiment.quantity import in_file


def upgrade(
    document: Mapping[str, Any],
    options: Overrides,
    *,
    name: str = "",
    replace: bool = False,
    new_id: Callable[[], object] = uuid.uuid4,
) -> dict[str, Any]:
    """A copy of a document with a `chaosiq` block made of the options; `name` is the objective's.

    The block gets an id of its own, so that all runs of the file stand beside one another. Raises `BadInput`
    for a document that is no experiment, has a verification already (unless `replace`), or for bad options.
    """
    check(document)
    block = block_of(document)
    if block and block.verification is not None and not replace:
        raise BadInput(f"{block.place}: this is a verification already, give --replace to replace its numbers")
    upgraded = copy.deepcopy(dict(document))
    plan = plan_of({}, options)
    title = name or document["steady-state-hypothesis"]["title"]
    if block is None:
        upgraded["extensions"] = [*(upgraded.get("extensions") or []), {"name": NAME, "verification": {}}]
    ours = next(each for each in upgraded["extensions"] if each.get("name") == NAME)
    kept = (block.verification if block else None) or {}
    rules = {"stop-when": {**(kept.get("stop-when") or {}), DECIDED: True}} if plan.stop_when.decided else {}
    # By its former id, where it has one, its runs go on standing beside one another.
    ours["verification"] = {**kept, **rules, **_verification(plan, title), "id": kept.get("id") or str(new_id())}
    plan_of(upgraded)  # what was kept of an earlier block may contradict the new numbers
    return upgraded


def _verification(plan: Plan, title: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        FREQUENCY: in_file(plan.frequency_s),
        DURATION: in_file(plan.duration_s),
        WARM_UP: in_file(plan.warm_up_s),
        COOL_DOWN: in_file(plan.cool_down_s),
    }
    if plan.objective:
        window = plan.objective.window_s
        quantile = plan.objective.quantile
        promise = {QUANTILE: quantile} if quantile else {"target": plan.objective.target}
        values["objective"] = {"name": title, **promise} | ({} if window is None else {"window": in_file(window)})
    if plan.outage_lasts_s is not None:
        values[OUTAGE_LASTS] = in_file(plan.outage_lasts_s)
    if plan.occurs is not None:
        values[OCCURS] = block_of_occurs(plan.occurs)
        values |= {STRICT_COST: True} if plan.occurs.strict else {}
    if plan.require_baseline:
        values[REQUIRE_BASELINE] = True
    return values
