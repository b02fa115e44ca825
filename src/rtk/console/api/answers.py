"""How answers are made: JSON with an ETag where pages poll, problems where something is refused."""

import hashlib
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse

from rtk.console.people import gate
from rtk.console.store.problem import MEDIA_TYPE, Problem

FAULTS = frozenset({400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503})


def polled(request: HttpRequest, value: Any) -> HttpResponse:
    """A value with its ETag; 304 without a body when the caller has it already."""
    body = msgspec.json.encode(value)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # A proxy that compresses an answer makes its tag a weak one.
    asked = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if tag in asked or asked == ["*"]:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def created(request: HttpRequest, value: dict[str, Any], place: str, status: int = 201) -> HttpResponse:
    """What was made, and where it is."""
    answer = JsonResponse(value, status=status)
    answer["Content-Location"] = place if "://" in place else request.build_absolute_uri(place)
    return answer


def unauthorized(request: HttpRequest) -> HttpResponse:
    """The refusal of whoever is nobody, or has a token that is not good."""
    error = gate.unauthorized(request.headers.get("Authorization"))
    return refused(Problem(401, str(error), challenge=error.challenge))


def refused(problem: Problem) -> HttpResponse:
    """A problem as an answer."""
    answer = JsonResponse(problem.as_dict(), status=problem.status, content_type=MEDIA_TYPE)
    if problem.status == 401:
        answer["WWW-Authenticate"] = problem.challenge
    if problem.status in (429, 503):
        answer["Retry-After"] = "1"
    return answer
