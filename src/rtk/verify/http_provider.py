"""HTTP activities, played as the Chaos Toolkit plays them, but for what its engine does wrong.

There a `~/.netrc` replaces an Authorization header that was given; an answer of the type JSON without a body fails;
and a body is held in memory whatever its size.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

import requests
from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed
from charset_normalizer import detect
from requests.auth import AuthBase

from rtk.verify.headers import address_of, headers_of
from rtk.verify.timeouts import timeout_of

LARGEST = 16 * 1024 * 1024  # bytes that are kept of a body; what follows is read and dropped
PIECE = 65536

logger = logging.getLogger(__name__)


class _Given(AuthBase):
    """Leaves the header as it was given: without any `auth`, requests would look for one in a netrc file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Session(requests.Session):
    """A session for which a header was given: after a redirect too, requests would look into a netrc file."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _Given()

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        if self.should_strip_auth(response.request.url, prepared_request.url):  # type: ignore[no-untyped-call]
            prepared_request.headers.pop("Authorization", None)


def call_http(activity: Mapping[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> dict[str, Any]:
    """Return the answer's `status`, `headers` and `body`. Raises `ActivityFailed` where none came in time."""
    provider = activity["provider"]
    url = address_of(provider, configuration, secrets)
    headers = headers_of(provider, configuration, secrets)
    method, arguments = provider.get("method", "GET").upper(), provider.get("arguments")
    if arguments and (configuration or secrets):
        arguments = substitute(arguments, configuration, secrets)
    place = "params"
    if method != "GET":
        place = "json" if headers and headers.get("Content-Type") == "application/json" else "data"
    asked: dict[str, Any] = {
        "method": method,
        "timeout": timeout_of(provider, configuration, secrets),
        "verify": provider.get("verify_tls", True),
        "stream": True,
        place: arguments,
    }
    is_given = any(str(name).lower() == "authorization" for name in headers or {})
    session = _Session() if is_given else requests.Session()
    adapter = requests.adapters.HTTPAdapter(max_retries=provider.get("max_retries", 0))
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    try:
        with session, session.request(url=url, headers=headers, **asked) as answer:
            body = _body(answer)
    # A connection that took too long is an error of both kinds: it is told as the first, as the Chaos Toolkit does.
    except requests.exceptions.ConnectionError as error:
        raise ActivityFailed(f"failed to connect to {url}: {error}") from error
    except requests.exceptions.Timeout as error:
        raise ActivityFailed("activity took too long to complete") from error
    if "tolerance" not in activity and answer.status_code > 399:
        logger.warning(f"This HTTP call was answered with {answer.status_code}: it may not have done what you meant.")
    return {"status": answer.status_code, "headers": dict(**answer.headers), "body": body}


def _body(answer: requests.Response) -> Any:
    kept, size = bytearray(), 0
    for piece in answer.iter_content(PIECE):
        kept += piece[: max(0, LARGEST - size)]
        size += len(piece)
    data = bytes(kept)
    if answer.headers.get("Content-Type") != "application/json" or size > LARGEST:
        encoding = answer.encoding or (detect(data).get("encoding") if data else None)
        try:
            return data.decode(str(encoding or "utf-8"), "replace")
        except LookupError:  # the service names an encoding that Python does not know
            return data.decode("utf-8", "replace")
    if not data.strip():
        return None
    try:
        return json.loads(data)
    except ValueError:
        raise ActivityFailed("the answer is declared as JSON, but its body is not JSON") from None
