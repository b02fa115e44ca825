"""A team: made, who is in it, renamed, deleted."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from rtk.console.people import gate, memberships
from rtk.console.people.forms import DeleteForm, MemberForm, NameForm
from rtk.console.people.gate import Caller
from rtk.console.people.models import Membership, Team, TeamMembership
from rtk.console.people.pages import action, page, sent, status, tried


@page
def make(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """Make a team."""
    found = gate.org_for(caller, org, "admin")
    form = NameForm(sent(request))
    made: list[Team] = []
    if request.method == "POST" and tried(
        form, lambda: made.append(memberships.make_team(caller.user, found, form.cleaned_data["name"])), "name"
    ):
        messages.success(request, "The team is made.")
        return redirect("pages:timeline", org=found.slug, team=made[0].slug)
    return render(request, "people/team-new.html", {"org": found, "form": form, "at": "teams"}, status=status(form))


@page
def people(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """Who is in a team; admins add from the organization's members."""
    found = gate.team_for(caller, org, team, "admin" if request.method == "POST" else "read")
    form = MemberForm(sent(request), team=found)
    if request.method == "POST" and form.is_valid():
        memberships.enter_team(caller.user, found, form.cleaned_data["member"])
        return redirect("people:team", org=found.org.slug, team=found.slug)
    everywhere = Membership.objects.filter(org=found.org, role__in=gate.EVERYWHERE).select_related("user")
    added = found.memberships.exclude(user__in=everywhere.values("user")).select_related("user")
    inside = added.order_by("user__name", "user__email")
    context = {"org": found.org, "team": found, "form": form, "inside": inside, "everywhere": everywhere}
    return render(request, "people/team.html", {**context, "at": "people"}, status=status(form))


@action
def remove(request: HttpRequest, caller: Caller, org: str, team: str, entry: uuid.UUID) -> HttpResponse:
    """Take somebody out of a team."""
    found = gate.team_for(caller, org, team, "admin")
    member = get_object_or_404(TeamMembership.objects.select_related("user", "team__org"), team=found, pk=entry)
    memberships.exit_team(caller.user, member)
    messages.success(request, f"{member.user} is no longer in {found.name}.")
    return redirect("people:team", org=found.org.slug, team=found.slug)


@page
def settings(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The team's name."""
    found = gate.team_for(caller, org, team, "admin")
    form = NameForm(sent(request), initial={"name": found.name})
    if request.method == "POST" and tried(
        form, lambda: memberships.rename(caller.user, found, form.cleaned_data["name"]), "name"
    ):
        messages.success(request, "The name is saved.")
        return redirect("people:team-settings", org=found.org.slug, team=found.slug)
    if form.is_bound:
        found.refresh_from_db(fields=["name", "slug"])  # what could not be saved is not the name
    context = {"org": found.org, "team": found, "form": form, "at": "settings"}
    return render(request, "people/team-settings.html", context, status=status(form))


@page
@reauthentication_required(allow_get=True)
def delete(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """Delete a team with all that is in it, once its name is typed."""
    found = gate.team_for(caller, org, team, "admin")
    form = DeleteForm(sent(request), expected=found.name)
    if request.method == "POST" and form.is_valid():
        memberships.delete(caller.user, found)
        messages.success(request, f"The team “{form.expected}” is deleted.")
        return redirect("people:organization", org=found.org.slug)
    context = {"org": found.org, "team": found, "form": form, "what": f"the team “{found.name}”"}
    return render(request, "people/delete.html", {**context, "at": "settings"}, status=status(form))
