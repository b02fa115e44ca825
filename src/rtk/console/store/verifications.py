"""Verifications and objectives: made, found by their own id or their file's, and written out as files."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from msgspec.structs import asdict

from rtk.console import sql
from rtk.console.people.models import Team, User
from rtk.console.store import experiments, lists, promises, revisions, timeline
from rtk.console.store.evidence import Revision
from rtk.console.store.intake import PlanOf
from rtk.console.store.models import Experiment, Objective, Verification
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.problem import Problem, unknown
from rtk.errors import BadInput
from rtk.experiment import shape
from rtk.experiment.block import (
    ACTS_ON,
    COOL_DOWN,
    DURATION,
    FREQUENCY,
    NAME,
    OCCURS,
    OUTAGE_LASTS,
    OUTAGE_LEARNED,
    PROOF_LASTS,
    QUANTILE,
    REQUIRE_BASELINE,
    STRICT_COST,
    WARM_UP,
    plan_of,
)
from rtk.experiment.occurs import block_of_occurs, occurs_of
from rtk.experiment.plan import Plan
from rtk.experiment.quantity import in_file
from rtk.insight.occurs import Occurs
from rtk.insight.outage_length import Learned


def of(team: Team) -> Any:
    """A team's verifications."""
    rows = Verification.objects.filter(team=team, deleted_at=None)
    return rows.select_related("objective", "experiment", "revision", "team")


_VERIFICATION = sql.ModelColumns(Verification, "verification")
_OBJECTIVE = sql.ModelColumns(Objective, "objective")
_REVISION = sql.ModelColumns(Revision, "revision")
_EXPERIMENT = sql.ModelColumns(Experiment, "experiment")
_ALONG = """
  LEFT JOIN store_objective AS objective ON objective.id = verification.objective_id
  LEFT JOIN store_revision AS revision ON revision.id = verification.revision_id
WHERE verification.team_id = %(team)s AND verification.deleted_at IS NULL
"""
_ONE = f"""
SELECT {_VERIFICATION.sql}, {_OBJECTIVE.sql}, {_REVISION.sql}, {_EXPERIMENT.sql}
FROM store_verification AS verification
  JOIN store_experiment AS experiment ON experiment.id = verification.experiment_id
{_ALONG} AND verification.{{key}} = %(key)s ORDER BY verification.created_at DESC LIMIT 1
"""  # noqa: S608 - of constants
_OF_ID, _OF_FILE = _ONE.format(key="id"), _ONE.format(key="file_id")
_PAGE = f"""
SELECT {_VERIFICATION.sql}, {_OBJECTIVE.sql}, {_REVISION.sql} FROM store_verification AS verification
{_ALONG} {{after}} ORDER BY verification.created_at DESC, verification.id DESC LIMIT %(size)s
"""  # noqa: S608 - of constants
_FIRST_PAGE = _PAGE.format(after="")
_FURTHER_PAGE = _PAGE.format(after="AND (verification.created_at, verification.id) < (%(at)s, %(last)s)")


def find(team: Team, key: str) -> Verification:
    """A team's verification. Raises `Problem`: 410 for one that was deleted."""
    own = lists.id_of(key)
    rows = sql.rows(_OF_ID, team=team.id, key=own) if own else []
    if not rows and "\0" not in key:  # which PostgreSQL refuses within a text
        rows = sql.rows(_OF_FILE, team=team.id, key=key)
    if not rows:
        # Not merely any: it may have been imported by somebody else since.
        deleted = lists.by_id_or_file(Verification.objects.filter(team=team, deleted_at__isnull=False), key)
        raise Problem(410, "this verification was deleted", "verification") if deleted else unknown("verification")
    found = _read(rows[0])
    found.experiment = _EXPERIMENT.model(rows[0])
    found.team = found.experiment.team = team
    return found


def _read(row: sql.Row) -> Verification:
    verification = _VERIFICATION.model(row)
    verification.objective = _OBJECTIVE.model_or_none(row)
    verification.revision = _REVISION.model_or_none(row)
    return verification


def page(team: Team, shown: Callable[[Verification], Any], cursor: str | None, limit: int | None) -> dict[str, Any]:
    """A page of a team's verifications."""

    def fetch(size: int, place: lists.Place | None) -> list[Verification]:
        after = dict(zip(("at", "last"), place, strict=True)) if place else {}
        return [
            _read(row) for row in sql.rows(_FURTHER_PAGE if place else _FIRST_PAGE, team=team.id, size=size, **after)
        ]

    return lists.paged(fetch, shown, cursor, limit)


