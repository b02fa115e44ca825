"""Fetching a source over http(s): the token goes to the host one signed in to and to nobody else.

The Chaos Toolkit's own loader sends tokens by its own rules and follows redirects with them, hence this one.
A token is sent only over https or to this machine, and is looked up anew for every hop.
"""

import os
import ssl
import warnings
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from msgspec import Struct, field
from requests.auth import AuthBase

from rtk.clock import SystemClock
from rtk.errors import BadInput, ToolkitError, Unreachable
from rtk.experiment.address import Address, parse
from rtk.experiment.bearer import why_refused
from rtk.experiment.credentials import authorization
from rtk.experiment.read import LARGEST, too_large
from rtk.figures import chosen_duration

# The whole has its own limit: an answer that trickles never meets that of a single read.
CONNECT_S, READ_S, WHOLE_S = 10.0, 30.0, 120.0
_MOST_REDIRECTS = 5
_ACCEPT = "application/json, application/yaml, application/x-yaml, text/plain;q=0.5"
_REFUSED = {
    401: "asks for a token",
    403: "does not allow this",
    404: "does not have it",
    410: "no longer has it",
}


# What performs one GET and follows no redirect; called as `requests.Session().request` is.
Transport = Callable[..., requests.Response]


class Fetched(Struct, frozen=True):
    """An answer: its bytes, its content type (lower case, without parameters), its path, and its headers."""

    data: bytes
    content_type: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


class _Authorization(AuthBase):
    """Sets our header or none: with an `auth` given, requests looks into no netrc file and no URL."""

    def __init__(self, value: str | None) -> None:
        self.value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.value:
            request.headers["Authorization"] = self.value
        return request


class _NoRedirectSession(requests.Session):
    """Redirects are ours: requests would look at them, and read their whole bodies, even when told not to follow."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the base's signature
        return None


def fetch(
    url: str,
    *,
    settings: Mapping[str, Any] | None = None,
    verify_tls: bool = True,
    transport: Transport | None = None,
    environ: Mapping[str, str] = os.environ,
    monotonic: Callable[[], float] = SystemClock.monotonic,
) -> Fetched:
    """Fetch a URL. Raises `BadInput` (the address or the answer is not one) or `Unreachable`."""
    deadline = monotonic() + WHOLE_S
    address = parse(url)
    with _NoRedirectSession() as session:
        send = transport or session.request
        for _ in range(_MOST_REDIRECTS + 1):
            token = authorization(address, settings or {}, environ)
            with _get(send, address, token, verify_tls) as answer:
                target = _leads_to(answer, address, token is not None)
                if target is None:
                    kind = str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
                    headers = {key.lower(): value for key, value in answer.headers.items()}
                    return Fetched(_body(answer, address, monotonic, deadline), kind, address.path, headers)
            address = target
    raise Unreachable(f"{address.shown} redirects more than {_MOST_REDIRECTS} times")


def _get(send: Transport, address: Address, token: str | None, verify_tls: bool) -> requests.Response:
    try:
        with warnings.catch_warnings():  # --no-verify-tls is the user's own, stated choice
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            return send(
                "GET",
                address.url,
                # Not compressed: a small answer could unpack into one beyond all bounds.
                headers={"Accept": _ACCEPT, "Accept-Encoding": "identity"},
                auth=_Authorization(token),
                timeout=(CONNECT_S, READ_S),
                verify=verify_tls,
                stream=True,
                allow_redirects=False,
            )
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise failure(error, address) from None


def failure(error: Exception, address: Address) -> ToolkitError:
    """One sentence for what went wrong on the way; the library's own text may hold credentials."""
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError | ssl.SSLError):
        return Unreachable(
            f"{address.shown}: its TLS certificate cannot be trusted; if it is your own, give --no-verify-tls"
        )
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return Unreachable(f"{address.shown} cannot be reached through the proxy that the environment names")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable(f"{address.shown} cannot be reached: no connection within {chosen_duration(CONNECT_S)}")
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Unreachable(f"{address.shown} did not answer within {chosen_duration(READ_S)}")
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError):
        return BadInput(f"{address.shown} is not an address that can be asked, expected https://host/path")
    return Unreachable(f"{address.shown} cannot be reached{_reason(error)}")


def _reason(error: BaseException) -> str:
    """The system's own words (`Connection refused`), found at the bottom of the chain of causes."""
    found: BaseException | None = error
    for _ in range(10):  # a chain of causes may be long, or lead back to where it began
        if found is None:
            break
        if isinstance(found, OSError) and found.strerror and not isinstance(found, requests.RequestException):
            return f": {found.strerror.lower()}"
        told = (getattr(found, "reason", None), *found.args)
        inner = next((each for each in told if isinstance(each, BaseException)), None)
        found = inner or found.__cause__ or found.__context__
    return ""


def _leads_to(answer: requests.Response, address: Address, with_token: bool) -> Address | None:
    """Where an answer redirects to; None where it is the document. What is neither, or no safe place, raises."""
    location, status = answer.headers.get("Location"), answer.status_code
    if status == 200:
        return None
    if status not in (301, 302, 303, 307, 308) or not location:
        why = _REFUSED.get(status, "failed" if status >= 500 else "gave no document")
        if status == 401 and with_token:  # expired, revoked or without rights: the host says which
            said = why_refused(answer.headers.get("WWW-Authenticate"))
            why = f"does not accept the token kept for it: {said}; sign in anew"
        elif status == 401:
            why += f": sign in to {address.host} first{'' if address.private else ', over https'}"
        raise Unreachable(f"{address.shown} {why} (status {status})")
    try:
        target = parse(urljoin(address.url, location))
    except ValueError:
        raise Unreachable(f"{address.shown} redirects to something that is no address") from None
    if not target.same_host(address):
        raise Unreachable(
            f"{address.shown} redirects to another host, {target.host}, which is not followed; "
            "give that address itself if you trust it"
        )
    if address.scheme == "https" and target.scheme == "http":
        raise Unreachable(f"{address.shown} redirects from https to http, which is not followed")
    return target


def _body(answer: requests.Response, address: Address, monotonic: Callable[[], float], deadline: float) -> bytes:
    """The body in pieces as they come, so that neither its size nor a trickle can hold us up for long."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unreachable(f"{address.shown} answers compressed though it was asked not to")
    pieces, size = [], 0
    try:
        while piece := answer.raw.read1(65536):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise too_large(address.shown)
            if monotonic() > deadline:
                raise Unreachable(f"{address.shown} did not finish its answer within {chosen_duration(WHOLE_S)}")
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise failure(error, address) from None
    return b"".join(pieces)
