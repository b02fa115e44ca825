"""Whether the console answers and reaches its database: for load balancers, `rtk status` and people it fails."""

import sys

from django.db import Error, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

import rtk


def health(_request: HttpRequest) -> JsonResponse:
    """200 `{status: "ok", version}` when the database answers, else 503 `{status: "no database", version}`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "no database", "version": rtk.__version__}, status=503)
    return JsonResponse({"status": "ok", "version": rtk.__version__})


def failed(_request: HttpRequest) -> HttpResponse:
    """A page instead of one that failed: 503 while the database cannot be reached, else 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "5"})
    return HttpResponse(render_to_string("500.html"), status=500)
