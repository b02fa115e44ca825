"""The AWS endpoint of the lab: Run Command and its documents are ours, all else is moto's, on one port.

It executes shell commands, so it listens on loopback only, and `Admission` looks at each request before anything else.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from rtk.lab.admission import Admission, Reason, refusal
from rtk.lab.cloud import Cloud, Environ
from rtk.lab.connections import BoundedServer
from rtk.lab.protocol import TARGET, Operation, answer, model, refused
from rtk.lab.refusals import Refusal

HOST = "127.0.0.1"
STATUS_PATH = "/_lab/status"
# A document has 64 KiB at most: nothing that Run Command is sent comes near.
LARGEST_BODY = 1024 * 1024
JSON = "application/x-amz-json-1.1"
LONGEST_TARGET = 200  # characters of what is said back
IDLE_S = 60  # a connection with the key that sends nothing
_ADMITTED = "rtk.admitted"  # what to call once the key was seen
_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]*/[^/,\s]*/([a-z0-9-]+)")  # of one that is not whole, too
logger = logging.getLogger(__name__)
_XML = "<ErrorResponse><Error>{}</Error><RequestId>lab</RequestId></ErrorResponse>"
_XML_OF = {
    "ec2": "<Response><Errors><Error>{}</Error></Errors><RequestID>lab</RequestID></Response>",
    "s3": "<Error>{}<RequestId>lab</RequestId></Error>",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The WSGI application. `status` gives what `rtk lab status` and `rtk lab top` show."""

    operations: dict[str, Operation]
    cloud: Cloud
    admission: Admission
    status: Callable[[], dict[str, Any]]

    def __call__(self, wsgi: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if reason := self.admission.reason(wsgi):
            return _respond(start_response, *_not_admitted(reason, wsgi))
        wsgi[_ADMITTED]()
        if wsgi.get("PATH_INFO") == STATUS_PATH:
            return _respond(start_response, 200, json.dumps(self.status()).encode())
        target = wsgi.get("HTTP_X_AMZ_TARGET")
        name = str(target).removeprefix(TARGET) if str(target).startswith(TARGET) else ""
        if name not in self.operations:
            if target is None or _is_known(target, name, _service(wsgi)):
                return self.cloud(wsgi, start_response)
            unknown = Refusal("UnknownOperationException", f"There is no operation {target[:LONGEST_TARGET]!r}.")
            return _respond(start_response, *refused(unknown))
        length = str(wsgi.get("CONTENT_LENGTH") or "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            too_large = Refusal("RequestEntityTooLarge", "The request is larger than 1 MiB.", 413)
            return _respond(start_response, *refused(too_large))
        body = wsgi["wsgi.input"].read(int(length))
        return _respond(start_response, *answer(name, self.operations[name], body))


def serve(endpoint: Endpoint, port: int) -> "EndpointServer":
    """A server for the endpoint on loopback, already listening."""
    return EndpointServer(HOST, port, endpoint, handler=_QuietHandler)


class EndpointServer(BoundedServer, ThreadedWSGIServer):
    """Whoever has not shown the key waits, whatever else they sent: they have the time of a head, and make way."""

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  as socketserver calls it
        """Say in a line that a request was given up: a stranger may send what cannot be read, as often as they like."""
        logger.warning(f"a request could not be read: {sys.exc_info()[1]!r}")

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ARG002  as werkzeug calls it
        """Log an error of ours with its traceback beside the line: within it, the end that tells most would be cut."""
        logger.error(message.partition("\n")[0], *args, exc_info=sys.exc_info()[1])


class _QuietHandler(WSGIRequestHandler):
    server: EndpointServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def make_environ(self) -> Environ:
        return {**super().make_environ(), _ADMITTED: lambda: self.server.took(self.connection)}

    def log_request(self, *_: object, **__: object) -> None:
        """Requests are not logged: a thousand lines would hide the one that matters."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002  the name http.server calls
        """Anybody can have this logged, so under a name of its own: it takes no room from what werkzeug logs."""
        logger.warning(f"a request was not understood: {format % args}")


def _service(wsgi: Environ) -> str:
    """Return the service that a request was signed for, "" where none."""
    scope = _SCOPE.search(str(wsgi.get("HTTP_AUTHORIZATION", "")))
    return scope[1] if scope else ""


def _not_admitted(reason: Reason, wsgi: Environ) -> tuple[int, bytes, str]:
    """Return what is answered, in the protocol of the service that was called: its client can read the sentence."""
    problem, kind, service = refusal(reason), str(wsgi.get("CONTENT_TYPE") or ""), _service(wsgi)
    if "json" in kind or "HTTP_X_AMZ_TARGET" in wsgi or not (service or "form" in kind):
        return (*refused(problem), JSON)
    stated = f"<Code>{escape(problem.code)}</Code><Message>{escape(problem.message)}</Message>"
    return problem.status, _XML_OF.get(service, _XML).format(stated).encode(), "text/xml"


def _is_known(target: str, name: str, service: str) -> bool:
    """Return whether moto may be asked: it answers what is no operation with a page of its own that says 500."""
    if service == "ssm":
        return name in model().operation_names
    return bool(service) and not name and re.fullmatch(r"[\w.-]+\.[A-Za-z]\w*", target) is not None


def _respond(start_response: Any, status: int, body: bytes, kind: str = JSON) -> Iterable[bytes]:
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
