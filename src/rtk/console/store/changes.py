"""Objectives and verifications made and changed by people, checked as their files would be."""

import copy
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.timezone import now

from rtk.console.people.models import Team, User
from rtk.console.store import experiments, lessons, promises, revisions, timeline, verifications
from rtk.console.store.models import Experiment, Objective, Verification
from rtk.console.store.problem import Problem
from rtk.errors import BadInput
from rtk.experiment.block import OCCURS
from rtk.experiment.occurs import block_of_occurs, occurs_of
from rtk.report.conclusion import conclusion_of

_COLUMNS = {"frequency": "frequency_s", "duration": "duration_s", "warm_up": "warm_up_s", "cool_down": "cool_down_s"}
_PROMISE = ("target", "quantile")
_LENGTHS = {"window": "window_s", "outage_lasts": "outage_lasts_s", "proof_lasts": "proof_lasts_s"}


def new_objective(team: Team, user: User, values: Mapping[str, Any]) -> Objective:
    """A new objective of what a form says; its `id` may be given."""
    return verifications.make_objective(team, user, _columns_of_objective(values, None))


@transaction.atomic
def change_objective(objective: Objective, values: Mapping[str, Any]) -> Objective:
    """Change an objective. Raises `Problem` for a promise that one of its verifications cannot be measured by."""
    quantile, window_s = objective.quantile, objective.window_s
    for key, value in _columns_of_objective(values, objective).items():
        setattr(objective, key, value)
    objective.save()
    if objective.quantile and objective.quantile != quantile:
        _check_all(objective, "quantile", "by it")
    if objective.window_s is None and window_s is not None:
        _check_all(objective, "window", "without it")
    revisions.renew_of(objective)
    return objective


def _check_all(objective: Objective, place: str, how: str) -> None:
    """See that every verification of an objective can be measured so; `place` is what changes of it."""
    for each in Verification.objects.filter(objective=objective, deleted_at=None).select_related("experiment__team"):
        each.objective = objective
        try:
            _check(each)
        except Problem as problem:
            told = f'the verification "{each.name}" cannot be measured {how}: {problem.detail}'
            wrong = BadInput.at(place, told)
            raise Problem(422, str(wrong), place, wrong=wrong) from None


def _columns_of_objective(values: Mapping[str, Any], before: Objective | None) -> dict[str, Any]:
    others = {key: value for key, value in values.items() if key not in _PROMISE}
    return {**{_LENGTHS.get(key, key): value for key, value in others.items()}, **promises.columns_of(values, before)}


@transaction.atomic
def new_verification(team: Team, user: User, values: Mapping[str, Any]) -> Verification:
    """A new verification, with an objective that there is or a new one, or none; its `id` may be given."""
    verifications.checked(values["experiment"])
    document = copy.deepcopy(dict(values["experiment"]))
    promise = _objective(team, user, values)
    # Its own id in the block would make it the experiment it was copied from.
    document["extensions"] = [e for e in document.get("extensions") or [] if e.get("name") != experiments.BLOCK]
    experiment, _ = experiments.keep(team, user, document)
    columns = {column: values[key] for key, column in _COLUMNS.items()}
    made: Verification = Verification.objects.create(
        id=values.get("id") or uuid4(),
        team=team,
        created_by=user,
        name=values["name"],
        objective=promise,
        experiment=experiment,
        stop_when=values["stop_when"],
        outage_lasts_s=values.get("outage_lasts"),
        occurs=_occurs(values.get("occurs")),
        strict_cost=values.get("strict_cost", False),
        require_baseline=bool(values.get("require_baseline")),
        proof_lasts_s=values.get("proof_lasts"),
        **columns,
    )
    # Within the transaction: what cannot be measured is not kept.
    _check(made)
    revisions.renew(made)
    timeline.add(team, user, "verification.created", made.id, made.name, experiments.tags_of(document))
    return made


def _objective(team: Team, user: User, values: Mapping[str, Any]) -> Objective | None:
    key, new = values.get("objective_id"), values.get("objective")
    if key and new:
        raise Problem(422, "objective: expected either objective_id or objective, not both", "objective")
    if key:
        try:
            return verifications.find_objective(team, key)
        except Problem:
            raise Problem(422, "objective_id: there is no such objective in this team", "objective_id") from None
    return new_objective(team, user, new) if new else None


