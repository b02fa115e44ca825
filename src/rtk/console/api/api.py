"""The API as a whole: its routers, and what becomes of everything that is refused."""

from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

import rtk
from rtk.console.api import catalog, holds, kept_executions, live, outside, people, rules, team_standing
from rtk.console.api.answers import refused, unauthorized
from rtk.console.api.described import with_faults, with_record
from rtk.console.api.entry import Bearer, Session, StrictParser
from rtk.console.people import gate
from rtk.console.store.problem import Problem

MOST_ERRORS = 100  # that one answer says


class Api(NinjaAPI):
    """The API, whose description holds what is answered beside Django as well."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The OpenAPI document."""
        views = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema: OpenAPISchema = with_faults(with_record(views))
        return schema


api = Api(
    title="Reliability Toolkit",
    version=rtk.__version__,
    description="Runs of verifications: told, stored, and what can be learned of them.",
    urls_namespace="api",
    openapi_url=None,  # `views.description` is ours, which is made once
    docs_url=None,  # and so is `views.docs`, which needs no script
    auth=[Bearer(), Session()],
    parser=StrictParser(),
)
for part in (
    people,
    kept_executions,
    live,
    catalog,
    rules,
    holds,
    outside,
    team_standing,
):  # live adds to the router of kept_runs
    api.add_router("", part.router)


@api.exception_handler(Problem)
def _problem(_request: HttpRequest, problem: Problem) -> HttpResponse:
    return refused(problem)


@api.exception_handler(gate.Refused)
def _refused(_request: HttpRequest, error: gate.Refused) -> HttpResponse:
    challenge: dict[str, Any] = {"challenge": error.challenge} if isinstance(error, gate.Unauthorized) else {}
    return refused(Problem(error.status, str(error), **challenge))


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return unauthorized(request)


@api.exception_handler(HttpError)
def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    # What our parser refuses comes wrapped in a sentence that says less.
    cause = error.__cause__
    return refused(cause if isinstance(cause, Problem) else Problem(error.status_code, str(error)))


@api.exception_handler(Http404)
def _unknown(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return refused(Problem(404, "there is no such thing here"))


@api.exception_handler(RequestDataTooBig)
def _too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return refused(Problem(413, "the body is too large"))


@api.exception_handler(BadRequest)
def _bad(_request: HttpRequest, error: BadRequest) -> HttpResponse:
    return refused(Problem(400, str(error) or "the request is not understood"))


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = []
    for each in error.errors[:MOST_ERRORS]:
        # The first names where a value came from (body, query, path), the second, in a body, our own parameter.
        source, *inside = each["loc"]
        place = inside[1:] if source == "body" and len(inside) > 1 else inside
        found.append({"field": ".".join(map(str, place)) or str(source), "detail": str(each["msg"])})
    first = found[0] if found else {"field": "", "detail": "expected something else"}
    return refused(Problem(422, f"{first['field']}: {first['detail']}", errors=found))


@api.exception_handler(RecursionError)
def _deep(_request: HttpRequest, _error: RecursionError) -> HttpResponse:
    return refused(Problem(422, "the body: nested too deeply"))


@api.exception_handler(DataError)
def _not_held(_request: HttpRequest, _error: DataError) -> HttpResponse:
    return refused(Problem(422, "a value is beyond what the database can hold"))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _away(_request: HttpRequest, _error: DatabaseError) -> HttpResponse:
    return refused(Problem(503, "the database cannot be reached: try again in a moment"))
