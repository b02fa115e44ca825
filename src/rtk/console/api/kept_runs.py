"""Part A, runs: told one event a call, as the clients of 2020 do."""

from typing import Annotated, Any
from uuid import uuid4

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from msgspec.structs import asdict
from ninja import Router

from rtk.console.api.answers import created
from rtk.console.api.entry import caller_of, enter, read
from rtk.console.api.kept_executions import T, takes
from rtk.console.people.models import Team
from rtk.console.store import executions, extent, legacy_runs, lessons, promises, runs, verifications
from rtk.console.store.intake import Name, refusal
from rtk.console.store.models import Verification
from rtk.console.store.problem import Problem
from rtk.console.store.run_state import RunState

router = Router(tags=["runs"])
V = f"{T}/verifications/{{verification}}/runs"


class Started(msgspec.Struct):
    """A run that begins."""

    journal: msgspec.Raw
    experiment_id: Name
    execution_id: Name
    status: Name = "started"


class Telling(msgspec.Struct):
    """An event of a run."""

    category: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    payload: Any = None


class Finished(msgspec.Struct):
    """A run that has ended."""

    journal: msgspec.Raw
    status: Name
    results: dict[str, Any]


class _Begin(executions.JournalSummary):
    start: Any = None


@router.post(
    V,
    response={201: dict[str, Any]},
    summary="Begin a run",
    openapi_extra=takes(Started, {"journal": {}, "status": "started", "experiment_id": "…", "execution_id": "…"}),
)
@transaction.atomic
def begin(request: HttpRequest, org: str, team: str, verification: str) -> HttpResponse:
    """A run of a verification, which is imported when the team does not know it yet."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    body = read(request, Started)
    raw = bytes(body.journal)
    extent.refuse_many_read(raw, _Begin, extent.most_values(), "journal")
    try:
        journal = msgspec.json.decode(raw, type=_Begin)
    except (msgspec.DecodeError, RecursionError) as error:
        raise refusal(error, "journal") from None
    try:
        execution = executions.find(into, body.execution_id, body.experiment_id)
    except Problem:
        raise Problem(422, "execution_id: there is no such execution of this experiment", "execution_id") from None
    if hasattr(execution, "run"):
        raise Problem(409, "execution_id: this execution is of another run", "execution_id")
    of = verifications.find_or_import(into, user, verification, journal.experiment or execution.experiment.document)
    run = runs.make(
        into, user, of, _plan(of), uuid4(), told="events", execution=execution, progress={"start": journal.start}
    )
    value = {**runs.shown(run), "state": RunState.RUNNING, "status": "", "journal": {}}
    return created(request, value, f"{request.path}/{run.id}")


def _plan(of: Verification) -> dict[str, Any]:
    promise, limit = of.objective, promises.limit_of_verification(of)
    keys = ("target", "window_s", "name", "quantile")
    objective = {key: getattr(promise, key) for key in keys} if promise else None
    learned = lessons.learned(of.objective_id)
    return {
        "frequency_s": of.frequency_s,
        "duration_s": of.duration_s,
        "warm_up_s": of.warm_up_s,
        "cool_down_s": of.cool_down_s,
        "objective": objective,
        "outage_lasts_s": verifications.outage_lasts_s(of),
        "limit": asdict(limit) if limit else None,
        "occurs": asdict(occurs) if (occurs := verifications.occurs_in(of)) else None,
        "outage_learned": asdict(learned) if learned else None,
    }


@router.post(
    V + "/{run}/events",
    response={201: dict[str, Any]},
    summary="Tell an event of a run",
    openapi_extra=takes(
        Telling,
        {
            "category": "verification-sample",
            "payload": {"iteration": 1, "state": {"steady_state_met": True, "probes": []}},
        },
    ),
)
def tell(request: HttpRequest, org: str, team: str, verification: str, run: str) -> HttpResponse:
    """An event, in whatever order; a sample that came before changes nothing."""
    found = _told(enter(request, org, team, "run"), verification, run)
    body = read(request, Telling)
    if "\0" in body.category:
        raise Problem(422, "category: expected text without zero characters", "category")
    legacy_runs.tell_event(found, caller_of(request).user, body.category, body.payload)
    return JsonResponse({}, status=201)


@router.post(
    V + "/{run}/finished",
    response=dict[str, Any],
    summary="End a run",
    openapi_extra=takes(Finished, {"journal": {}, "status": "completed", "results": {"total_duration": 341.0}}),
)
def finish(request: HttpRequest, org: str, team: str, verification: str, run: str) -> dict[str, Any]:
    """The end of a run, with its journal; told again it changes nothing."""
    found = _told(enter(request, org, team, "run"), verification, run)
    body, user = read(request, Finished), caller_of(request).user
    # No text of PostgreSQL can hold a zero character.
    status = body.status.replace("\0", " ")
    with transaction.atomic():
        legacy_runs.finish(found, bytes(body.journal), status, body.results)
        executions.update(found.execution, user, bytes(body.journal))
    return {"id": str(found.id), "status": status}


def _told(team: Team, verification: str, key: str) -> Any:
    run = runs.find_alive(team, verification, key)
    if run.told != "events":
        raise Problem(409, "this run is told by its record, not by events")
    return run
