"""`HEAD /`, with which clients see whether there is a console and whether their token is good."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rtk.console.api.answers import refused
from rtk.console.people import gate
from rtk.console.store.problem import Problem


class Probe:
    """Middleware: answers `HEAD /` with 200, or with 401 for a token that is not good. Everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD" or request.path != "/":
            return self._get_response(request)
        header = request.headers.get("Authorization")
        if header and gate.authenticate(header) is None:
            return refused(Problem(401, "this token is not known, or it has expired"))
        return HttpResponse()
