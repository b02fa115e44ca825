"""From the arguments of an HTTP probe, as a file gives them, to the request that is sent.

A `${...}` in an experiment may be replaced by a string, so numbers and booleans are also read from
their text. Whatever cannot be read raises `UnusableArgument` with one sentence, which never repeats a
value that may be secret.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from chaoslib.exceptions import ActivityFailed

from rtk.errors import Unsendable

LONGEST_TIMEOUT = 2_000_000.0
"""Seconds: libcurl counts milliseconds in an int."""

LONGEST_UNIT = 12

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_URL_AS_IT_IS = "!#$%&'()*+,/:;=?@[]~"  # "%" too: what is encoded already is not encoded twice


class UnusableArgument(ActivityFailed, Unsendable):  # type: ignore[misc]
    """An argument of a probe is unusable, so that the service is never asked."""


class ProbeRequest(NamedTuple):
    """One request: `url` is ASCII, `headers` are whole lines, `timeout` is in seconds."""

    url: str
    headers: tuple[bytes, ...]
    method: str
    body: bytes | None
    verify_tls: bool
    timeout: float


def read_request(
    url: str,
    headers: Mapping[str, Any] | None,
    method: str,
    params: Mapping[str, Any] | None,
    body: Any,
    verify_tls: bool | str,
    timeout: float | str | None,
) -> ProbeRequest:
    """The request that a probe's arguments describe; `body` is what is sent as JSON, None for nothing."""
    verb = read_method(method)
    if verb == "HEAD" and body is not None:
        raise UnusableArgument("A HEAD request sends no body: leave out json or choose another method.")
    data = read_body(verb, body)
    return ProbeRequest(
        url=read_url(url, params),
        headers=tuple(read_headers(headers, is_json=body is not None)),
        method=verb,
        body=data,
        verify_tls=read_flag("verify_tls", verify_tls),
        timeout=read_timeout(timeout),
    )


def read_url(url: str, params: Mapping[str, Any] | None = None) -> str:
    """The address in ASCII, its query followed by `params`.

    A list gives its name several times, None leaves the name out.
    """
    if not isinstance(url, str):
        raise UnusableArgument("The url must be a text, an http or https address.")
    if params is not None and not isinstance(params, Mapping):
        raise UnusableArgument("The params must map names to values.")
    stated = {name: value for name, value in params.items() if value is not None} if params else None
    return _address(url, urlencode(stated, doseq=True) if stated else "")


@lru_cache(maxsize=256)
def _address(url: str, added: str) -> str:
    """An experiment asks the same few addresses many times over, so they are read once."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
            raise ValueError
        netloc = parts.netloc
        if not netloc.isascii():  # not every build of libcurl knows international names
            user, at, host = netloc.rpartition("@")
            netloc = user + at + host.encode("idna").decode("ascii")
    except ValueError:
        raise UnusableArgument(
            "The url must be an http or https address with a host, and a port of 1 to 65535."
        ) from None
    query = "&".join(filter(None, (parts.query, added)))
    # The fragment is for browsers and is never sent.
    return quote(urlunsplit((parts.scheme, netloc, parts.path, query, "")), safe=_URL_AS_IT_IS)


def read_headers(headers: Mapping[str, Any] | None, is_json: bool = False) -> Iterator[bytes]:
    """The header lines; None as a value keeps libcurl from sending that header at all."""
    if headers is not None and not isinstance(headers, Mapping):
        raise UnusableArgument("The headers must map names to values.")
    # Waiting for "100 Continue" would add up to a second, and a bare body is no form.
    lines = {
        "expect": "Expect:",
        "content-type": "Content-Type: application/json" if is_json else "Content-Type:",
    }
    for name, value in ((str(name), value) for name, value in (headers or {}).items()):
        if not _TOKEN.fullmatch(name):
            raise UnusableArgument(f"The header name {name!r} holds a character that no header name may hold.")
        text = "" if value is None else str(value)
        if any(sign in text for sign in "\r\n\0"):
            raise UnusableArgument(f"The value of the header {name} holds a line break, which no header may hold.")
        # libcurl's own signs: "Name:" leaves it out, "Name;" sends it empty.
        line = f"{name}: {text}" if text.strip() else f"{name}:" if value is None else f"{name};"
        # A header of the file takes the place of ours, however it is spelled.
        lines[name.lower()] = line
    return (line.encode() for line in lines.values())


def read_method(method: str) -> str:
    """The method in upper case, as it is sent."""
    if not isinstance(method, str) or not _TOKEN.fullmatch(method):
        raise UnusableArgument(f"The method must be one word such as GET or POST, not {method!r}.")
    return method.upper()


def read_body(method: str, body: Any) -> bytes | None:
    """The body as JSON; without one, empty for the methods whose servers expect a length, else None."""
    if body is None:
        return None if method in {"GET", "HEAD"} else b""
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError):
        raise UnusableArgument("The json argument holds something that JSON cannot express.") from None


def read_flag(name: str, given: bool | str) -> bool:
    """A boolean, also from the text `true` or `false`."""
    if isinstance(given, bool):
        return given
    text = given.strip().lower() if isinstance(given, str) else ""
    if text not in {"true", "false"}:
        raise UnusableArgument(f"The argument {name} must be true or false, not {given!r}.")
    return text == "true"


def read_unit(given: str | None) -> str:
    """A unit of a value: a short text of one line, empty for None."""
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > LONGEST_UNIT or not given.isprintable():
        raise UnusableArgument(f"The unit must be a text of at most {LONGEST_UNIT} characters, such as % or ms.")
    return given


def read_timeout(given: float | str | None) -> float:
    """Seconds above 0, also from their text; None is the default of 30."""
    if given is None:
        return 30.0
    try:
        seconds = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UnusableArgument(f"The timeout must be a number of seconds above 0, not {given!r}.")
    return min(seconds, LONGEST_TIMEOUT)
