"""The first page, and the links by which people arrive."""

from allauth.account.utils import get_next_redirect_url, perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import update_last_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_safe

from rtk.console.pages.timeline import last
from rtk.console.people import bootstrap_signup, closed, gate, invitations, reauthentication, sign_in_link, signup_flow
from rtk.console.people.closed import Closed
from rtk.console.people.models import User
from rtk.console.people.pages import page, viewed


def home(request: HttpRequest) -> HttpResponse:
    """Leads to the team one looked at last, else shows them all. `HEAD` tells clients whether their token is good."""
    authorization = request.headers.get("Authorization")
    if authorization and gate.authenticate(authorization) is None:
        why = gate.unauthorized(authorization)
        told = {"WWW-Authenticate": why.challenge}
        return HttpResponse(f"{why}\n", status=401, content_type="text/plain", headers=told)
    if request.method == "HEAD":
        return HttpResponse()
    if not request.user.is_authenticated and not User.objects.exists():
        return render(request, "people/nobody.html")
    return _led_on(request)


@page
def _led_on(request: HttpRequest, caller: gate.Caller) -> HttpResponse:
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    place = last.place(request, caller)
    return redirect(place) if place else _listed(request, caller)


@viewed
def organizations(request: HttpRequest, caller: gate.Caller) -> HttpResponse:
    """One's organizations and teams."""
    return _listed(request, caller)


def _listed(request: HttpRequest, caller: gate.Caller) -> HttpResponse:
    teams: dict[object, list[object]] = {}
    for team in gate.teams_for(caller):
        teams.setdefault(team.org_id, []).append(team)
    found = [(org, teams.get(org.pk, [])) for org in gate.organizations_for(caller)]
    return render(request, "people/home.html", {"organizations": found, "at": "home"})


@login_not_required
@require_safe
def welcome(request: HttpRequest, key: str) -> HttpResponse:
    """The first user's link: on to sign-up."""
    if not bootstrap_signup.opens(key):
        return closed.page(request, Closed.FIRST_USER_IS_THERE)
    signup_flow.came_first(request, key)
    return redirect("account_signup")


@login_not_required
@require_GET  # a HEAD must not use it up
@transaction.atomic  # of several who open it at the same moment one comes in
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """The link of `rtk sign-in-link`: signs its user in, unless they are already, and leads on to `next`."""
    if isinstance(request.user, User) and request.user == sign_in_link.named(key):
        if sign_in_link.opens(key):
            reauthentication.note(request, request.user)
            update_last_login(User, request.user)  # which uses the link up
        return redirect(get_next_redirect_url(request) or "people:home")
    user = sign_in_link.opens(key)
    if user is None:
        return closed.page(request, Closed.SIGN_IN_LINK_OVER)
    answer: HttpResponse = perform_login(request, user)
    if request.user != user:
        sign_in_link.note(request, key)
    return answer


@login_not_required
def join(request: HttpRequest, key: str) -> HttpResponse:
    """An invitation: who asks whom to join what. Accepted by its own address, after signing in or up."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    invitation = invitations.found(key)
    if invitation is None:
        return closed.page(request, Closed.INVITER_GONE if invitations.is_orphan(key) else Closed.INVITATION_OVER)
    signup_flow.came_invited(request, key, request.GET.get(invitations.MAILED, ""))
    if request.method == "POST" and isinstance(request.user, User):
        try:
            invitations.accept(invitation, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            return redirect("pages:org-timeline", org=invitation.org.slug)
    theirs = isinstance(request.user, User) and invitations.is_for(invitation, request.user)
    return render(request, "people/join.html", {"invitation": invitation, "theirs": theirs})
