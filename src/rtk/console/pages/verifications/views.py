"""The pages of verifications: the lists, Run Verification, edit, archive."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rtk.console.pages import listing, publicity
from rtk.console.pages.importing.confirmation import Wish, asks, lengthened, wish_of
from rtk.console.pages.importing.forms import plan_of
from rtk.console.pages.importing.planning import Planned, planned
from rtk.console.pages.listing import around
from rtk.console.pages.verifications import queries
from rtk.console.pages.verifications.forms import EditForm, initial_of
from rtk.console.pages.verifications.run_recipes import WAYS, way_of
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Team
from rtk.console.people.pages import action, page, sent, status, viewed
from rtk.console.store import changes, lists
from rtk.console.store.models import Objective, Verification
from rtk.console.store.problem import Problem
from rtk.experiment.address import loopback, parse
from rtk.verify.longest import beside_s

_MOST_OBJECTIVES = 200


@viewed
def team_list(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The verifications of a team."""
    of = gate.team_for(caller, org, team, "read")
    context = {**around(of, "verifications"), **_listed(request, [of])}
    return render(request, "verifications/list.html", context)


@viewed
def org_list(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The verifications of all one's teams of an organization."""
    of = gate.org_for(caller, org, "read")
    teams = list(gate.teams_for(caller).filter(org=of))
    context = {"org": of, "at": "verifications", "teams": teams, "may": False, **_listed(request, teams)}
    return render(request, "verifications/list.html", context)


@viewed
def verification(request: HttpRequest, caller: Caller, org: str, team: str, verification: UUID) -> HttpResponse:
    """How to run it, what it promises and can prove, and its runs so far."""
    of = gate.team_for(caller, org, team, "read")
    it = queries.detail(queries.find(of, verification))
    found = listing.page(request, queries.runs_of(it.verification), queries.past)
    way = way_of(request.GET.get("how", ""), it.subject)
    context = {
        **around(of, "verifications"),
        "it": it,
        "stands": queries.stands(it.verification),
        **publicity.shown(of, it.verification),
        "runs": found.rows,
        "next": found.next,
        "way": way,
        "ways": [(key, label) for key, (label, _) in WAYS.items()],
        "local": way.key != "terminal" and loopback(parse(it.subject.console).hostname),
        # Nobody loaded further pages yet, so that none is lost when the list is asked for anew.
        "watched": (not found.next and any(each.under_way for each in found.rows)) or not found.rows,
        "results": [each.run.verdict for each in reversed(found.rows) if each.run.verdict or each.run.ended_at],
    }
    return render(request, "verifications/verification.html", context)


@page
def edit(request: HttpRequest, caller: Caller, org: str, team: str, verification: UUID) -> HttpResponse:
    """Change a verification; one that somebody else changed meanwhile is told of with both versions."""
    into = gate.team_for(caller, org, team, "run")
    with transaction.atomic():
        # Locked until it is saved: when two change it at once, the second sees what the first has changed.
        found = queries.find(into, verification, lock=request.method == "POST")
        form, asking = _wished(request, found, into)
        stale = form.is_valid() and form.stale()
        if form.is_valid() and not stale and not asking:
            try:
                changes.change_verification(found.team, caller.user, found, form.values())
            except Problem as problem:
                form.add_error(None, problem.detail)
            else:
                messages.success(request, "The verification is changed.")
                return redirect("pages:verification", into.org.slug, into.slug, found.pk)
    context = {
        **around(into, "verifications"),
        "form": form,
        "verification": found,
        "planned": _planned(form, found),
        "beside": beside_s(found.experiment.document, found.duration_s),
        "asking": asking and not stale,
    }
    return render(request, "verifications/edit.html", context, status=409 if stale else status(form))


def _wished(request: HttpRequest, found: Verification, into: Team) -> tuple[EditForm, bool]:
    """The form as it was sent, and whether to ask about a new plan that cannot prove its target."""
    form = EditForm(sent(request), initial=initial_of(found), team=into)
    if not form.is_valid():
        return form, False
    wish = wish_of(request.POST, Wish.MAKE)
    if wish is Wish.LONGER:
        form = EditForm(lengthened(request.POST, _planned(form, found)), initial=initial_of(found), team=into)
    return form, form.is_valid() and form.replans() and asks(wish, _planned(form, found))


def _planned(form: EditForm, found: Verification) -> Planned | None:
    """What the plan can prove, as it is or as it was typed."""
    document = found.experiment.document
    values = plan_of(form) if form.is_bound else queries.values_of(found)
    return planned({**values, "beside": beside_s(document, values.get("duration")), "document": document})


@action
def badge(request: HttpRequest, caller: Caller, org: str, team: str, verification: UUID) -> HttpResponse:
    """Let everybody see the badge, or only the team."""
    into = gate.team_for(caller, org, team, "admin")
    found = queries.find(into, verification)
    found.team = into
    publicity.switch(request, caller.user, found)
    return redirect("pages:verification", into.org.slug, into.slug, found.pk)


@action
def archive(request: HttpRequest, caller: Caller, org: str, team: str, verification: UUID) -> HttpResponse:
    """Take a verification out of the lists, or bring it back."""
    into = gate.team_for(caller, org, team, "run")
    found = queries.find(into, verification)
    listing.archive(request, found)
    return redirect("pages:verification", into.org.slug, into.slug, found.pk)


def _listed(request: HttpRequest, teams: list[Team]) -> dict[str, Any]:
    by, key = listing.filters_of(request), lists.id_of(request.GET.get("objective", ""))
    rows = Verification.objects.filter(team__in=[team.pk for team in teams], deleted_at=None)
    found = listing.page(request, queries.wanted(rows, by, key))
    objectives = Objective.objects.filter(team__in=[team.pk for team in teams], deleted_at=None)
    return {
        "rows": queries.rows(found.rows, teams),
        "next": found.next,
        "by": by,
        "filtered": bool(by) or key is not None,
        "objective": key,
        "objectives": objectives.only("id", "name").order_by("name", "id")[:_MOST_OBJECTIVES],
    }
