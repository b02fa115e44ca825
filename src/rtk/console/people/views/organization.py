"""An organization: made, shown, renamed, left, deleted."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from rtk.console.people import gate, memberships
from rtk.console.people.forms import DeleteForm, NameForm
from rtk.console.people.gate import Caller
from rtk.console.people.models import Membership
from rtk.console.people.pages import action, page, sent, status, tried, viewed
from rtk.console.people.views import limits


@page
def make(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Make an organization and own it."""
    if not memberships.may_make_organizations(caller.user):
        raise gate.Forbidden("On this console only its administrators make organizations: ask one of them.")
    form = NameForm(sent(request))
    if request.method == "POST" and tried(
        form, lambda: memberships.make_organization(caller.user, form.cleaned_data["name"]), "name"
    ):
        return redirect("people:make-team", org=caller.user.organizations.latest("created_at").slug)
    return render(request, "people/organization-new.html", {"form": form}, status=status(form))


@viewed
def show(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The teams of an organization that one is in."""
    found = gate.org_for(caller, org, "read")
    teams = gate.teams_for(caller).filter(org=found)
    return render(request, "people/organization.html", {"org": found, "teams": teams, "at": "teams"})


@page
def settings(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The organization's name."""
    found = gate.org_for(caller, org, "own")
    form = NameForm(sent(request), initial={"name": found.name})
    if request.method == "POST" and tried(
        form, lambda: memberships.rename(caller.user, found, form.cleaned_data["name"]), "name"
    ):
        messages.success(request, "The name is saved.")
        return redirect("people:organization-settings", org=found.slug)
    if form.is_bound:
        found.refresh_from_db(fields=["name", "slug"])  # what could not be saved is not the name
    context = {"org": found, "form": form, "limits": limits.in_force(), "at": "settings"}
    return render(request, "people/organization-settings.html", context, status=status(form))


@page
@reauthentication_required(allow_get=True)
def delete(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """Delete an organization with all that is in it, once its name is typed."""
    found = gate.org_for(caller, org, "own")
    form = DeleteForm(sent(request), expected=found.name)
    if request.method == "POST" and form.is_valid():
        memberships.delete(caller.user, found)
        messages.success(request, f"The organization “{form.expected}” is deleted.")
        return redirect("people:home")
    context = {"org": found, "form": form, "what": f"the organization “{found.name}”", "at": "settings"}
    return render(request, "people/delete.html", context, status=status(form))


@action
def leave(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """Leave an organization; its last owner cannot."""
    found = gate.org_for(caller, org, "read")
    try:
        memberships.remove(caller.user, get_object_or_404(Membership, org=found, user=caller.user))
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("people:members", org=found.slug)
    messages.success(request, f"You left “{found.name}”.")
    return redirect("people:home")
