"""The head of a run's page: what was promised, how it is measured, by which verification, under which conditions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import fields

from rtk.console.store import experiments
from rtk.console.store.models import Run
from rtk.errors import ToolkitError
from rtk.experiment.limits import threshold
from rtk.experiment.plan import Plan, StopWhen
from rtk.figures import chosen_number
from rtk.insight.facts import ServiceLevelObjective, Threshold
from rtk.insight.promise import promise
from rtk.report.measured import met_when
from rtk.report.planned import costs, course
from rtk.report.text import capital, plain

_PROMISE = tuple(each.name for each in fields(ServiceLevelObjective))
# What a client of 2020 told may be of any shape: then there is no data, and not a page that failed.
_BROKEN = (ToolkitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
NO_CONDITION = "No condition"


class JudgedObjective(NamedTuple):
    """An objective as the run was judged by it; `id` leads to it where it is still there."""

    name: str
    words: str
    id: Any


class Measure(NamedTuple):
    """A probe by its name, and when it is met, in words."""

    name: str
    met: str


class Heading(NamedTuple):
    """The four columns and the tags. `conditions` are names, none where the system is measured as it is."""

    promise: JudgedObjective | None
    measures: tuple[Measure, ...]
    conditions: tuple[str, ...]
    tags: tuple[str, ...]


def heading(run: Run, document: Mapping[str, Any]) -> Heading:
    """The head; `document` is the experiment as it was run, which clients of 2020 may have sent unchecked."""
    measures = list[Measure]()
    try:
        for probe in document["steady-state-hypothesis"]["probes"]:
            name = plain(probe.get("name") or "a probe without a name", 160)
            bound = threshold(probe, document.get("configuration"))
            measures.append(Measure(name, bounds(bound) or capital(met_when(probe))))
    except _BROKEN:
        measures = []
    tags = tuple(experiments.tags_of(document))
    return Heading(promise_of(run), tuple(measures), conditions_of(document), tags)


def promise_of(run: Run) -> JudgedObjective | None:
    """What was promised when the run began."""
    told = run.plan.get("objective")
    kept = run.verification.objective
    try:
        target, window = float(told["target"]), told.get("window_s")
        name = plain(told.get("name") or (kept.name if kept else "") or "Objective without a name")
    except _BROKEN:
        return None
    there = kept.id if kept and not kept.deleted_at else None
    return JudgedObjective(name, plain(promise(target, str(told.get("quantile") or ""), window), 700), there)


def bounds(bound: Threshold) -> str:
    """A threshold in words: "At most 6,000 ms"; nothing where there is none."""
    lower, upper, unit = bound.lower, bound.upper, plain(bound.unit, 20)
    if lower is not None and upper is not None:
        return (
            f"Exactly {chosen_number(lower, unit)}"
            if lower == upper
            else f"{chosen_number(lower)} to {chosen_number(upper, unit)}"
        )
    if upper is not None:
        return f"At most {chosen_number(upper, unit)}"
    return "" if lower is None else f"At least {chosen_number(lower, unit)}"


def conditions_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The conditions of an experiment by their names."""
    method = document.get("method")
    activities = [each for each in method if isinstance(each, Mapping)] if isinstance(method, list) else []
    actions = (each for each in activities if each.get("type") == "action" or "ref" in each)
    return tuple(plain(each.get("name") or each.get("ref") or "without a name", 160) for each in actions)


def course_of(run: Run, document: Mapping[str, Any]) -> list[str]:
    """The plan in words, a line each, with what it costs at worst; nothing of one that makes no sense."""
    try:
        told, stop = run.plan.get("objective"), run.plan.get("stop_when") or {}
        plan = Plan(
            frequency_s=float(run.plan["frequency_s"]),
            duration_s=float(run.plan["duration_s"]),
            warm_up_s=float(run.plan.get("warm_up_s") or 0.0),
            cool_down_s=float(run.plan.get("cool_down_s") or 0.0),
            objective=ServiceLevelObjective(**{key: told[key] for key in _PROMISE if told.get(key)}) if told else None,
            stop_when=StopWhen(**stop),
            require_baseline=bool(run.plan.get("require_baseline")),
        )
        return [*course(plan, document), *costs(plan, document)]
    except _BROKEN:
        return []


def client_words(run: Run) -> str:
    """Who told of the run: "Reliability Toolkit 0.1.0, Chaos Toolkit 1.44.0, Linux …"."""
    if run.told == "events":
        return "A client of 2020, one event a call"
    names = {"rtk": "Reliability Toolkit", "chaoslib": "Chaos Toolkit", "platform": "", "node": "on"}
    known = [(word, run.client.get(key)) for key, word in names.items() if key in run.client]
    told = known or [("", value) for value in run.client.values()]
    return ", ".join(plain(f"{word} {value}".strip(), 120) for word, value in told if isinstance(value, str) and value)


def began_at(run: Run, head: Mapping[str, Any]) -> float:
    """When the run began (seconds since 1970), by its own clock where it told."""
    at = head.get("at")
    return float(at) if isinstance(at, int | float) and not isinstance(at, bool) else run.created_at.timestamp()
