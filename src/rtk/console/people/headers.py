"""What every answer tells the browser: load nothing from elsewhere, run no script, be in no frame, keep no page."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORMS = "; form-action 'self'"
# The forms on these pages lead to the issuer, which may sign in at an origin that only its metadata names.
_LEAD_AWAY = frozenset({"openid_connect_login", "sign-on-again"})


class SecurityHeaders:
    """Middleware that adds the headers; a view that set one itself keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, with the headers."""
        response = self._get_response(request)
        match = request.resolver_match
        away = match is not None and match.url_name in _LEAD_AWAY
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY if away else POLICY + FORMS)
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        # What is told is for its reader; nothing between us may keep it. A page is not even kept by the browser, which
        # would show it again by "back" to whoever sits there once its reader has signed out.
        page = headers.get("Content-Type", "").startswith("text/html")
        headers.setdefault("Cache-Control", "private, no-store" if page else "private, no-cache")
        return response
