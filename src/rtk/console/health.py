"""Whether the console answers and reaches its database: for load balancers, `rtk up --detach` and `rtk status`."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

import rtk


def health(_request: HttpRequest) -> JsonResponse:
    """200 `{status: "ok", version}` when the database answers, else 503 `{status: "no database", version}`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "no database", "version": rtk.__version__}, status=503)
    return JsonResponse({"status": "ok", "version": rtk.__version__})
