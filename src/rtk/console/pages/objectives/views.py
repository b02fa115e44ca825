"""The objectives of a team: the list, the form, the page of each."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from rtk.console.pages import listing, publicity
from rtk.console.pages.listing import around
from rtk.console.pages.objectives import queries
from rtk.console.pages.objectives.forms import EditObjectiveForm, NewObjectiveForm, initial_of
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Team
from rtk.console.people.pages import action, page, sent, status, viewed
from rtk.console.store import changes, measures, verifications
from rtk.console.store.models import Objective
from rtk.console.store.problem import Problem


@viewed
def objectives(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The promises of a team, with what is spent of each in its window now."""
    of = gate.team_for(caller, org, team, "read")
    by = listing.filters_of(request)
    rows = listing.filtered(verifications.objectives(of), by, ("name", "description"))
    found = listing.page(request, rows)
    return render(
        request,
        "objectives/list.html",
        {**around(of, "objectives"), "rows": queries.rows(found.rows, now()), "next": found.next, "by": by},
    )


@page
def make(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """Make an objective, and where it is asked for a verification of it."""
    into = gate.team_for(caller, org, team, "run")
    form = NewObjectiveForm(sent(request))
    if not form.is_valid():
        return render(request, "objectives/new.html", {**around(into, "objectives"), "form": form}, status=status(form))
    verifies = "verify" in request.POST

    def made(key: UUID) -> Objective:
        objective = changes.new_objective(into, caller.user, {**form.values(), "id": key})
        if verifies:
            measures.verification_of(into, caller.user, objective)
        return objective

    try:
        objective = form.make(verifications.objectives(into), made)
    except Problem as problem:
        form.refuse(problem)
        return render(request, "objectives/new.html", {**around(into, "objectives"), "form": form}, status=status(form))
    verification = objective.verifications.order_by("created_at").first() if verifies else None
    messages.success(request, "The objective is made." if verification is None else "The objective is made: verify it.")
    address = (into.org.slug, into.slug)
    if verification:
        return redirect("pages:verification", *address, verification.id)
    return redirect("pages:objective", *address, objective.id)


@viewed
def objective(request: HttpRequest, caller: Caller, org: str, team: str, objective: UUID) -> HttpResponse:
    """A promise: its budget in this window, the runs that spent it, its verifications."""
    of = gate.team_for(caller, org, team, "read")
    found = queries.detail(_found(of, objective), now())
    context = {**around(of, "objectives"), **publicity.shown(of, found.objective), "it": found}
    return render(request, "objectives/detail.html", context)


@page
def edit(request: HttpRequest, caller: Caller, org: str, team: str, objective: UUID) -> HttpResponse:
    """Change an objective; one that somebody else changed meanwhile is told of with both versions."""
    into = gate.team_for(caller, org, team, "run")
    with transaction.atomic():
        # Locked until it is saved: when two change it at once, the second sees what the first has changed.
        found = _found(into, objective, lock=request.method == "POST")
        form = EditObjectiveForm(sent(request), initial=initial_of(found))
        stale = form.is_valid() and form.stale()
        if form.is_valid() and not stale:
            try:
                changes.change_objective(found, form.values())
            except Problem as problem:
                form.refuse(problem)
            else:
                messages.success(request, "The objective is changed.")
                return redirect("pages:objective", into.org.slug, into.slug, found.id)
    context = {**around(into, "objectives"), "form": form, "objective": found}
    return render(request, "objectives/edit.html", context, status=409 if stale else status(form))


@action
def badge(request: HttpRequest, caller: Caller, org: str, team: str, objective: UUID) -> HttpResponse:
    """Let everybody see the badge, or only the team."""
    into = gate.team_for(caller, org, team, "admin")
    found = _found(into, objective)
    found.team = into
    publicity.switch(request, caller.user, found)
    return redirect("pages:objective", into.org.slug, into.slug, found.pk)


@action
def archive(request: HttpRequest, caller: Caller, org: str, team: str, objective: UUID) -> HttpResponse:
    """Take an objective out of the list, or bring it back."""
    into = gate.team_for(caller, org, team, "run")
    found = _found(into, objective)
    listing.archive(request, found)
    return redirect("pages:objective", into.org.slug, into.slug, found.id)


def _found(team: Team, key: UUID, lock: bool = False) -> Objective:
    rows = verifications.objectives(team).filter(id=key)
    found: Objective | None = (rows.select_for_update() if lock else rows.select_related("created_by")).first()
    if found is None:
        raise gate.NotFound("There is no such objective in this team.")
    return found
