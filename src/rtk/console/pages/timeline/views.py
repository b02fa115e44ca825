"""The summary timeline: the home page of a team, and of an organization over all teams that one is in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from rtk.console.pages.timeline import cards, guide, last, promised, rows
from rtk.console.pages.timeline.filters import FilterForm, kept
from rtk.console.pages.timeline.lines import lines
from rtk.console.pages.timeline.month import month
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Organization, Team
from rtk.console.people.pages import action, viewed
from rtk.console.store.problem import Problem

POLLED = "private, no-cache"


@viewed
def team(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """A team's timeline."""
    found = gate.team_for(caller, org, team, "read")
    may_run = "run" in gate.RIGHTS[found.role]
    stand = None if request.GET.get("before") else promised.of(found, now())
    # Where a promise was tried there is an insight, and nobody has to be guided to the first one.
    guided = may_run and not (stand and stand.tried)
    first = guide.guide(found, caller.user, settings.PUBLIC_URL) if guided else None
    more = {"team": found, "guide": first, "promises": stand, "may_run": may_run}
    return last.remember(request, _shown(request, found.org, [found], more), found)


@viewed
def organization(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The timeline of all teams of an organization that one is in, and how each of them stands."""
    found = gate.org_for(caller, org, "read")
    teams = list(gate.teams_for(caller).filter(org=found))
    return _shown(request, found, teams, {"cards": cards.of(teams)})


def _shown(request: HttpRequest, org: Organization, teams: list[Team], more: dict[str, Any]) -> HttpResponse:
    form = FilterForm(request.GET, teams, one="team" in more)
    asked = form.asked()
    try:
        found, following = rows.page(asked, request.GET.get("before"))
    except Problem:
        raise gate.NotFound("There is no such page of the timeline: begin at its top.") from None
    context = {
        **_of_rows(org, teams, found),
        **more,
        "form": form,
        "at": "timeline",
        "next": kept(request.GET, before=following) if following else "",
        "filters": kept(request.GET),
        # Rows that follow are taken out of the page by a script, which needs nothing else of it.
        "month": None if request.GET.get("before") else month(asked),
        "continued": bool(request.GET.get("before")),
    }
    return render(request, "timeline/timeline.html", context, status=422 if form.errors else 200)


def _of_rows(org: Organization, teams: list[Team], found: list[rows.TimelineEvent]) -> dict[str, Any]:
    return {"org": org, "lines": lines(found, teams), "several": len(teams) > 1}


@viewed
def team_rows(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The newest rows of a team's timeline alone, for who looks at it already."""
    found = gate.team_for(caller, org, team, "read")
    return _rows(request, found.org, [found], one=True)


@viewed
def organization_rows(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The same of an organization's."""
    found = gate.org_for(caller, org, "read")
    return _rows(request, found, list(gate.teams_for(caller).filter(org=found)), one=False)


def _rows(request: HttpRequest, org: Organization, teams: list[Team], one: bool) -> HttpResponse:
    asked = FilterForm(request.GET, teams, one=one).asked()
    tag = f'"{rows.token(asked)}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        answer = HttpResponse(status=304)
    else:
        found, _ = rows.page(asked)
        answer = render(request, "timeline/rows.html", _of_rows(org, teams, found))
    answer["ETag"], answer["Cache-Control"] = tag, POLLED
    return answer


@action
def dismiss_guide(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """Show the first-run guide to this person no more."""
    found = gate.team_for(caller, org, team, "read")
    guide.dismiss(found, caller.user)
    messages.success(request, "The guide is gone for good. The documentation tells the same.")
    return redirect("pages:timeline", org=found.org.slug, team=found.slug)
