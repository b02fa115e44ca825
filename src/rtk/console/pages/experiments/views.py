"""The experiments of a team: the list, and the page of each."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rtk.console.pages import listing
from rtk.console.pages.experiments import queries
from rtk.console.pages.listing import around
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Team
from rtk.console.people.pages import action, viewed
from rtk.console.store import experiments as store
from rtk.console.store.models import Experiment


@viewed
def experiments(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The experiments of a team, with what uses them."""
    of = gate.team_for(caller, org, team, "read")
    by = listing.filters_of(request)
    rows = listing.filtered(store.of(of), by, ("title",)).defer("document").select_related("created_by")
    found = listing.page(request, rows)
    context = {**around(of, "experiments"), "rows": queries.rows(found.rows), "next": found.next, "by": by}
    return render(request, "experiments/list.html", context)


@viewed
def experiment(request: HttpRequest, caller: Caller, org: str, team: str, experiment: UUID) -> HttpResponse:
    """What an experiment does and needs, how to run it, and how it went."""
    of = gate.team_for(caller, org, team, "read")
    found = queries.detail(_found(of, experiment))
    return render(request, "experiments/detail.html", {**around(of, "experiments"), "it": found})


@action
def archive(request: HttpRequest, caller: Caller, org: str, team: str, experiment: UUID) -> HttpResponse:
    """Take an experiment out of the list, or bring it back."""
    into = gate.team_for(caller, org, team, "run")
    found = _found(into, experiment)
    listing.archive(request, found)
    return redirect("pages:experiment", into.org.slug, into.slug, found.id)


def _found(team: Team, key: UUID) -> Experiment:
    found: Experiment | None = store.of(team).filter(id=key).select_related("created_by").first()
    if found is None:
        raise gate.NotFound("There is no such experiment in this team.")
    return found
