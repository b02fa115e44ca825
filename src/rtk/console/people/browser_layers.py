"""Django's layers for sessions, which a call of the API without any cookie passes by.

Nobody has a session there, nobody is signed in, nothing can be forged in somebody's name and no message waits. Calls of
machines are most of what a console answers, and these layers took a tenth of a short one's time.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

from rtk.console.bodies import API

if TYPE_CHECKING:
    _Layer = MiddlewareMixin
else:
    _Layer = object  # each stands before one of Django's, which is one


def may_have_session(request: HttpRequest) -> bool:
    """Return whether a request may be of somebody who is signed in, or is to be: a page, or a call with a cookie."""
    return bool(request.META.get("HTTP_COOKIE")) or not request.path_info.startswith(API)


class ForSessions(_Layer):
    """A layer only for who may have a session."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer the request."""
        return super().__call__(request) if may_have_session(request) else self.get_response(request)


class SessionLayer(ForSessions, SessionMiddleware):
    """Reads and writes the session."""


class ForgeryLayer(ForSessions, CsrfViewMiddleware):
    """Refuses what a page of somebody else's sends in one's name; before a view it looks at every request."""


class SignedInLayer(ForSessions, AuthenticationMiddleware):
    """Says who is signed in."""


class MessageLayer(ForSessions, MessageMiddleware):
    """Keeps messages for the next page."""
