"""Counts what visitors do on the pages by which people come in, before they are looked at; refuses what is too much."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from rtk.console.people import attempts, devices, passkeys
from rtk.console.people.browser_layers import may_have_session
from rtk.console.people.gate import TooMany
from rtk.console.people.models import User
from rtk.console.people.tally import ThrottledAction

# What is sent to these pages counts for the visitor.
SENT = {
    "account_login": ThrottledAction.SIGN_IN,
    "account_reauthenticate": ThrottledAction.SIGN_IN,
    "account_confirm_login_code": ThrottledAction.SIGN_IN,
    "account_change_password": ThrottledAction.SIGN_IN,
    "mfa_authenticate": ThrottledAction.SIGN_IN,
    "mfa_reauthenticate": ThrottledAction.SIGN_IN,
    "mfa_reauthenticate_webauthn": ThrottledAction.SIGN_IN,
    "mfa_login_webauthn": ThrottledAction.SIGN_IN,
    "mfa_activate_totp": ThrottledAction.SIGN_IN,
    "openid_connect_login": ThrottledAction.SIGN_IN,
    "account_signup": ThrottledAction.SIGN_UP,
    "socialaccount_signup": ThrottledAction.SIGN_UP,
    "people:join": ThrottledAction.LINK,
}
# These are links with a key, which counts however they are opened, and what anybody can begin.
OPENED = {
    "mfa_login_webauthn": ThrottledAction.PASSKEY,
    "account_confirm_email": ThrottledAction.LINK,
    "account_reset_password_from_key": ThrottledAction.LINK,
    "people:sign-in": ThrottledAction.LINK,
    "people:welcome": ThrottledAction.LINK,
    "people:join": ThrottledAction.LINK,
}
# These take one's own password and are not asked by `AccountAdapter.authenticate`.
OWN_PASSWORD = {"account_change_password"}


class Throttle:
    """Middleware; also lets browsers be known in which somebody signed in, and ends challenges for passkeys."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        answer = self._get_response(request)
        if may_have_session(request):
            passkeys.note_challenge(request)
            devices.mark(request, answer)
        return answer

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _given: Any) -> HttpResponse | None:
        """Refuse what is too much before it is looked at."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        kind = SENT.get(name) if request.method == "POST" else OPENED.get(name)
        try:
            if kind is not None:
                attempts.visit(request, kind)
            if name in OWN_PASSWORD and request.method == "POST" and isinstance(request.user, User):
                attempts.own_password(request, request.user)
        except TooMany as refused:
            return refusal(request, refused)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refuse what turned out to be too much in a form."""
        return refusal(request, error) if isinstance(error, TooMany) else None


def refusal(request: HttpRequest, refused: TooMany) -> HttpResponse:
    """Return the page that says how much is possible, and when again."""
    headers = {"Retry-After": str(refused.retry_after), "Cache-Control": "no-store"}
    return HttpResponse(
        render(request, "429.html", {"refused": refused}).content, status=refused.status, headers=headers
    )
