"""The AWS endpoint of the lab: Run Command and its documents are ours, all else is moto's, on one port.

It executes shell commands, so it answers on loopback only, never a browser's page (`Origin`), never another
host name, and Run Command only to the access key that `rtk lab env` prints.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from rtk.lab.cloud import Cloud, Environ
from rtk.lab.protocol import TARGET, Operation, answer, refused
from rtk.lab.refusals import Refusal

HOST = "127.0.0.1"
STATUS_PATH = "/_lab/status"
KEY_HEADER = "HTTP_X_LAB_KEY"
LARGEST_BODY = 1024 * 1024
_LOCAL_HOST = re.compile(r"^((.+\.)?localhost|127\.0\.0\.1|\[::1\])(:\d+)?$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The WSGI application. `status` gives what `rtk lab status` and `rtk lab top` show."""

    operations: dict[str, Operation]
    cloud: Cloud
    access_key: str
    status: Callable[[], dict[str, Any]]

    def __call__(self, wsgi: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if wsgi.get("HTTP_ORIGIN") or not _LOCAL_HOST.match(wsgi.get("HTTP_HOST", "")):
            why = "The lab executes shell commands: it answers programs on this machine, not web pages."
            return _respond(start_response, *refused(Refusal("AccessDeniedException", why, 403)))
        if wsgi.get("PATH_INFO") == STATUS_PATH:
            return self._status(wsgi, start_response)
        target = wsgi.get("HTTP_X_AMZ_TARGET", "")
        name = target.removeprefix(TARGET)
        if target.startswith(TARGET) and name in self.operations:
            return _respond(start_response, *self._answer(name, wsgi))
        return self.cloud(wsgi, start_response)

    def _answer(self, name: str, wsgi: Environ) -> tuple[int, bytes]:
        if not self._may(_access_key(wsgi)):
            why = 'The security token included in the request is invalid: eval "$(rtk lab env)".'
            return refused(Refusal("UnrecognizedClientException", why))
        size = int(wsgi.get("CONTENT_LENGTH") or 0)
        if size > LARGEST_BODY:
            return refused(Refusal("RequestEntityTooLarge", "The request is larger than 1 MiB.", 413))
        return answer(name, self.operations[name], wsgi["wsgi.input"].read(size))

    def _status(self, wsgi: Environ, start_response: Any) -> Iterable[bytes]:
        if not self._may(wsgi.get(KEY_HEADER, "")):
            return _respond(
                start_response, *refused(Refusal("AccessDeniedException", "The lab's key is missing.", 403))
            )
        return _respond(start_response, 200, json.dumps(self.status()).encode())

    def _may(self, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self.access_key.encode())


def serve(endpoint: Endpoint, port: int) -> BaseWSGIServer:
    """A server for the endpoint on loopback, already listening."""
    return make_server(HOST, port, endpoint, threaded=True, request_handler=_Handler)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept

    def log_request(self, *_: object, **__: object) -> None:
        """Requests are not logged: a thousand lines would hide the one that matters."""


def _access_key(wsgi: Environ) -> str:
    found = re.search(r"Credential=([^/,\s]+)/", wsgi.get("HTTP_AUTHORIZATION", ""))
    return found[1] if found else ""


def _respond(start_response: Any, status: int, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
