"""Who calls, and what with: tokens of machines, sessions of people, bodies that are JSON.

A view is exempt from Django's own check against forged requests here; a session is let in only by ninja's, which
makes that check, and never by `request.user` alone.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.security import APIKeyCookie, HttpBearer

from rtk.console.people import gate
from rtk.console.people.auth_cache import remembered
from rtk.console.people.models import Team, User
from rtk.console.store import extent
from rtk.console.store.depth import refuse_deep
from rtk.console.store.intake import refusal
from rtk.console.store.problem import Problem
from rtk.console.streaming import asked

MIB = 1024 * 1024
USUAL_BODY = 8 * MIB
MOST_NAMES = 100  # of a body: each that is not known is found wrong by itself
JOURNAL_BODY = 64 * MIB


class Bearer(HttpBearer):
    """A machine's token."""

    def authenticate(self, request: HttpRequest, token: str) -> gate.Caller:  # noqa: ARG002 - ninja gives it
        """The caller. Raises Unauthorized here, where the database may be asked why a token is not good."""
        authorization = f"Bearer {token}"
        caller = remembered.authenticate(authorization)
        if caller is None:
            raise gate.unauthorized(authorization)
        return caller


class Session(APIKeyCookie):
    """A person's session, on our own pages."""

    def __init__(self) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)

    def __call__(self, request: HttpRequest) -> Any:
        """Without a session this is nobody; with one, the request must not be forged."""
        # Whoever sends a token means it: a session must not stand in for one that is not good.
        anybody = self.param_name in request.COOKIES and "Authorization" not in request.headers
        return super().__call__(request) if anybody else None

    def authenticate(self, request: HttpRequest, key: str | None) -> gate.Caller | None:  # noqa: ARG002 - ninja gives it
        """The caller, or None."""
        return gate.Caller(request.user) if isinstance(request.user, User) else None


class InThread:
    """A way in for asynchronous views: the database is asked in a thread, as it must not be in the event loop."""

    is_async = True

    def __init__(self, inner: Callable[[HttpRequest], Any]) -> None:
        self._inner = inner

    async def __call__(self, request: HttpRequest) -> Any:
        """What the inner one answers."""
        return await asked(self._inner)(request)


class StrictParser(Parser):
    """Takes bodies that are JSON of UTF-8 text, without numbers that are none, and not too large."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value. Raises `Problem`."""
        body = body_of(request, USUAL_BODY)
        extent.refuse_many(body, extent.most_values())
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Problem(400, f"the body is not JSON: {error}") from None
        refuse_deep(value)
        if isinstance(value, dict) and len(value) > MOST_NAMES:
            raise Problem(422, f"the body: holds {len(value):,} names, expected at most {MOST_NAMES}")
        return value


def body_of(request: HttpRequest, most: int) -> bytes:
    """The body's bytes. Raises `Problem` for too many."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > most:
        raise Problem(413, f"the body is larger than {most / MIB:g} MiB")
    # What a length says is only what its caller says, and a body in chunks has none.
    body = request.body
    if len(body) > most:
        raise Problem(413, f"the body is larger than {most / MIB:g} MiB")
    return body


def read(request: HttpRequest, shape: type[Any], most: int = JOURNAL_BODY) -> Any:
    """The body as a struct, in which a journal stays as it came. Raises `Problem` with the place that is wrong."""
    body = body_of(request, most)
    extent.refuse_many(body, extent.most_of_a_journal())
    extent.refuse_many_read(body, shape, extent.most_values())
    try:
        # What stays as it came must be text as well, and msgspec does not look at it.
        body.decode()
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise refusal(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None


def caller_of(request: HttpRequest) -> gate.Caller:
    """Who the authentication found."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, gate.Caller):
        raise gate.Unauthorized("Sign in first, or send a valid token.")
    return caller


def is_still_in(request: HttpRequest, org: str, team: str, need: str) -> bool:
    """Whether whoever made this request, maybe long ago, may still do what is needed there.

    A session that ended, a token that was revoked, a membership that is gone: each is noticed here.
    """
    try:
        if authorization := request.headers.get("Authorization"):
            caller = remembered.authenticate(authorization)
        else:
            # The session is read anew: that of the request is as it was when the request came.
            again = HttpRequest()
            again.session = type(request.session)(request.session.session_key)
            user = get_user(again)
            caller = gate.Caller(user) if isinstance(user, User) else None
        remembered.team_for(caller, org, team, need)
    except gate.Refused:
        return False
    return True


def enter(request: HttpRequest, org: str, team: str, need: str) -> Team:
    """The team, for a caller who may do what is needed there."""
    return remembered.team_for(caller_of(request), org, team, need)
