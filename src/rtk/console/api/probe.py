"""Beside the API: `HEAD /`, with which clients see whether there is a console, and what the API has no answer to."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rtk.console.api.answers import refused, unauthorized
from rtk.console.people import gate
from rtk.console.store.problem import MEDIA_TYPE, Problem

UNANSWERED = {
    403: "this call is refused: it is not known from where it was sent",
    404: "there is no such call",
    405: "this address does not take this method",
    500: "something went wrong in the console, whose log says what",
}


class Probe:
    """Middleware: answers `HEAD /` with 200, or with 401 for a token that is not good.

    Everything else goes on. What comes back as a page from below the API's address becomes a problem.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "HEAD" and request.path == "/":
            header = request.headers.get("Authorization")
            refuses = header and gate.authenticate(header) is None
            return unauthorized(request) if refuses else HttpResponse()
        answer = self._get_response(request)
        unanswered = UNANSWERED.get(answer.status_code) if request.path.startswith("/api/v1/") else None
        if unanswered is None or answer.get("Content-Type") == MEDIA_TYPE:
            return answer
        problem = refused(Problem(answer.status_code, unanswered))
        if "Allow" in answer:
            problem["Allow"] = answer["Allow"]
        return problem
