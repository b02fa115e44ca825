"""The badge of a promise: how it stands, as a small drawing for a README or a wall.

Everybody may see it where an admin switched it on, and whoever is in the team always. To anybody else there is no such
badge, as there is none of an id that does not exist. It holds the state and the bound: no name, no id, no figure else.
"""

import hashlib
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from rtk.console.api.answers import refused
from rtk.console.api.views import caller_of
from rtk.console.people import gate
from rtk.console.store import lists, standings
from rtk.console.store.models import Objective, Verification
from rtk.console.store.problem import unknown
from rtk.figures import bound
from rtk.insight.standing import lowest
from rtk.insight.standing_shape import StandingState

FRESH_S = 300  # seconds for which no proxy asks for a public badge again
_HEIGHT, _PER_CHARACTER, _EDGE = 20, 6.6, 8.0  # pixels; a character has an average width
_LABEL = "promise"


class Look(NamedTuple):
    """How a state is drawn: a mark that tells it without colour, its word, and the ground behind white text."""

    mark: str
    word: str
    ground: str


LOOKS = {
    StandingState.KEPT: Look("✓", "kept", "#1a6b3a"),
    StandingState.BROKEN: Look("✗", "broken", "#b3161b"),
    StandingState.NOT_PROVEN: Look("?", "not proven", "#7a4b00"),
    StandingState.LAPSED: Look("…", "lapsed", "#7a4b00"),
    StandingState.NEVER_TRIED: Look("+", "never tried", "#55606e"),
}


@require_safe
def verification(request: HttpRequest, key: str) -> HttpResponse:
    """The badge of a verification."""
    rows = Verification.objects.filter(deleted_at=None).select_related("objective", "revision")
    found = _found(request, rows, key)
    if found is None:
        return refused(unknown("badge"))
    stand = standings.of([found], now()).get(found.pk)
    state = stand.promise.state if stand else StandingState.NEVER_TRIED
    least = stand.promise.at_least if stand and state is StandingState.KEPT else None
    proven = f", at least {bound(least, stand.promise.target)}" if stand and least is not None else ""
    return _answer(request, svg(state, proven), public=found.badge)


@require_safe
def objective(request: HttpRequest, key: str) -> HttpResponse:
    """The badge of an objective: the lowest state of its verifications."""
    found = _found(request, Objective.objects.filter(deleted_at=None), key)
    if found is None:
        return refused(unknown("badge"))
    stand = standings.of_objectives([found], now())[found.pk]
    return _answer(request, svg(lowest(each.promise.state for each in stand)), public=found.badge)


def _found(request: HttpRequest, rows: Any, key: str) -> Any:
    """What is to be shown to this caller; None where there is nothing, or nothing for them."""
    found = lists.by_id(rows, key)
    if found is None or found.badge:
        return found
    try:
        caller = caller_of(request)
    except gate.Refused:
        return None
    mine = {team.pk for team in gate.teams_for(caller)} if caller else set()
    return found if found.team_id in mine else None


def svg(state: StandingState, proven: str = "") -> str:
    """Return the drawing of a state with what is proven, which may be empty."""
    look = LOOKS[state]
    text = f"{look.mark} {look.word}{proven}"
    left, right = (round(len(each) * _PER_CHARACTER + 2 * _EDGE) for each in (_LABEL, text))
    said = f"{_LABEL}: {look.word}{proven}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img" '
        f'aria-label="{said}"><title>{said}</title><rect width="{left}" height="{_HEIGHT}" fill="#3a4350"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{look.ground}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{_LABEL}</text><text x="{left + right / 2:g}" y="14">{text}</text></g></svg>'
    )


def _answer(request: HttpRequest, drawn: str, *, public: bool) -> HttpResponse:
    body = drawn.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    same = tag in [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    answer = HttpResponse(status=304) if same else HttpResponse(body, content_type="image/svg+xml")
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={FRESH_S}" if public else "private, no-cache"
    return answer
