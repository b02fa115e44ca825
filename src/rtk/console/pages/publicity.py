"""Whether everybody may see the badge of a promise: an admin switches it, and the audit log says so."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from rtk.console import links
from rtk.console.people import audit, gate
from rtk.console.people.models import Team, User
from rtk.console.store.models import Objective, Verification


def shown(team: Team, of: Verification | Objective) -> dict[str, Any]:
    """What the card of a badge is rendered with."""
    kind = type(of).__name__.lower()
    place = reverse(f"{kind}-badge", args=[of.pk])
    return {
        "badge": place,
        "address": links.public(place),
        "public": of.badge,
        "switch": reverse(f"pages:badge-{kind}", args=[team.org.slug, team.slug, of.pk]),
        "may_admin": "admin" in gate.RIGHTS[team.role],
    }


@transaction.atomic
def switch(request: HttpRequest, user: User, of: Verification | Objective) -> None:
    """Let everybody see a badge, or only its team again, as the form says."""
    public = "public" in request.POST
    # Pressed twice, it changes once, and is logged once.
    changed = type(of).objects.filter(pk=of.pk).exclude(badge=public).update(badge=public)
    if changed:
        told = {"team": of.team.name, "id": str(of.pk), "kind": type(of).__name__.lower()}
        audit.record(of.team.org, user, "badge.published" if public else "badge.withdrawn", of.name, told)
    messages.success(request, "Everybody may see the badge now." if public else "Only the team sees the badge now.")