def objectives(team: Team) -> Any:
    """A team's objectives."""
    return Objective.objects.filter(team=team, deleted_at=None)


def find_objective(team: Team, key: str) -> Objective:
    """A team's objective. Raises `Problem`."""
    found: Objective | None = lists.by_id_or_file(objectives(team), key)
    if found is None:
        raise unknown("objective")
    return found


def find_or_import(team: Team, user: User, key: str, document: Any, plan: PlanOf | None = None) -> Verification:
    """A team's verification; one that is not known yet is imported from the experiment that is run, by its plan.

    Raises `Problem` for one that was deleted, or whose document is no verification.
    """
    try:
        return find(team, key)
    except Problem as problem:
        if problem.status != 404 or not isinstance(document, Mapping) or not document:
            raise
    if len(key) > NAME_LENGTH or "\0" in key:
        raise unknown("verification")
    checked(document, ask=shape.experiment)  # it was run already, whatever rules it broke
    try:
        return imported(team, user, document, plan or plan_in(document), key)
    except IntegrityError:  # somebody else was quicker with the same file
        return find(team, key)


def runnable(document: Any) -> None:
    """See that a document is an experiment that can be run. Raises BadInput.

    The Chaos Toolkit's own checks are imported once somebody sends one: with their parser of JSON paths they took a
    thirtieth of the console's start.
    """
    from rtk.experiment.check import check  # noqa: PLC0415 - as said above

    check(document)


def checked(document: Any, place: str = "experiment", ask: Callable[[Any], None] = runnable) -> None:
    """See that a document is an experiment that can be run. Raises `Problem` with the place of what is wrong."""
    try:
        ask(document)
    except BadInput as error:
        raise Problem(422, f"{place}: {error}", place, wrong=error) from None
    except RecursionError:
        raise Problem(422, f"{place}: nested too deeply", place) from None


def plan_in(document: Mapping[str, Any], place: str = "experiment") -> Plan:
    """The plan of a verification's document. Raises `Problem`."""
    try:
        return plan_of(document)
    except BadInput as error:
        raise Problem(422, f"{place}: {error}", place, wrong=error) from None


@transaction.atomic
def imported(team: Team, user: User, document: Mapping[str, Any], plan: Plan | PlanOf, key: str | None) -> Verification:
    """Make a verification of a document and its plan, with its experiment and objective."""
    experiment, _ = experiments.keep(team, user, document)
    occurs = plan.occurs
    expected = occurs and block_of_occurs(Occurs(occurs.times, occurs.per_s, occurs.lasts_s, occurs.allowance))
    verification = Verification.objects.create(
        team=team,
        created_by=user,
        file_id=key,
        name=experiment.title,
        objective=_objective_in(team, user, document, plan),
        experiment=experiment,
        frequency_s=plan.frequency_s,
        duration_s=plan.duration_s,
        warm_up_s=plan.warm_up_s,
        cool_down_s=plan.cool_down_s,
        outage_lasts_s=plan.outage_lasts_s,
        occurs=expected,
        strict_cost=occurs is not None and occurs.strict,  # a column of its own
        require_baseline=plan.require_baseline,
        proof_lasts_s=plan.proof_lasts_s,
        stop_when=stop_when_in(document),
    )
    revisions.renew(verification)
    timeline.add(team, user, "verification.created", verification.id, verification.name, experiments.tags_of(document))
    return verification


def _objective_in(team: Team, user: User, document: Mapping[str, Any], plan: Plan | PlanOf) -> Objective | None:
    key = experiments.text_in(experiments.block_in(document), "objective_id")
    known: Objective | None = lists.by_id_or_file(objectives(team), key) if key else None
    if known or plan.objective is None:
        return known
    promise = plan.objective
    values = {
        "name": promise.name or document["steady-state-hypothesis"]["title"],
        "target": promise.target,
        "quantile": promises.spelled(promise.quantile),
        "window_s": promise.window_s,
    }
    return make_objective(team, user, values, key)


