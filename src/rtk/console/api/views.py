"""What lies beside the API: the files of experiments and verifications, and the API's description to read."""

import json
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from rtk.console.api.answers import refused, unauthorized
from rtk.console.api.api import api
from rtk.console.people import gate
from rtk.console.people.models import User
from rtk.console.store import lessons, lists
from rtk.console.store.models import Experiment, Verification
from rtk.console.store.problem import Problem, unknown
from rtk.console.store.verifications import document_of, experiment_document

DOCS_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Within the page: it fetches nothing, as its policy demands.
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "code,pre{font:14px/1.4 ui-monospace,monospace;background:#f4f4f4}pre{padding:.8rem;overflow:auto}"
    "h3 b{display:inline-block;min-width:4.5rem}"
)


@require_safe
def experiment(request: HttpRequest, key: str) -> HttpResponse:
    """The file of an experiment."""
    return _asset(request, key, Experiment.objects.filter(deleted_at=None), "experiment", experiment_document)


@require_safe
def verification(request: HttpRequest, key: str) -> HttpResponse:
    """The file of a verification."""
    rows = Verification.objects.filter(deleted_at=None).select_related("experiment__team", "objective")

    def document(found: Verification) -> dict[str, Any]:
        return document_of(found, lessons.learned(found.objective_id))

    return _asset(request, key, rows, "verification", document)


def _asset(
    request: HttpRequest, key: str, rows: Any, what: str, document: Callable[[Any], dict[str, Any]]
) -> HttpResponse:
    try:
        caller = caller_of(request)
        if caller is None:
            return unauthorized(request)
        mine = gate.teams_for(caller)
        # Of another team's there is none: an answer of its own would tell that the id exists.
        found = lists.by_id(rows.filter(team__in=[team.id for team in mine]).select_related("team"), key)
        if found is None:
            raise unknown(what)
    except gate.Refused as error:
        return refused(Problem(error.status, str(error)))
    except Problem as problem:
        return refused(problem)
    return JsonResponse(document(found))


def caller_of(request: HttpRequest) -> gate.Caller | None:
    """Who asks, by a token or a session; None for nobody."""
    header = request.headers.get("Authorization")
    if header:
        return gate.authenticate(header)
    return gate.Caller(request.user) if isinstance(request.user, User) else None


@require_safe
def page(_request: HttpRequest, org: str, team: str, key: UUID, name: str) -> HttpResponse:
    """On to the page that `Content-Location` names; it tells nobody whether it is there before they signed in."""
    return redirect(f"pages:{name}", org, team, key)


@require_safe
def description(_request: HttpRequest) -> HttpResponse:
    """The API's description for machines."""
    return HttpResponse(_descriptions()[0], content_type="application/json")


@cache
def _descriptions() -> tuple[bytes, bytes]:
    """Make the description once, for machines and to read: it is the same for everybody, and takes half a second."""
    schema = api.get_openapi_schema()
    return json.dumps(schema).encode(), page_of(schema).encode()


@require_safe
def docs(_request: HttpRequest) -> HttpResponse:
    """The API's description as a plain page: no script, nothing fetched from elsewhere."""
    answer = HttpResponse(_descriptions()[1])
    answer["Content-Security-Policy"] = DOCS_POLICY
    return answer


def page_of(schema: dict[str, Any]) -> str:
    """An OpenAPI document as HTML."""
    operations = [
        _operation(path, method, operation, schema)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    title = escape(schema["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}: API</title><style>{STYLE}</style>'
        f"<h1>{title}: API</h1><p>{escape(schema['info']['description'])} "
        "Every call needs <code>Authorization: Bearer …</code>. "
        'The same for machines: <a href="/api/v1/openapi.json">openapi.json</a>.</p>' + "".join(operations)
    )


def _operation(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    parameters = [each for each in operation.get("parameters", []) if each["in"] == "query"]
    query = "".join(f"<li><code>{escape(each['name'])}</code></li>" for each in parameters)
    return (
        f"<h3><b>{method.upper()}</b> <code>{escape(path)}</code></h3><p>{escape(operation.get('summary', ''))}. "
        f"{escape(operation.get('description', ''))}</p>"
        + (f"<ul>{query}</ul>" if query else "")
        + _example(operation, schema)
        + f"<p>Answers: {', '.join(map(str, operation['responses']))}</p>"
    )


def _example(operation: dict[str, Any], schema: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    for body in content.values():
        name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
        found = body.get("example") or schema["components"]["schemas"].get(name, {}).get("example")
        if found:
            return f"<pre>{escape(json.dumps(found, indent=2, ensure_ascii=False))}</pre>"
    return ""
