"""Who is in an organization, in which role, and who is invited."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from rtk.console.people import addresses, gate, invitations, mailing, memberships, reauthentication
from rtk.console.people.forms import InviteForm, RoleForm
from rtk.console.people.gate import Caller
from rtk.console.people.models import Invitation, Membership, Organization, Role
from rtk.console.people.pages import action, page, sent, status, tried, viewed


def _gives_much(request: HttpRequest) -> bool:
    """Return whether a form makes an owner or an admin, who comes in by an account of their own from then on."""
    return request.POST.get("role") in gate.EVERYWHERE


@viewed
def members(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The members and their roles."""
    found = gate.org_for(caller, org, "read")
    people = Membership.objects.filter(org=found).select_related("user").order_by("user__name", "user__email")
    confirmed = addresses.confirmed_among(membership.user for membership in people)
    context = {"org": found, "members": people, "confirmed": confirmed, "at": "members"}
    return render(request, "people/members.html", context)


@page
@reauthentication_required(enabled=_gives_much)
def change_role(request: HttpRequest, caller: Caller, org: str, member: uuid.UUID) -> HttpResponse:
    """Give a member another role."""
    found, membership = _member(caller, org, member)
    form = RoleForm(sent(request), giver=found.role, initial={"role": membership.role})
    if request.method == "POST" and tried(
        form, lambda: memberships.change_role(caller.user, membership, form.cleaned_data["role"]), "role"
    ):
        messages.success(request, f"{membership.user} is now {membership.get_role_display()}.")
        return redirect("people:members", org=found.slug)
    context = {"org": found, "membership": membership, "form": form, "at": "members"}
    return render(request, "people/member-role.html", context, status=status(form))


@action
def remove(request: HttpRequest, caller: Caller, org: str, member: uuid.UUID) -> HttpResponse:
    """Take a member out of the organization and its teams."""
    found, membership = _member(caller, org, member)
    try:
        memberships.remove(caller.user, membership)
        messages.success(request, f"{membership.user} is no longer in {found.name}.")
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("people:members", org=found.slug)


@page
@reauthentication_required(enabled=_gives_much)
def invite(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The open invitations with their links, and new ones."""
    found = gate.org_for(caller, org, "admin")
    form = InviteForm(sent(request), giver=found.role, teams=found.teams.all())
    if request.method == "POST" and tried(form, lambda: _invited(request, caller, found, form), "emails"):
        return redirect("people:invitations", org=found.slug)
    # Each with its link, and whether to show who one is before it is seen. Whoever has a link can use it: nobody gets
    # one for more than they may give, nor for what would ask them once more.
    given, recent = gate.roles_given_by(found.role), reauthentication.is_recent(request)
    waiting = []
    for each in found.invitations.filter(accepted_at=None):
        may, asks = each.role in given, each.role in gate.EVERYWHERE and not recent
        backed = invitations.is_backed(each)
        waiting.append((each, backed, invitations.link(each) if may and not asks else "", may and asks))
    context = {"org": found, "form": form, "waiting": waiting, "at": "invitations"}
    return render(request, "people/invitations.html", context, status=status(form))


@action
def renew(request: HttpRequest, caller: Caller, org: str, invitation: uuid.UUID) -> HttpResponse:
    """Let an invitation last anew, and mail it again."""
    found, asked = _invitation(caller, org, invitation)
    with mailing.invited(caller.user, found, [asked.email]):
        again = invitations.invite(caller.user, found, asked.email, asked.role, list(asked.teams.all()))
    _tell(request, [again.email], sent=invitations.send(again))
    return redirect("people:invitations", org=found.slug)


@action
def withdraw(request: HttpRequest, caller: Caller, org: str, invitation: uuid.UUID) -> HttpResponse:
    """End an invitation."""
    found, asked = _invitation(caller, org, invitation)
    invitations.withdraw(caller.user, asked)
    messages.success(request, f"The invitation of {asked.email} is withdrawn.")
    return redirect("people:invitations", org=found.slug)


def _invited(request: HttpRequest, caller: Caller, org: Organization, form: InviteForm) -> None:
    """Invite all or none; only then mail them, so that nobody has a link to what was taken back."""
    given = form.cleaned_data
    with mailing.invited(caller.user, org, given["emails"]):
        asked = invitations.invite_all(caller.user, org, given["emails"], given["role"], given["teams"])
    sent = [invitations.send(each) for each in asked]  # to all of them, also after one that failed
    _tell(request, given["emails"], sent=all(sent))


def _tell(request: HttpRequest, emails: list[str], sent: bool) -> None:
    whom = ", ".join(emails)
    if sent:
        messages.success(request, f"Invited {whom}.")
    else:
        messages.warning(request, f"Invited {whom}, but no mail could be sent: copy the links and hand them over.")


def _member(caller: Caller, org: str, member: uuid.UUID) -> tuple[Organization, Membership]:
    """A member whose role the caller may change; an owner's only owners may."""
    found = gate.org_for(caller, org, "admin")
    membership = get_object_or_404(Membership.objects.select_related("user", "org"), org=found, pk=member)
    if membership.role == Role.OWNER:
        gate.org_for(caller, org, "own")
    return found, membership


def _invitation(caller: Caller, org: str, invitation: uuid.UUID) -> tuple[Organization, Invitation]:
    """An open invitation that the caller may change; an owner's only owners may."""
    found = gate.org_for(caller, org, "admin")
    asked = get_object_or_404(Invitation, org=found, pk=invitation, accepted_at=None)
    if asked.role == Role.OWNER:
        gate.org_for(caller, org, "own")
    return found, asked
