"""Part B: the timeline, safeguards and action items."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Query, Router

from rtk.console.api.answers import created, polled
from rtk.console.api.entry import caller_of, enter
from rtk.console.api.forms import NewActionItem, NewSafeguard, SafeguardChange
from rtk.console.api.kept_executions import T
from rtk.console.api.safeguards import ShownSafeguard, shown_safeguard
from rtk.console.api.shown import Page, ShownActionItem, ShownEvent
from rtk.console.store import lists, runs, safeguards, timeline
from rtk.console.store.models import ActionItem, Safeguard
from rtk.console.store.problem import Problem

router = Router(tags=["timeline, safeguards, action items"])


@router.get(f"{T}/timeline", response=Page[ShownEvent], summary="What happened in a team")
def happened(
    request: HttpRequest,
    org: str,
    team: str,
    before: str | None = None,
    kind: str | None = None,
    tag: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """A page of the timeline; `before` is the `next` of the page before it."""
    into = enter(request, org, team, "read")
    for name, value in (("kind", kind), ("tag", tag)):
        if "\0" in (value or ""):
            raise Problem(422, f"{name}: expected text without zero characters", name)
    return polled(request, timeline.page(into, before, kind, tag, limit))


@router.get(f"{T}/safeguards", response=Page[ShownSafeguard], summary="The safeguards of a team")
def list_safeguards(
    request: HttpRequest, org: str, team: str, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """A page of safeguards."""
    rows = safeguards.visible(enter(request, org, team, "read"))
    return polled(request, lists.page(rows, _safeguard, cursor, limit))


@router.post(f"{T}/safeguards", response={201: ShownSafeguard}, summary="Make a safeguard")
def make_safeguard(request: HttpRequest, org: str, team: str, body: NewSafeguard) -> HttpResponse:
    """A rule that forbids runs, always or from one moment to another. Who may run may forbid; an admin lifts it."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    made = safeguards.make(into, user, body.dict(exclude={"lasts_s"}), body.lasts_s)
    return created(request, _safeguard(made), f"{request.path}/{made.id}")


@router.get(T + "/safeguards/{safeguard}", response=ShownSafeguard, summary="A safeguard")
def safeguard(request: HttpRequest, org: str, team: str, safeguard: str) -> HttpResponse:
    """A safeguard."""
    return polled(request, _safeguard(safeguards.find(enter(request, org, team, "read"), safeguard)))


@router.patch(T + "/safeguards/{safeguard}", response=ShownSafeguard, summary="Change or lift a safeguard")
def change_safeguard(
    request: HttpRequest, org: str, team: str, safeguard: str, body: SafeguardChange
) -> dict[str, Any]:
    """Change the keys that are given; `active` as false lifts it. Null clears a moment."""
    into, user = enter(request, org, team, "admin"), caller_of(request).user
    return _safeguard(safeguards.change(safeguards.find(into, safeguard), user, body.said()))


@router.delete(T + "/safeguards/{safeguard}", response={204: None}, summary="Delete a safeguard")
def delete_safeguard(request: HttpRequest, org: str, team: str, safeguard: str) -> Any:
    """Delete a safeguard: it forbids nothing any longer."""
    into, user = enter(request, org, team, "admin"), caller_of(request).user
    safeguards.delete(safeguards.find(into, safeguard), user)
    return HttpResponse(status=204)


@router.get(f"{T}/action-items", response=Page[ShownActionItem], summary="The action items of a team")
def list_action_items(
    request: HttpRequest, org: str, team: str, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """A page of action items."""
    rows = ActionItem.objects.filter(team=enter(request, org, team, "read"))
    return polled(request, lists.page(rows, _action_item, cursor, limit))


@router.post(f"{T}/action-items", response={201: ShownActionItem}, summary="Make an action item")
def make_action_item(request: HttpRequest, org: str, team: str, body: NewActionItem) -> HttpResponse:
    """Something to be done, about a run where one is named."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    # Among the team's own: another team's run must not be named.
    about = lists.by_id(runs.of(into), body.run_id) if body.run_id else None
    if body.run_id and about is None:
        raise Problem(422, "run_id: there is no such run in this team", "run_id")
    made = ActionItem.objects.create(
        team=into, created_by=user, title=body.title, description=body.description, run=about
    )
    return created(request, _action_item(made), f"{request.path}/{made.id}")


def _safeguard(made: Safeguard) -> dict[str, Any]:
    return shown_safeguard(made, now())


def _action_item(made: ActionItem) -> dict[str, Any]:
    return {
        "id": str(made.id),
        "title": made.title,
        "description": made.description,
        "done": made.done,
        "run_id": str(made.run_id) if made.run_id else None,
        "created_at": made.created_at.isoformat(),
    }
