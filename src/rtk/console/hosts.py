"""Under which names the console answers: those of `safety.allowed_hosts`, but whoever asks how it is uses any."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_HEALTH = "/health"


class Probes:
    """Middleware that lets load balancers and `rtk status` ask for `/health` by address instead of by name.

    Its answer holds no link and nothing of anybody, so that it does not matter who was meant.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request; one for `/health` as if it had come under the console's own name."""
        if request.path_info == _HEALTH or request.path_info.startswith(f"{_HEALTH}/"):
            request.META["HTTP_HOST"] = urlsplit(settings.PUBLIC_URL).netloc
        return self._get_response(request)
