"""The executions of a team or of an organization: the lists, and the page of each with its journal."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from rtk.console.pages import listing
from rtk.console.pages.executions import queries, story
from rtk.console.pages.executions.journal import MOST_WHOLE, StoredJournal, indented
from rtk.console.pages.listing import around
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Team
from rtk.console.people.pages import viewed
from rtk.console.store import lists
from rtk.console.store.models import Execution


@viewed
def of_organization(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The executions of all one's teams of an organization."""
    of = gate.org_for(caller, org, "read")
    teams = [team for team in gate.teams_for(caller) if team.org_id == of.id]
    running = request.GET.get("state") == "running"
    about = {"org": of, "at": "executions", "by_team": True}
    return _listed(request, Execution.objects.filter(team__in=teams), running, about)


@viewed
def finished(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """A team's executions that ended."""
    return _of_team(request, caller, org, team, False)


@viewed
def running(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """A team's executions whose end was not told."""
    return _of_team(request, caller, org, team, True)


def _of_team(request: HttpRequest, caller: Caller, org: str, team: str, running: bool) -> HttpResponse:
    of = gate.team_for(caller, org, team, "read")
    return _listed(request, Execution.objects.filter(team=of), running, around(of, "executions"))


def _listed(request: HttpRequest, executions: Any, running: bool, about: dict[str, Any]) -> HttpResponse:
    experiment = lists.id_of(request.GET.get("experiment", ""))
    if experiment:
        executions = executions.filter(experiment=experiment)
    found = listing.page(request, queries.listed(executions, running))
    rows = queries.rows(found.rows, now())
    token = listing.token_of([row.token for row in rows])
    if listing.seen(request, token):
        return HttpResponse(status=204)
    context = {**about, "rows": rows, "next": found.next, "running": running, "experiment": experiment, "token": token}
    return render(request, "executions/list.html", context)


@viewed
def execution(request: HttpRequest, caller: Caller, org: str, team: str, execution: UUID) -> HttpResponse:
    """How an execution went: the story that its journal tells, the journal, and the events told of it."""
    of = gate.team_for(caller, org, team, "read")
    found = _found(of, execution)
    journal = StoredJournal(bytes(found.journal)) if found.journal else None
    told, count = queries.events(found)
    last = queries.last_told([found.id]).get(found.id) if found.ended_at is None else None
    row = queries.row(found, last, now())
    token = listing.token_of(row.token, count)
    if listing.seen(request, token):
        return HttpResponse(status=204)
    context = {
        "row": row,
        "token": token,
        "journal": journal,
        "story": story.story_of(journal) if journal else None,
        "events": told,
        "earlier": count - len(told),
    }
    return render(request, "executions/detail.html", {**around(of, "executions"), **context})


@viewed
def journal(request: HttpRequest, caller: Caller, org: str, team: str, execution: UUID) -> HttpResponse:
    """The journal as it came, to keep; with `p`, one after another, the part that they lead to, to read."""
    of = gate.team_for(caller, org, team, "read")
    found = _found(of, execution)
    if not found.journal:
        raise gate.NotFound("There is no journal of this execution yet.")
    path = request.GET.getlist("p")
    if not path:
        whole = HttpResponse(bytes(found.journal), content_type="application/json")
        whole["Content-Disposition"] = f'attachment; filename="journal-{found.id}.json"'
        return whole
    part = StoredJournal(bytes(found.journal)).at(path)
    if part is None:
        raise gate.NotFound("There is no such part in this journal.")
    # Plain text, which no browser takes for anything else.
    return HttpResponse(indented(part)[:MOST_WHOLE], content_type="text/plain; charset=utf-8")


def _found(team: Team, key: UUID) -> Execution:
    rows = Execution.objects.filter(team=team, id=key).select_related("experiment", "created_by", "run", "team")
    wanted = (*queries.COLUMNS, "journal", "experiment__tags")
    found: Execution | None = rows.only(*wanted).first()
    if found is None:
        raise gate.NotFound("There is no such execution in this team.")
    return found
