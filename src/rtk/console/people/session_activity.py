"""When each session was last seen: noted once a minute, not with every request, of which it was half the work."""

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rtk.console.people.browser_layers import may_have_session

EVERY_S = 60


class SessionActivityMiddleware(UserSessionsMiddleware):
    """Notes a session that was not noted lately by this process."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        # Whoever is signed in has a session: nothing is kept for cookies that somebody made up.
        noted = (
            not may_have_session(request)
            or not request.user.is_authenticated
            or not cache.add(f"seen-{request.session.session_key}", True, EVERY_S)
        )
        answer: HttpResponseBase = self.get_response(request) if noted else super().__call__(request)
        return answer
