"""What a verification is going to do and can prove, before anything has begun: opening lines and `--dry`."""

from collections.abc import Iterator, Mapping
from typing import Any

from rtk.experiment.claim import CLAIMS, claim_of, extension_of
from rtk.experiment.limits import DEFAULT_LIMIT_S, own_limit
from rtk.experiment.plan import Plan
from rtk.experiment.quantity import finite
from rtk.experiment.refs import written_out
from rtk.figures import chosen_duration, count, duration, share
from rtk.insight.facts import PHASES
from rtk.insight.occurrence_wording import may_cost
from rtk.insight.power import prospects, worst
from rtk.insight.promise import promise_at_length
from rtk.insight.verdict import deciding
from rtk.report.conclusion import conclusion_of, expected
from rtk.report.measured import measured
from rtk.report.text import plain
from rtk.verify.longest import beside_s
from rtk.verify.tries import LIMIT_S, tries_of

Document = Mapping[str, Any]
_SHOWN = {"effect": "Effect of", "restored": "Restored after"}
USUAL = 0.95  # the target to tell what can be proven of, where there is no objective


def planned(plan: Plan, document: Document) -> list[str]:
    """The plan in plain lines: what comes of it, slots, hypothesis, conditions, undo, what can be proven, worst cost.

    `document` is the experiment as it was read, mended and validated.
    """
    title = plain(document.get("title") or "A verification without a title")
    told = [conclusion_of(plan, document).sentence(), title, *course(plan, document)]
    objective = plan.objective
    if objective is None:
        return told + [f"With a target of {share(USUAL)}: {one}" for one in expected(plan, USUAL).sentences()[:2]]
    promise = promise_at_length(objective.target, objective.quantile, objective.window_s)
    told.append(f"Objective: {plain(promise, 700)}")
    told += prospects(
        objective.target,
        plan.slots("conditions"),
        plan.frequency_s,
        outage_lasts_s=plan.outage_lasts_s,
        learned=plan.outage_learned,
        window_s=objective.window_s,
        all_slots=sum(plan.slots(phase) for phase in PHASES),
        beside_s=beside_s(document, plan.duration_s),
    ).sentences()
    if plan.occurs is not None:
        told.append(may_cost(plan.occurs, objective.target))
    return told


def course(plan: Plan, document: Document) -> list[str]:
    """What is going to be done, without what can be proven by it."""
    told = []
    for phase in PHASES:
        slots, length = plan.slots(phase), plan.length(phase)
        if slots:
            every = f"every {chosen_duration(plan.frequency_s)} for {duration(length)}"
            told.append(f"{phase.capitalize()}, {count(slots, 'slot')}: {every}")
    # A `ref` that is left names nothing known here, and may be of an action.
    actions = [
        each for each in _activities(document.get("method"), document) if each.get("type") == "action" or "ref" in each
    ]
    if not plan.slots("baseline") and actions:
        told.append("No baseline: without one nobody knows what caused a deviation; --warm-up 1m gives one.")
    hypothesis = _mapping(document.get("steady-state-hypothesis"))
    probes = written_out(map(_mapping, hypothesis.get("probes") or ()), document)
    told += [f"Measured: {measured(one)}; time limit {_limit(one, DEFAULT_LIMIT_S)}" for one in probes]
    if not probes:
        told.append("Nothing is measured: the experiment has no hypothesis with a probe.")
    told += _conditions(actions)
    rollbacks = _activities(document.get("rollbacks"), document)
    for rollback in rollbacks:
        limit, tries = _limit(rollback, LIMIT_S), tries_of(rollback)
        limited = f"up to {tries} tries of {limit} each" if tries > 1 else f"time limit {limit}"
        told.append(f"Undo: {_named(rollback)}; {limited}")
    if not rollbacks and actions:
        told.append("No rollbacks.")
    return [*told, *_stops(plan)]


def costs(plan: Plan, document: Document) -> tuple[str, ...]:
    """What the plan costs at worst, in a sentence; nothing without a budget."""
    promise = plan.objective
    slots = sum(plan.slots(phase) for phase in PHASES)
    if promise is None:
        return ()
    return worst(
        promise.target, slots, plan.frequency_s, promise.window_s, beside_s(document, plan.duration_s)
    ).sentences()


def _conditions(actions: list[Document]) -> Iterator[str]:
    for action in actions:
        background = ", in the background" if action.get("background") else ""
        lasts = finite(extension_of(action).get("lasts"))
        lasting = "" if lasts is None else f", lasts {duration(lasts)}"
        limited = f"time limit {_limit(action)}" if own_limit(action) else "no time limit"
        yield f"Condition: {_named(action)}{background}{lasting}; {limited}"
        for what in CLAIMS:
            if claim := claim_of(action, what):
                shown = f"{_SHOWN[what]} {_name(action)}"
                yield from (f"{shown}: {measured(each)}; awaited for {duration(claim.within)}" for each in claim.probes)
    if not actions:
        yield "No condition: the system is measured as it is."


def _stops(plan: Plan) -> Iterator[str]:
    stop = plan.stop_when
    if stop.deviated_in_a_row is not None:
        yield f"Stops early after {count(stop.deviated_in_a_row, 'deviated measurement')} in a row"
    if stop.budget_spent is not None:
        yield f"Stops early once {share(stop.budget_spent)} of the budget is spent"
    if stop.max_duration_s is not None:
        yield f"Stops early after {duration(stop.max_duration_s)}"
    if stop.decided and plan.objective is not None:
        slots = plan.slots("conditions")
        told = _deviated(deciding(slots, plan.objective.target), slots)
        yield f"May stop early: it fails whatever comes {told}"
    if plan.require_baseline and plan.objective is not None:
        slots = plan.slots("baseline")
        told = _deviated(deciding(slots, plan.objective.target), slots)
        yield f"Applies no condition where the baseline is broken already: that is {told}"


def _deviated(needed: int | None, slots: int) -> str:
    """From how many deviated slots on something is so."""
    whole = count(slots, "slot")
    return f"once {needed:,} of its {whole} have deviated" if needed is not None else f"never, for {whole} are too few"


def _activities(activities: object, document: Document) -> list[Document]:
    return written_out(map(_mapping, activities if isinstance(activities, list) else ()), document)


def _limit(activity: Document, usual: float = 0.0) -> str:
    """The time limit of an activity: its own, else the usual one."""
    given = own_limit(activity) or usual
    return f"{plain(given, 80)} s" if isinstance(given, str) else duration(given)


def _name(activity: Document) -> str:
    return plain(activity.get("name") or activity.get("ref") or "without a name", 160)


def _named(activity: Document) -> str:
    """An activity's name and what carries it out; arguments and URLs stay out, they may hold secrets."""
    provider = _mapping(activity.get("provider"))
    carrier = provider.get("path") or provider.get("func")
    name = _name(activity)
    return f"{name} ({plain(provider.get('type'), 20)} {plain(carrier, 120)})" if carrier else name


def _mapping(value: object) -> Document:
    return value if isinstance(value, Mapping) else {}
