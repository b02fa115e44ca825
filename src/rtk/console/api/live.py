"""Part B, runs: made by the client's id, read back, followed as they go. Records come in beside Django."""

from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query

from rtk.console import links
from rtk.console.api import standing
from rtk.console.api.answers import created, polled
from rtk.console.api.entry import Bearer, InThread, Session, caller_of, enter, is_still_in, read
from rtk.console.api.forms import NewRun, Stop
from rtk.console.api.kept_executions import takes
from rtk.console.api.kept_runs import V, router
from rtk.console.api.shown import BegunRun, Measurements, Page, ShownRun, WholeRun
from rtk.console.store import insights, measurement_queries, runs, stream, verifications, versions
from rtk.console.store.intake import ACCEPTS
from rtk.console.store.models import Run
from rtk.console.store.problem import Problem, unknown
from rtk.console.streaming import asked
from rtk.insight.facts import PHASES

__all__ = ["router"]  # the one of part A: an address that takes several verbs must be of one router


class Ended(msgspec.Struct):
    """A run that has ended: its journal without the measurements, and the insight the client came to."""

    journal: msgspec.Raw
    insight: dict[str, Any] | None = None


@router.put(V + "/{run}", response={201: BegunRun, 200: BegunRun}, summary="Begin a run")
def begin(request: HttpRequest, org: str, team: str, verification: str, run: str, body: NewRun) -> HttpResponse:
    """A run by the id that the client made for it; putting it again changes nothing.

    With `/api/` made `/`, `Content-Location` is a person's page of the run. `accepts` are the versions of the record
    that the console takes; a `client` that says with `record` of which its own is learns at once that it does not.
    """
    into, user = enter(request, org, team, "run"), caller_of(request).user
    try:
        run_id = UUID(run)
    except ValueError:
        raise Problem(422, "run: expected a UUID", "run") from None
    made, new = runs.create(into, user, verification, run_id, body.plan, body.experiment, body.client)
    shown = runs.of(into).get(id=made.id)
    shown.team = into
    told = {**runs.shown(shown), "accepts": ACCEPTS}
    return created(request, told, links.told_of_run(shown), 201 if new else 200)


@router.post(
    V + "/{run}/end",
    response=WholeRun,
    summary="End a run",
    openapi_extra=takes(Ended, {"journal": {"status": "completed"}, "insight": {"verdict": "pass"}}),
)
def end(request: HttpRequest, org: str, team: str, verification: str, run: str) -> HttpResponse:
    """The end of a run. The insight kept is the one computed here, from what is stored."""
    into, user = enter(request, org, team, "run"), caller_of(request).user
    found = runs.find_alive(into, verification, run)
    body = read(request, Ended)
    runs.end(found, user, bytes(body.journal), body.insight)
    found = runs.find(into, verification, run)
    # Whoever ends a run gets its verdict at once. The job that computes it may come later, and finds it done.
    insights.insight_of(found)
    return polled(request, _whole(found))


@router.post(V + "/{run}/stop", response=ShownRun, summary="Stop a run")
def stop(request: HttpRequest, org: str, team: str, verification: str, run: str, body: Stop) -> dict[str, Any]:
    """Ask a run to stop: the answer to its next record says so."""
    found = runs.find_alive(enter(request, org, team, "run"), verification, run)
    runs.ask_to_stop(found, body.reason)
    return runs.shown(found)


@router.get(V, response=Page[ShownRun], summary="The runs of a verification")
def list_runs(
    request: HttpRequest,
    org: str,
    team: str,
    verification: str,
    cursor: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """A page of the runs of a verification."""
    into = enter(request, org, team, "read")
    of = verifications.find(into, verification)
    return polled(request, runs.page(into, of, cursor, limit))


@router.get(V + "/{run}", response=WholeRun, summary="A run")
def run(request: HttpRequest, org: str, team: str, verification: str, run: str) -> HttpResponse:
    """A run as it stands."""
    return polled(request, _whole(_found(request, org, team, verification, run)))


@router.get(V + "/{run}/measurements", response=Measurements, summary="The measurements of a run")
def measurements(
    request: HttpRequest,
    org: str,
    team: str,
    verification: str,
    run: str,
    phase: str | None = Query(None, pattern=f"^({'|'.join(PHASES)})$"),
    after: int = Query(-1, ge=-1, le=2**62),
    limit: int = Query(200, ge=1, le=1_000),
) -> HttpResponse:
    """Measurements by the numbers of their entries; `next` is the `after` of the page that follows."""
    return polled(request, measurement_queries.page(_found(request, org, team, verification, run), phase, after, limit))


@router.get(V + "/{run}/insight", response=dict[str, Any], summary="What can be learned of a run")
def insight(
    request: HttpRequest,
    org: str,
    team: str,
    verification: str,
    run: str,
    version: int | None = Query(None, ge=1, le=10_000),
) -> HttpResponse:
    """The insight of a run; before its end only how many measurements came out how.

    One that was made by earlier rules is made anew by those of now, and says in `former` what changed. `versions` are
    all that are kept; `version` asks for one of them.
    """
    found = _found(request, org, team, verification, run)
    return polled(request, versions.told(found, insights.insight_of(found), version))


@router.get(
    V + "/{run}/stream",
    auth=[InThread(Bearer()), InThread(Session())],
    summary="Follow a run",
    openapi_extra={"responses": {200: {"content": {"text/event-stream": {}}}}},
)
async def follow(
    request: HttpRequest,
    org: str,
    team: str,
    verification: str,
    run: str,
    after: int = Query(-1, ge=-1, le=2**62),
) -> StreamingHttpResponse:
    """Each entry as it becomes durable, as server-sent events, and as `state` how the run is.

    `after` begins behind the entry of that number, and `Last-Event-ID`, which a browser sends when it comes back,
    resumes behind it. A reader who may read no longer is told `refused`, and let go.
    """
    found = await asked(_found)(request, org, team, verification, run)
    last = request.headers.get("Last-Event-ID", "")
    # Of fewer than 19 digits: PostgreSQL's bigint holds all of these.
    since = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else after
    # By ids: what the address names may be another team by then.
    may_read = partial(asked(is_still_in), request, str(found.team.org_id), str(found.team_id), "read")
    following = stream.events(found.id, found.day, since, may_read)
    answer = StreamingHttpResponse(following, content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"  # else nginx holds entries back until they fill its buffer
    return answer


def _whole(found: Run) -> dict[str, Any]:
    return {**runs.shown(found), "standing": standing.of_run(found)}


def _found(request: HttpRequest, org: str, team: str, verification: str, run: str) -> Run:
    found = runs.find(enter(request, org, team, "read"), verification, run)
    if found.verification.deleted_at:
        raise unknown("run")
    return found
