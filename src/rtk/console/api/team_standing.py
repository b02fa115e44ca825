"""Part B: how the promises of a team stand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from rtk.console.api import standing
from rtk.console.api.answers import polled
from rtk.console.api.entry import enter
from rtk.console.api.kept_executions import T
from rtk.console.api.shown import Page
from rtk.console.store import lists, verifications
from rtk.console.store.problem import Problem

router = Router(tags=["objectives and verifications"])


@router.get(f"{T}/standing", response=Page[standing.Promise], summary="How the promises of a team stand")
def stands(
    request: HttpRequest,
    org: str,
    team: str,
    objective: str | None = None,
    verification: str | None = None,
    cursor: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """A page of the verifications that promise something, newest first; archived ones are left out.

    `objective` and `verification` are ids or names; of several with one name all are told.
    """
    into = enter(request, org, team, "read")
    # The answer holds nothing of the experiments, which are long: they are not read.
    rows = verifications.of(into).select_related(None).select_related("objective", "revision")
    rows = rows.filter(objective__deleted_at=None, revision__target__isnull=False, archived_at=None)
    if objective is not None:
        rows = rows.filter(objective__in=_named(verifications.objectives(into), objective, "objective"))
    if verification is not None:
        rows = rows.filter(pk__in=_named(verifications.of(into), verification, "verification"))
    found = lists.page(rows.filter(objective__isnull=False), lambda row: row, cursor, limit)
    return polled(request, {**found, "items": standing.promises(into, found["items"])})


def _named(rows: Any, key: str, what: str) -> list[Any]:
    """The ids of those that a key names: by id, else by name. Raises `Problem` where there is none."""
    if "\0" in key:
        raise Problem(422, f"{what}: expected text without zero characters", what)
    by_id = lists.by_id_or_file(rows, key)
    found = [by_id.pk] if by_id else list(rows.filter(name=key).values_list("pk", flat=True))
    if not found:
        raise Problem(404, f"{what}: there is none with this id or name in the team", what)
    return found
