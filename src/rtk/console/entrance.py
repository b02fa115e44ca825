"""Who sends a body to the API is known before the body is read: of nobody's nothing is kept, in memory or on the disk.

Django reads a body first and asks who sent it then. Which team the caller may enter is asked where it always was.
"""

from importlib import import_module

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest

from rtk.console.bodies import API, Application, Receive, Scope, Send, has_body, header, problem, turned_away
from rtk.console.cookies import session_of
from rtk.console.people import gate
from rtk.console.people.auth_cache import remembered

NOBODY = "Sign in first, or send a valid token: Authorization: Bearer …"
AWAY = "the database cannot be reached: try again in a moment"


class Entrance:
    """An application around another that gets the body of an API call only from who is known."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner
        self._ask = sync_to_async(is_known, thread_sensitive=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not str(scope["path"]).startswith(API) or not has_body(scope):
            await self._inner(scope, receive, send)
            return
        authorization = header(scope, b"authorization").decode("latin-1")
        try:
            known = remembered.knows(authorization) or await self._ask(
                authorization, session_of(scope, settings.SESSION_COOKIE_NAME)
            )
        except DatabaseError:
            await turned_away(receive, send, *problem(503, AWAY))
            return
        if known:
            await self._inner(scope, receive, send)
        else:
            why = await sync_to_async(refusal, thread_sensitive=False)(authorization)
            status, body, headers = problem(401, str(why))
            challenge = (b"www-authenticate", why.challenge.encode())
            await turned_away(receive, send, status, body, [*headers, challenge])


def is_known(authorization: str, session: str) -> bool:
    """Whether a token is good, or without one a session is somebody's. Raises DatabaseError."""
    close_old_connections()
    try:
        if authorization:
            return remembered.authenticate(authorization) is not None
        if not session:
            return False
        request = HttpRequest()  # none is made of the scope yet: only its session is asked for
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
        return bool(get_user(request).is_authenticated)
    finally:
        close_old_connections()


def refusal(authorization: str) -> gate.Unauthorized:
    """Return why somebody is not known. Raises DatabaseError."""
    try:
        return gate.unauthorized(authorization)
    finally:
        close_old_connections()
