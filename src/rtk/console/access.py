"""The access log: a line for each request that was answered, and the id by which one finds all that was logged of it.

A line tells ids and figures only: no address as it was asked for, since secrets stand in some; no name, no header, no
query. Whoever has a request's id finds its lines, and whoever calls gets the id with the answer.
"""

import logging
import os
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from http import HTTPMethod
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from msgspec import Struct

from rtk.console.bodies import KEY, Application, Receive, Scope, Send
from rtk.console.lines import SteadyAllowance, with_left_out
from rtk.log import record_of

HEADER = b"x-request-id"
# No underscore: a token of ours has one, and whoever mistakes the header for another must not find it in the log.
WELL_FORMED = re.compile(rb"[A-Za-z0-9.-]{1,64}")
OTHER = "OTHER"  # a method that is none of HTTP's is whatever somebody wrote
_METHODS = frozenset(HTTPMethod)
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>")

logger = logging.getLogger(__name__)


class Visit(Struct):
    """A request being answered: its id, and what is found out about it on the way. `over` once it is answered.

    Its answer passes here. Where the caller has `gone`, nothing is sent, and the log does not count it as answered.
    """

    id: str
    scope: Scope
    send: Send
    path: str | None = None  # as Django writes the route
    user: Any = None  # whose it is, as it was found: its line is made of that at the end, where there is to be one
    token: Any = None
    run: object = None
    status: int | None = None
    sent: int = 0  # bytes of the answer's body
    request: HttpRequest | None = None  # as Django has it, while it is there
    over: bool = False
    gone: bool = False

    async def tell(self, message: Any) -> None:
        """Send a part of the answer, with the request's id, and note what it was."""
        if self.gone:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), (HEADER, self.id.encode())]}
        elif self.scope.get("method") != "HEAD":
            self.sent += len(message.get("body", b""))
        await self.send(message)

    def is_by(self, user: Any, token: Any) -> None:
        """Note whose it is, and with which token it came; None for neither."""
        self.user, self.token = user, token

    def leads_to(self, route: str, run: object = None) -> None:
        """Note where it leads, and of which run it is."""
        self.path, self.run = route, run

    @property
    def route(self) -> str | None:
        """Where it leads, as people write it; None where that is not known."""
        return None if self.path is None else template(self.path)


_current: ContextVar[Visit | None] = ContextVar("request", default=None)


def current() -> Visit | None:
    """Return the request that is being answered here, None where there is none."""
    visit = _current.get()
    return None if visit is None or visit.over else visit


@cache
def template(route: str) -> str:
    """Return Django's route as people write one: `/{org}/{team}/`, of a path and of a pattern alike."""
    named = _GROUP.sub(lambda group: "{" + (group[1] or group[2]) + "}", route)
    return "/" + re.sub(r"[\^$\\]|\?$", "", named).lstrip("/")


def id_of(scope: Scope) -> str:
    """Return the id that a request came with, where it has one that is well formed; else a new one."""
    given = [value for name, value in scope.get("headers", ()) if name == HEADER]
    if len(given) == 1 and WELL_FORMED.fullmatch(given[0]):
        return str(given[0].decode())
    return os.urandom(16).hex()


class AccessLog:
    """An application around another, which tells the caller a request's id and logs its end. `clock` is in seconds.

    How many lines it may write is `allowance`, the usual one where none is given. That is asked first: to make a line
    took longer than all else that is done for a request here.
    """

    def __init__(
        self,
        inner: Application,
        clock: Callable[[], float] = time.perf_counter,
        allowance: SteadyAllowance | None = None,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._allowance = allowance or SteadyAllowance(settings.ACCESS_LINES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or KEY in scope:
            await self._inner(scope, receive, send)
            return
        visit = scope[KEY] = Visit(id_of(scope), scope, send)
        _current.set(visit)  # the task is this request's own
        began = self._clock()
        try:
            await self._inner(scope, receive, visit.tell)
        except Exception:
            visit.status = visit.status or 500  # which the server answers
            raise
        finally:
            visit.over = True
            del scope[KEY]  # which holds the scope: else both were left to whoever looks for garbage
            visit.request = None
            if logger.isEnabledFor(logging.INFO) and (left_out := self._allowance.used()) is not None:
                _log(visit, self._clock() - began, left_out)


def _log(visit: Visit, took_s: float, left_out: int) -> None:
    method, run = visit.scope.get("method"), visit.run
    try:
        run_id = str(run if isinstance(run, UUID) else UUID(str(run))) if run else None
    except ValueError:  # what is no id is not repeated
        run_id = None
    told = {
        "request_id": visit.id,
        "method": method if method in _METHODS else OTHER,
        "route": route_of(visit),
        "status": visit.status,
        "duration_ms": round(1000 * took_s, 2),
        "bytes": visit.sent,
        "user_id": _key(visit.user),
        "token_id": _key(visit.token),
        "run_id": run_id,
    }
    said = with_left_out("answered" if visit.status else "gone before the answer", left_out)
    logger.handle(record_of(logger.name, logging.INFO, said, told))


def _key(row: Any) -> str | None:
    return str(row.pk) if row else None


def route_of(visit: Visit) -> str | None:
    """Return where a request leads, also one that was turned away on its way; None where that is nowhere."""
    if visit.route:
        return visit.route
    path = str(visit.scope["path"])
    if path.startswith(settings.STATIC_URL):
        return f"{settings.STATIC_URL}{{path}}"
    try:
        return template(resolve(path).route)
    except Resolver404:
        return None


class Led:
    """Middleware, the outermost: notes where a request was led, and whose it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        visit = current()
        if visit is None:
            return self._get_response(request)
        visit.request = request
        response = self._get_response(request)
        if match := request.resolver_match:
            visit.leads_to(match.route, match.kwargs.get("run"))
        # Whoever the gate let in by a token; else whose session it is, which other layers have looked up by now.
        auth, user = getattr(request, "auth", None), getattr(request, "user", None)
        if auth:
            visit.is_by(auth.user, auth.token)
        elif user is not None and user.is_authenticated:
            visit.is_by(user, None)
        return response
