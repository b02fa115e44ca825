"""What an objective promises: a share of measurements, or a quantile of the value, which is a share and a limit."""

from collections.abc import Mapping
from typing import Any

from rtk.console.store.models import Objective, Verification
from rtk.console.store.problem import Problem
from rtk.errors import BadInput
from rtk.experiment.plan import ValueLimit
from rtk.experiment.quantile import limit_of, quantile_promise


def columns_of(values: Mapping[str, Any], before: Objective | None = None) -> dict[str, Any]:
    """Return the columns `target` and `quantile` for what a form or a call says; what is not said stays as `before`.

    A `quantile` that is None or empty is none.

    Raises `Problem` for both at once or none, and for a quantile that is none or that the measure cannot have.
    """
    target, spelled = values.get("target"), (values.get("quantile") or "").strip()
    if spelled:
        if target is not None:
            raise _refused("quantile", "promises a share already, expected it without target")
        measure = values.get("measure") or (before.measure if before else None)
        try:
            promise = quantile_promise(spelled, "quantile")
            if measure:
                limit_of(promise, {"steady-state-hypothesis": {"probes": [dict(measure)]}}, "quantile")
        except BadInput as error:
            raise Problem(422, str(error), "quantile", wrong=error) from None
        return {"target": promise.share, "quantile": promise.spelled()}
    emptied, kept = "quantile" in values, before.quantile if before else ""
    if kept and emptied != (target is not None):
        told = f"the objective promises {kept}, expected an empty quantile and a target to make it a share"
        raise _refused("target", told)
    if target is None and (before is None or "target" in values):
        missing = "missing, " if before is None else ""
        raise _refused("target", f"{missing}expected a share such as 0.95, or quantile such as p95 <= 300ms")
    return {} if target is None else {"target": target, "quantile": ""}


def spelled(text: str) -> str:
    """Return the one spelling of a promise that a client made; empty where it is none that is known here."""
    try:
        return quantile_promise(text).spelled() if text else ""
    except BadInput:
        return ""


def limit_of_verification(of: Verification) -> ValueLimit | None:
    """Return the limit that the objective of a verification sets to a value; None where it sets none."""
    if not of.objective or not of.objective.quantile:
        return None
    try:
        return limit_of(quantile_promise(of.objective.quantile), of.experiment.document)
    except BadInput:
        return None


def _refused(place: str, told: str) -> Problem:
    wrong = BadInput.at(place, told)
    return Problem(422, str(wrong), place, wrong=wrong)
