"""One request to Django as the console logs it, and every line that is logged meanwhile."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, path, re_path, set_script_prefix

from rtk.console.access import AccessLog
from rtk.console.bodies import Application, Receive, Scope, Send
from rtk.console.lines import Bounded
from rtk.console.secrecy import Secrecy
from rtk.log import JsonLine

MIDDLEWARE = ["rtk.console.access.Led", "django.middleware.common.CommonMiddleware"]
logger = logging.getLogger("rtk.tried")


@dataclass
class Answer:
    """What came back, and what was logged."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def access(self) -> dict[str, Any]:
        """The line of the access log."""
        (found,) = [each for each in self.lines if each["logger"] == "rtk.console.access"]
        return found


class _Kept(logging.Handler):
    """Keeps lines as the console writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLine())
        self.addFilter(Bounded(1_000))
        self.addFilter(Secrecy())
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))


class Pages(BaseHandler):
    """Django by itself, with the middleware and the addresses of the settings."""

    def __init__(self) -> None:
        self.load_middleware()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = (await receive())["body"]
        answer = await sync_to_async(self._answered)(scope, body)
        await send({"type": "http.response.start", "status": answer.status_code, "headers": []})
        await send({"type": "http.response.body", "body": answer.content})

    def _answered(self, scope: Any, body: bytes) -> Any:
        set_script_prefix("/")
        return self.get_response(ASGIRequest(scope, BytesIO(body)))


@contextmanager
def logged() -> Iterator[list[str]]:
    """Every line, as the console writes it as JSON."""
    kept, names = _Kept(), ("rtk.console.access", "rtk.tried", "django.request", "django.security", "rtk.console")
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in names}
    for name in names:
        logging.getLogger(name).addHandler(kept)
        logging.getLogger(name).setLevel(logging.INFO)
        logging.getLogger(name).propagate = False
    try:
        yield kept.text
    finally:
        for name, (level, propagate) in before.items():
            logging.getLogger(name).removeHandler(kept)
            logging.getLogger(name).setLevel(level)
            logging.getLogger(name).propagate = propagate


def ask(
    address: str,
    *headers: tuple[str, str],
    method: str = "GET",
    query: str = "",
    body: bytes = b"",
    inner: Application | None = None,
) -> Answer:
    """Answer one request by this file's views, or by another application."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": address,
        "query_string": query.encode("latin-1"),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in (("host", "localhost"), *headers)],
    }
    answer = Answer()

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], dict(message["headers"])
        answer.body += message.get("body", b"")

    with logged() as text:
        asyncio.run(AccessLog(inner or Pages())(scope, receive, send))
    answer.lines = [json.loads(line) for line in text]
    return answer


def fine(_request: HttpRequest, **_: Any) -> HttpResponse:
    return HttpResponse("fine")


def indiscreet(request: HttpRequest, **parts: Any) -> HttpResponse:
    """Logs all it was sent, then fails and says all of it once more."""
    told = f"{request.get_full_path()} {dict(request.headers)} {request.COOKIES} {request.GET} {request.POST} {parts}"
    logger.warning("asked for %s", told)
    raise RuntimeError(told)


def plain(_request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """In place of the pages that say what went wrong."""
    return HttpResponse("no", status=STATUS.get(sys.exc_info()[0], 500))


STATUS: dict[Any, int] = {Resolver404: 404, SuspiciousOperation: 400, DisallowedHost: 400}
handler400 = handler404 = handler500 = plain
urlpatterns = [
    path("teams/<str:team>/runs/<uuid:run>", fine),
    re_path(r"^confirm/(?P<key>[-:\w]+)/$", fine),
    path("indiscreet/<str:key>", indiscreet),
]
