"""Which team somebody looked at last: the first page leads there. A cookie holds its id, the gate decides the rest."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Team

KEPT_S = 365 * 86_400


def cookie() -> str:
    """Return the name of the cookie that holds the team somebody looked at last."""
    return f"{settings.COOKIE_PREFIX}rtk_team"


def remember(request: HttpRequest, answer: HttpResponse, team: Team) -> HttpResponse:
    """Note with an answer that this is the team."""
    if request.COOKIES.get(cookie()) != str(team.pk):
        secure = settings.SESSION_COOKIE_SECURE
        answer.set_cookie(cookie(), str(team.pk), max_age=KEPT_S, secure=secure, httponly=True, samesite="Lax")
    return answer


def place(request: HttpRequest, caller: Caller) -> str | None:
    """Where the first page leads: to the team one looked at last, to the only one, or nowhere (None)."""
    teams = list(gate.teams_for(caller)[:2])  # two tell that there is more than one
    try:
        looked_at = gate.teams_for(caller).filter(pk=UUID(request.COOKIES.get(cookie(), "")))
    except ValueError:
        looked_at = Team.objects.none()
    found = looked_at.first() or (teams[0] if len(teams) == 1 else None)
    return reverse("pages:timeline", kwargs={"org": found.org.slug, "team": found.slug}) if found else None
