"""Part B: experiments looked at, objectives and verifications."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec import to_builtins
from msgspec.structs import asdict
from ninja import Query, Router

from rtk.console.api import standing
from rtk.console.api.answers import created, polled
from rtk.console.api.entry import caller_of, enter
from rtk.console.api.forms import NewObjective, NewVerification, ObjectiveChange, Source, VerificationChange
from rtk.console.api.kept_executions import T
from rtk.console.api.preview_answer import look
from rtk.console.api.proposed import Found
from rtk.console.api.shown import (
    MadeVerification,
    Page,
    ShownObjective,
    ShownVerification,
    WholeObjective,
    WholeVerification,
)
from rtk.console.store import changes, lessons, lists, occurrences, verifications
from rtk.console.store.models import Objective

router = Router(tags=["objectives and verifications"])


@router.post(f"{T}/import", response=Found, summary="Look at an experiment")
def look_at(request: HttpRequest, org: str, team: str, body: Source) -> dict[str, Any]:
    """What is in the text of an experiment. Nothing is kept."""
    enter(request, org, team, "run")
    return look(body.source, body.format)


@router.post(f"{T}/objectives", response={201: WholeObjective}, summary="Make an objective")
def make_objective(request: HttpRequest, org: str, team: str, body: NewObjective) -> HttpResponse:
    """A new objective."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    made = changes.new_objective(into, user, body.dict())
    return created(request, _whole(made), f"{request.path}/{made.id}")


@router.get(f"{T}/objectives", response=Page[ShownObjective], summary="The objectives of a team")
def list_objectives(
    request: HttpRequest, org: str, team: str, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """A page of objectives."""
    rows = verifications.objectives(enter(request, org, team, "read"))
    return polled(request, _page(lists.page(rows, _itself, cursor, limit), standing.objectives))


@router.get(T + "/objectives/{objective}", response=WholeObjective, summary="An objective")
def objective(request: HttpRequest, org: str, team: str, objective: str) -> HttpResponse:
    """An objective."""
    found = verifications.find_objective(enter(request, org, team, "read"), objective)
    return polled(request, _whole(found))


@router.patch(T + "/objectives/{objective}", response=WholeObjective, summary="Change an objective")
def change_objective(
    request: HttpRequest, org: str, team: str, objective: str, body: ObjectiveChange
) -> dict[str, Any]:
    """Change the keys that are given; null clears a key, and all others keep their values."""
    found = verifications.find_objective(enter(request, org, team, "run"), objective)
    return _whole(changes.change_objective(found, body.said()))


def _whole(made: Objective) -> dict[str, Any]:
    """An objective with what its runs teach of outages."""
    learned = lessons.learned(made.id)
    return {**standing.objective(made), "outage_learned": asdict(learned) if learned else None}


@router.delete(T + "/objectives/{objective}", response={204: None}, summary="Delete an objective")
def delete_objective(request: HttpRequest, org: str, team: str, objective: str) -> Any:
    """Delete an objective; its verifications stay, without a promise to hold."""
    verifications.delete(verifications.find_objective(enter(request, org, team, "run"), objective))
    return HttpResponse(status=204)


@router.post(f"{T}/verifications", response={201: MadeVerification}, summary="Make a verification")
def make_verification(request: HttpRequest, org: str, team: str, body: NewVerification) -> HttpResponse:
    """A new verification, with its experiment, and its objective where one is given.

    It is made even where no run of it can prove its target; `warning` then says why, and what would.
    """
    into, user = enter(request, org, team, "run"), caller_of(request).user
    made = changes.new_verification(into, user, body.dict())
    told = {**standing.verification(made), **changes.doubted(made)}
    return created(request, told, f"{request.path}/{made.id}")


@router.get(f"{T}/verifications", response=Page[ShownVerification], summary="The verifications of a team")
def list_verifications(
    request: HttpRequest, org: str, team: str, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """A page of verifications."""
    found = verifications.page(enter(request, org, team, "read"), _itself, cursor, limit)
    return polled(request, _page(found, standing.verifications))


@router.get(T + "/verifications/{verification}", response=WholeVerification, summary="A verification")
def verification(request: HttpRequest, org: str, team: str, verification: str) -> HttpResponse:
    """A verification with its document."""
    found = verifications.find(enter(request, org, team, "read"), verification)
    cost = occurrences.shown(occurrences.dearest(found.pk, verifications.occurs_in(found)))
    length = lessons.length_of(found)
    document = verifications.document_of(found, length.learned)
    told = {
        **changes.doubted(found, document),
        "document": document,
        "outage": to_builtins(length),
        "occurrence": cost,
    }
    return polled(request, {**standing.verification(found), **told})


@router.patch(T + "/verifications/{verification}", response=MadeVerification, summary="Change a verification")
def change_verification(
    request: HttpRequest, org: str, team: str, verification: str, body: VerificationChange
) -> dict[str, Any]:
    """Change the keys that are given; null clears a key, and all others keep their values.

    `warning` says why no run of it can prove its target any longer.
    """
    into, user = enter(request, org, team, "run"), caller_of(request).user
    found = verifications.find(into, verification)
    made = changes.change_verification(into, user, found, body.said())
    return {**standing.verification(made), **changes.doubted(made)}


@router.delete(T + "/verifications/{verification}", response={204: None}, summary="Delete a verification")
def delete_verification(request: HttpRequest, org: str, team: str, verification: str) -> Any:
    """Delete a verification: it takes no further runs."""
    verifications.delete(verifications.find(enter(request, org, team, "run"), verification))
    return HttpResponse(status=204)


def _itself(row: Any) -> Any:
    return row


def _page(page: dict[str, Any], shown: Callable[[list[Any]], list[dict[str, Any]]]) -> dict[str, Any]:
    """A page whose items are told together."""
    return {**page, "items": shown(page["items"])}
