"""Part A, experiments and executions: kept as the clients of 2020 know it."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from rtk.console import links
from rtk.console.api.answers import created
from rtk.console.api.entry import caller_of, enter, read
from rtk.console.store import executions, experiments, extent, safeguards
from rtk.console.store.intake import Name
from rtk.console.store.models import Execution
from rtk.console.store.problem import Problem

router = Router(tags=["kept: experiments and executions"])

T = "/organizations/{org}/teams/{team}"
X = f"{T}/experiments/{{experiment}}/executions"


class WithExperiment(msgspec.Struct):
    """An experiment that is run."""

    experiment: dict[str, Any]


class WithJournal(msgspec.Struct):
    """A journal, kept as it came."""

    journal: msgspec.Raw


class Begun(WithJournal):
    """The same, of an execution that may bring an id of its own: then telling it again makes no second one."""

    id: UUID | None = None


class CloudEvent(msgspec.Struct):
    """A CloudEvent in its structured form."""

    id: Name
    type: Name
    data: Any = None


def takes(shape: type[Any], example: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    """The description of a body that we read ourselves."""
    (schema,), components = msgspec.json.schema_components([shape], ref_template="#/components/schemas/{name}")
    whole = components.get(shape.__name__, schema)
    return {"requestBody": {"required": True, "content": {kind: {"schema": whole, "example": example}}}}


@router.post(
    f"{T}/experiments",
    response={201: dict[str, Any], 200: dict[str, Any], 204: None},
    summary="Keep an experiment",
    openapi_extra=takes(WithExperiment, {"experiment": {"title": "Checkout answers in time"}}),
)
def keep_experiment(request: HttpRequest, org: str, team: str) -> Any:
    """201 a new one, 200 a known one that has changed, 204 a known one as it was.

    Who sends an experiment without its id needs the id, to tell of an execution: then it is 200 in place of 204.
    """
    into, user = enter(request, org, team, "run"), caller_of(request).user
    document = read(request, WithExperiment).experiment
    kept, known = experiments.keep(into, user, document)
    if known == "unchanged" and experiments.names_itself(document):
        return HttpResponse(status=204)
    value = {"id": str(kept.id), "title": kept.title, "org_id": str(into.org_id), "team_id": str(into.id)}
    return created(request, value, f"{request.path}/{kept.id}", 201 if known == "new" else 200)


@router.post(
    X,
    response={201: dict[str, Any]},
    summary="Begin an execution",
    openapi_extra=takes(Begun, {"journal": {"status": "running", "experiment": {"title": "…"}}}),
)
def begin(request: HttpRequest, org: str, team: str, experiment: str) -> HttpResponse:
    """An execution of an experiment, with the journal as it is now; one whose id is known already is the same one."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    body = read(request, Begun)
    made = executions.create(into, user, experiment, bytes(body.journal), body.id)
    return created(request, _shown(made), links.told_of_execution(made))


@router.get(X + "/{execution}", response=dict[str, Any], summary="An execution with its journal")
def execution(request: HttpRequest, org: str, team: str, experiment: str, execution: str) -> HttpResponse:
    """An execution, its journal as it was sent last."""
    found = executions.find(enter(request, org, team, "read"), execution, experiment)
    journal = bytes(found.journal) if found.journal else b"null"
    head = msgspec.json.encode(_shown(found))
    # The journal goes out as it came in: nobody here reads its tens of megabytes.
    answer = HttpResponse(head[:-1] + b',"journal":' + journal + b"}", content_type="application/json")
    answer["Content-Location"] = links.told_of_execution(found)
    return answer


@router.put(
    X + "/{execution}",
    response=dict[str, Any],
    summary="The journal as it is now",
    openapi_extra=takes(WithJournal, {"journal": {"status": "completed", "deviated": False}}),
)
def update(request: HttpRequest, org: str, team: str, experiment: str, execution: str) -> HttpResponse:
    """Keep the journal in place of the one there was."""
    into = enter(request, org, team, "run")
    found = executions.find(into, execution, experiment)
    executions.update(found, caller_of(request).user, bytes(read(request, WithJournal).journal))
    answer = JsonResponse(_shown(found))
    answer["Content-Location"] = links.told_of_execution(found)
    return answer


@router.post(
    X + "/{execution}/events",
    response={201: dict[str, Any]},
    summary="Tell an event of an execution",
    openapi_extra=takes(
        CloudEvent,
        {
            "specversion": "1.0",
            "id": "a9",
            "type": "starting-method",
            "source": "x",
            "data": {"context": None, "state": None},
        },
        "application/cloudevents+json",
    ),
)
def tell(request: HttpRequest, org: str, team: str, experiment: str, execution: str) -> HttpResponse:
    """A CloudEvent in its structured form; told again, it changes nothing."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    found = executions.find(into, execution, experiment)
    event = read(request, CloudEvent)
    # As long as their columns, whose text holds no zero character.
    if "\0" in event.id + event.type or len(event.id) > 500 or len(event.type) > 100:
        raise Problem(422, "id: expected at most 500 characters, and of type 100, none of them zero", "id")
    executions.told(found, user, event.id, event.type, data_of(event.data))
    return JsonResponse({"id": event.id}, status=201)


@router.get(X + "/{execution}/policies", response=dict[str, Any], summary="Whether safeguards allow it")
def policies(request: HttpRequest, org: str, team: str, experiment: str, execution: str) -> dict[str, Any]:
    """Whether the execution may go on, and the safeguards that forbid it."""
    into = enter(request, org, team, "read")
    executions.find(into, execution, experiment)
    against = safeguards.forbidding(into)
    return {"allowed": not against, "policies": [{"id": str(each.id), "name": each.name} for each in against]}


def data_of(data: Any) -> Any:
    """An event's data: the clients of 2020 send JSON in a text."""
    if not isinstance(data, str):
        return data
    # It is text within JSON, whose values were not counted with those around it.
    extent.refuse_many(data.encode("utf-8", "surrogatepass"), extent.most_values(), "data")
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return data


def _shown(made: Execution) -> dict[str, Any]:
    return {
        "id": str(made.id),
        "experiment_id": str(made.experiment_id),
        "team_id": str(made.team_id),
        "org_id": str(made.team.org_id),
        "status": made.status,
        "deviated": made.deviated,
        "created_at": made.created_at.isoformat(),
        "ended_at": made.ended_at.isoformat() if made.ended_at else None,
    }
