"""Part B: what runs hold, so that never two act on one system."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from rtk.console.api.answers import polled
from rtk.console.api.entry import caller_of, enter
from rtk.console.api.forms import NewHold
from rtk.console.api.kept_executions import T
from rtk.console.api.shown import ID, Moment, Page, like
from rtk.console.store import holds
from rtk.console.store.problem import Problem

router = Router(tags=["holds"])


class ShownHold(Schema):
    """What a run holds; `since` and those of `joined`, which began beside it, are seconds since the epoch.

    Of `joined`, a run of another team has no more than its `since`.
    """

    run: str
    title: str
    host: str
    user: str
    since: float
    acts_on: list[str]
    joined: list[dict[str, Any]]
    released_at: Moment | None

    model_config = like(
        run=ID,
        title="Checkout answers in time",
        host="ci-7",
        user="mary",
        since=1772443800.0,
        acts_on=["the host shop.example"],
        joined=[],
        released_at=None,
    )


class Holder(Schema):
    """A run that holds the same. One entry without a `run` and with `since` 0 stands for all of other teams."""

    run: str
    title: str
    host: str
    user: str
    since: float
    standing: Literal["running", "undoing", "died", "not restored"]
    shared: list[str]

    model_config = like(
        run=ID,
        title="Checkout answers in time",
        host="ci-7",
        user="mary",
        since=1772443800.0,
        standing="running",
        shared=["the host shop.example"],
    )


class Taken(Schema):
    """Whether it is held, and who else holds the same."""

    held: bool
    holders: list[Holder]

    model_config = like(held=True, holders=[])


@router.post(f"{T}/holds", response={201: Taken, 200: Taken}, summary="Take hold of what a run acts on")
def take(request: HttpRequest, org: str, team: str, body: NewHold) -> HttpResponse:
    """Before a run begins. 201: it is held; 200: it is not, because of the `holders`.

    With `alongside` it is held all the same, and they are told of it. The hold ends with the end of its run, unless
    something was not restored.
    """
    into = enter(request, org, team, "run")
    try:
        run = UUID(body.run)
    except ValueError:
        raise Problem(422, "run: expected a UUID", "run") from None
    wanted = holds.Wanted(run, body.title, body.host, body.user, body.systems)
    held, holders = holds.take(into, wanted, body.alongside)
    return JsonResponse({"held": held, "holders": holders}, status=201 if held else 200)


@router.get(f"{T}/holds", response=Page[ShownHold], summary="What the runs of a team hold")
def list_holds(request: HttpRequest, org: str, team: str) -> HttpResponse:
    """The holds that stand, newest first."""
    found = [holds.shown(each) for each in holds.standing(enter(request, org, team, "read"))]
    return polled(request, {"items": found, "next": None})


@router.get(T + "/holds/{run}", response=ShownHold, summary="What a run holds")
def hold(request: HttpRequest, org: str, team: str, run: str) -> HttpResponse:
    """The hold of a run, and who has begun beside it."""
    return polled(request, holds.shown(holds.find(enter(request, org, team, "read"), run)))


@router.delete(T + "/holds/{run}", response={204: None}, summary="Release what a run holds")
def release(request: HttpRequest, org: str, team: str, run: str, proven: bool = False) -> HttpResponse:
    """By a person, who knows that it is undone; by its client, as `proven`, once it has proven that itself."""
    found = holds.find(enter(request, org, team, "run"), run)
    # A client has shown it by its probes. A person's word is noted in the audit log instead.
    if proven:
        holds.settled(found.team_id, found.run_id)
    else:
        holds.release(found, caller_of(request).user)
    return HttpResponse(status=204)
