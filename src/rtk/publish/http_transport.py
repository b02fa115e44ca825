"""One connection to a console: a request goes out, an answer or the reason for none comes back."""

import gzip
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3
from requests.auth import AuthBase

import rtk
from rtk.errors import Unreachable
from rtk.experiment.address import parse
from rtk.experiment.fetch import failure

CONNECT_S, READ_S = 5.0, 30.0
LARGEST_ANSWER = 8 * 1024 * 1024  # bytes: whatever answers there, it must not fill our memory
WORTH_PACKING = 1024  # bytes: below this gzip gains nothing


class NoAnswer(Unreachable):
    """The console could not be reached, or the connection broke. `tls`: its certificate is not trusted."""

    def __init__(self, text: str, tls: bool = False) -> None:
        super().__init__(text)
        self.tls = tls


@dataclass(frozen=True)
class Request:
    """What is sent: `url` whole, `body` as bytes or None; times are seconds."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    timeout: tuple[float, float] = (CONNECT_S, READ_S)
    verify_tls: bool = True


@dataclass(frozen=True)
class Response:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether it was accepted."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body, or None where it is no JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except (ValueError, RecursionError):
            return None

    def get(self, key: str) -> Any:
        """A value of the body, None where there is none."""
        body = self.json()
        return body.get(key) if isinstance(body, dict) else None

    def told(self) -> str:
        """What the console says of a refusal, in at most a sentence."""
        detail = self.get("detail") or self.get("title") or self.get("message")
        text = " ".join(str(detail).split())[:200] if isinstance(detail, str) else ""
        return f"{self.status}, {text}" if text else str(self.status)


Send = Callable[[Request], Response]


class Wire:
    """Sends over one kept connection, by the proxies and certificate authorities that the environment names."""

    def __init__(self) -> None:
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=1))

    def __call__(self, request: Request) -> Response:
        """Send; raises `NoAnswer`."""
        try:
            with warnings.catch_warnings():  # not to verify is the user's own, stated choice
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
                with self._session.request(
                    request.method,
                    request.url,
                    data=request.body,
                    headers=dict(request.headers),
                    auth=_AsGiven(),
                    timeout=request.timeout,
                    verify=request.verify_tls,
                    allow_redirects=False,  # it would take the token along
                    stream=True,  # or all of the answer would be read
                ) as answer:
                    body = answer.raw.read(LARGEST_ANSWER, decode_content=True)
                    return Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            tls = isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError)
            console = "/".join(request.url.split("/", 3)[:3])
            raise NoAnswer(str(failure(error, parse(console))), tls) from None

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()


class _AsGiven(AuthBase):
    """With an `auth` given, requests looks into no netrc file for another one."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def packed(body: bytes, headers: dict[str, str]) -> bytes:
    """The body compressed where that is worth it; the headers then say so."""
    if len(body) < WORTH_PACKING:
        return body
    headers["Content-Encoding"] = "gzip"
    # The quickest level: the run that is told of goes on meanwhile.
    return gzip.compress(body, compresslevel=1)


def agent() -> str:
    """What we call ourselves."""
    return f"reliability-toolkit/{rtk.__version__}"