@transaction.atomic
def change_verification(team: Team, user: User, verification: Verification, values: Mapping[str, Any]) -> Verification:
    """Change a verification; a new revision of it begins where more than names change."""
    if "objective_id" in values:
        verification.objective = _objective(team, user, values)
    for key, column in _COLUMNS.items():
        setattr(verification, column, values.get(key, getattr(verification, column)))
    verification.name = values.get("name", verification.name)
    verification.stop_when = values.get("stop_when", verification.stop_when)
    verification.outage_lasts_s = values.get("outage_lasts", verification.outage_lasts_s)
    if "occurs" in values:
        verification.occurs = _occurs(values["occurs"])
    verification.strict_cost = values.get("strict_cost", verification.strict_cost)
    verification.require_baseline = bool(values.get("require_baseline", verification.require_baseline))
    verification.proof_lasts_s = values.get("proof_lasts", verification.proof_lasts_s)
    verification.save()
    if "experiment" in values:
        verifications.checked(values["experiment"])
        key = str(verification.experiment_id)
        verification.experiment, _ = experiments.keep(team, user, values["experiment"], key)
        verification.save(update_fields=["experiment"])
    _check(verification)
    revisions.renew(verification)
    return verification


def _occurs(given: object) -> dict[str, Any] | None:
    """How often the conditions are expected, as a file says it. Raises `Problem` with the place of what is wrong."""
    if given is None:
        return None
    try:
        return block_of_occurs(occurs_of(given, OCCURS))
    except BadInput as error:
        raise Problem(422, str(error), OCCURS, wrong=error) from None


def doubted(made: Verification, document: dict[str, Any] | None = None) -> dict[str, str | None]:
    """Return why no run of a verification can prove its target, as a code and in a sentence; None where one can.

    One query, where its document with what was learned of outages is not given.
    """
    document = document or verifications.document_of(made, lessons.learned(made.objective_id))
    found = conclusion_of(verifications.plan_in(document, "verification"), document)
    return {"doubt": found.doubt, "warning": found.warning()}


def archive(thing: Verification | Objective | Experiment, archived: bool = True) -> None:
    """Take it out of the lists, or bring it back; its runs stay, and it may still be run."""
    thing.archived_at = (thing.archived_at or now()) if archived else None
    thing.save(update_fields=["archived_at"])


def _check(verification: Verification) -> None:
    if verification.occurs and not verification.objective:
        raise Problem(422, f"{OCCURS}: there is no budget that it could cost without an objective", OCCURS)
    if verification.strict_cost and not verification.occurs:
        raise Problem(422, f"strict_cost: means nothing without {OCCURS}, expected both", "strict_cost")
    # Whoever runs it reads it as a file: what its reader would refuse must not be kept.
    verifications.plan_in(verifications.document_of(verification), "verification")


def objective(made: Objective) -> dict[str, Any]:
    """An objective as the API tells it."""
    return {
        "id": str(made.id),
        "name": made.name,
        "description": made.description,
        "tags": made.tags,
        "target": made.target,
        "quantile": made.quantile or None,
        "window": made.window_s,
        "outage_lasts": made.outage_lasts_s,
        "proof_lasts": made.proof_lasts_s,
        "measure": made.measure,
        "created_at": made.created_at.isoformat(),
    }


def verification(made: Verification) -> dict[str, Any]:
    """A verification as the API tells it; times are in seconds."""
    return {
        "id": str(made.id),
        "name": made.name,
        "objective_id": str(made.objective_id) if made.objective_id else None,
        "experiment_id": str(made.experiment_id),
        "frequency": made.frequency_s,
        "duration": made.duration_s,
        "warm_up": made.warm_up_s,
        "cool_down": made.cool_down_s,
        "outage_lasts": made.outage_lasts_s,
        "occurs": made.occurs,
        "strict_cost": made.strict_cost,
        "require_baseline": made.require_baseline,
        "proof_lasts": made.proof_lasts_s,
        "stop_when": made.stop_when,
        "created_at": made.created_at.isoformat(),
    }
