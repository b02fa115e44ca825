"""Part B: what happened outside, told as CloudEvents 1.0 in each of the three forms that HTTP knows, or as alerts."""

import json
from typing import Any
from urllib.parse import unquote

import msgspec
from django.http import HttpRequest, JsonResponse
from ninja import Router

from rtk.console import limits, options
from rtk.console.api.entry import body_of, caller_of, enter
from rtk.console.api.kept_executions import T
from rtk.console.store import alerts, extent, outside
from rtk.console.store.depth import refuse_deep
from rtk.console.store.problem import Problem

router = Router(tags=["timeline, safeguards, action items"])

STRUCTURED, BATCH, JSON = "application/cloudevents+json", "application/cloudevents-batch+json", "application/json"
_PREFIX = "ce-"
EXAMPLE = {
    "specversion": "1.0",
    "id": "deploy-118",
    "source": "https://ci.example.org/shop/checkout",
    "type": "org.example.deployed",
    "time": "2026-01-31T12:00:00Z",
    "data": {"title": "checkout 1.18", "url": "https://ci.example.org/shop/checkout/118", "tags": ["checkout"]},
}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 500}
_EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        **dict.fromkeys(("id", "source", "type"), _TEXT),
        "subject": {**_TEXT, "type": ["string", "null"]},  # in JSON, null is as good as nothing
        "time": {"type": ["string", "null"], "format": "date-time"},
        "data": {},
    },
}
_BODIES = {
    STRUCTURED: {"schema": _EVENT, "example": EXAMPLE},
    BATCH: {"schema": {"type": "array", "items": _EVENT, "maxItems": outside.MOST_AT_ONCE}, "example": [EXAMPLE]},
}


@router.post(
    f"{T}/events",
    response={201: dict[str, Any], 200: dict[str, Any]},
    summary="Tell what happened outside",
    openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
)
def tell(request: HttpRequest, org: str, team: str) -> JsonResponse:
    """CloudEvents 1.0: one, a batch, or one whose attributes are headers; or what Prometheus' Alertmanager posts.

    An event is known by `source` and `id`: told again, nothing changes but that it is over.

    201 where any of them is new, 200 where all are known already.
    """
    into, user = enter(request, org, team, "run"), caller_of(request).user
    events = events_of(request)
    new = outside.take(into, user, events)
    return JsonResponse({"new": new, "known": len(events) - new}, status=201 if new else 200)


def events_of(request: HttpRequest) -> list[Any]:
    """The events of a call, in whichever form they come. Raises `Problem`."""
    body, kind = body_of(request, options.limit(limits.EVENTS) * 1024), (request.content_type or "").lower()
    headed = any(name.lower().startswith(_PREFIX) for name in request.headers)
    if kind == BATCH:
        found = _json(body)
        if not isinstance(found, list) or not found:
            raise Problem(422, "the body: expected a list of events")
        outside.refuse_crowd(len(found))
        return [_small(each, f"[{place}]") for place, each in enumerate(found)]
    if kind == STRUCTURED or (kind == JSON and not headed):
        found = _json(body)
        several = alerts.events(found) if alerts.is_from_alertmanager(found) else [found]
        return [_small(each, "the event") for each in several]
    if headed:
        return [_small(_headed(request, body, kind), "the event")]
    raise Problem(415, f"expected {STRUCTURED}, {BATCH}, or an event whose attributes are headers such as ce-id")


def _headed(request: HttpRequest, body: bytes, kind: str) -> dict[str, Any]:
    """The event whose attributes are headers (binary mode of CloudEvents over HTTP)."""
    named = ((name.lower(), value) for name, value in request.headers.items())
    told = {name[len(_PREFIX) :]: unquote(value) for name, value in named if name.startswith(_PREFIX)}
    # Data may be of any kind, and what is no JSON is kept as text.
    data: Any = body.decode("utf-8", "replace")
    if kind == JSON or kind.endswith("+json"):
        data = _json(body) if body else None
    return {**told, "data": data}


def _json(body: bytes) -> Any:
    extent.refuse_many(body, extent.most_values())
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    refuse_deep(found)
    return found


def _small(event: Any, place: str) -> Any:
    if len(json.dumps(event)) > outside.MOST_BYTES:
        raise Problem(413, f"{place}: larger than {outside.MOST_BYTES // 1024} KiB")
    return event