def make_objective(team: Team, user: User, values: Mapping[str, Any], key: str | None = None) -> Objective:
    """A new objective."""
    named = {**values, "name": values["name"].replace("\0", " ")[:NAME_LENGTH]}
    made: Objective = Objective.objects.create(team=team, created_by=user, file_id=key, **named)
    timeline.add(team, user, "objective.created", made.id, made.name, made.tags)
    return made


def stop_when_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """The rules of a document for stopping early."""
    rules = _written_in(document).get("stop-when")
    return dict(rules) if isinstance(rules, dict) else {}


def document_of(verification: Verification, learned: Learned | None = None) -> dict[str, Any]:
    """The verification as a file: its experiment with the block filled in, and what was learned of its objective."""
    block: dict[str, Any] = {
        "id": str(verification.id),
        FREQUENCY: in_file(verification.frequency_s),
        DURATION: in_file(verification.duration_s),
    }
    if verification.warm_up_s:
        block[WARM_UP] = in_file(verification.warm_up_s)
    if verification.cool_down_s:
        block[COOL_DOWN] = in_file(verification.cool_down_s)
    if verification.outage_lasts_s:
        block[OUTAGE_LASTS] = in_file(verification.outage_lasts_s)
    if verification.occurs and verification.objective:  # it is the objective's budget that it costs
        block[OCCURS] = verification.occurs
        block |= {STRICT_COST: True} if verification.strict_cost else {}
    if verification.require_baseline:
        block[REQUIRE_BASELINE] = True
    if verification.proof_lasts_s:
        block[PROOF_LASTS] = in_file(verification.proof_lasts_s)
    if verification.stop_when:
        block["stop-when"] = verification.stop_when
    of_file = _written_in(verification.experiment.document)  # which says what a verification has no column for
    block |= {key: of_file[key] for key in ("max-in-flight", ACTS_ON) if of_file.get(key) is not None}
    objective = verification.objective
    if objective:
        block["objective"] = objective_in_file(objective)
    lesson = asdict(learned) if learned else None
    of_objective = str(objective.id) if objective else None
    return with_block(
        verification.experiment, {"objective_id": of_objective, OUTAGE_LEARNED: lesson, "verification": block}
    )


def objective_in_file(objective: Objective) -> dict[str, Any]:
    """Return an objective as a verification's file has it."""
    lengths = {
        "window": objective.window_s,
        OUTAGE_LASTS: objective.outage_lasts_s,
        PROOF_LASTS: objective.proof_lasts_s,
    }
    told = {key: in_file(length) for key, length in lengths.items() if length is not None}
    promise = {QUANTILE: objective.quantile} if objective.quantile else {"target": objective.target}
    return {"name": objective.name, **promise, **told}


def outage_lasts_s(verification: Verification) -> float | None:
    """Return how long an outage lasts on average (seconds), by itself or its objective: the longer; None unsaid."""
    promise = verification.objective
    told = (verification.outage_lasts_s, promise.outage_lasts_s if promise else None)
    return max((each for each in told if each), default=None)


def occurs_in(verification: Verification) -> Occurs | None:
    """Return how often its conditions are expected; None where nobody said so."""
    told = verification.occurs
    return occurs_of(told, OCCURS, strict=verification.strict_cost) if told else None


def _written_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """A verification as its document says it; empty where it says none."""
    block = experiments.block_in(document).get("verification")
    return block if isinstance(block, dict) else {}


def experiment_document(experiment: Experiment) -> dict[str, Any]:
    """The experiment as a file, with its ids."""
    kept = {key: value for key, value in experiments.block_in(experiment.document).items() if key == "verification"}
    return with_block(experiment, kept)


def with_block(experiment: Experiment, more: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment with our block in place of the one it has."""
    # Whoever is given it may change it: the row keeps its own.
    document = copy.deepcopy(experiment.document)
    extensions = document.get("extensions")
    others = [e for e in extensions or [] if not (isinstance(e, dict) and e.get("name") == NAME)]
    team = experiment.team
    ids = {"experiment_id": str(experiment.id), "team_id": str(team.id), "org_id": str(team.org_id)}
    block = {"name": NAME, **ids, **{key: value for key, value in more.items() if value is not None}}
    return {**document, "extensions": [*others, block]}


def delete(thing: Verification | Objective) -> None:
    """Delete what may have runs: it is shown no longer, and takes no further runs."""
    thing.deleted_at = now()
    thing.save(update_fields=["deleted_at"])
