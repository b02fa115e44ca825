"""What the issuer is asked with, by allauth: whatever it does becomes one sentence, and a page instead of a failure."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import urlsplit

import jwt
import msgspec
import requests

from rtk.console.people.oidc_transport import LIMIT_S, MOST_READ, OidcTransport, TooLarge
from rtk.figures import chosen_duration

_WELL_KNOWN = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
_LISTS = ("token_endpoint_auth_methods_supported", "claims_supported")


class Asking(requests.Session):
    """Asks the issuer; `refuse`, which raises, is called with why it did not tell what it was asked."""

    def __init__(self, refuse: Callable[[str], NoReturn]) -> None:
        super().__init__()
        self._refuse = refuse
        # Every call is bounded: none goes by the adapters that requests has by itself.
        for scheme in ("http://", "https://"):
            self.mount(scheme, OidcTransport())

    def request(self, method: Any, url: Any, *args: Any, **given: Any) -> requests.Response:
        """One call, which takes `LIMIT_S` at most and leads nowhere else: a redirect would take secrets along."""
        try:
            answer = super().request(method, url, *args, **{**given, "allow_redirects": False})
            if answer.status_code not in (HTTPStatus.OK, HTTPStatus.CREATED):
                raise requests.HTTPError(f"it answered {answer.status_code}{_reason(answer)}")
            told = msgspec.json.decode(answer.content)  # JSON has no NaN, and neither has the database's
            # allauth stores the answer: it must be an object, and PostgreSQL takes no zero characters.
            if rb"\u0000" in json.dumps(told, ensure_ascii=False).encode() or not isinstance(told, dict):
                raise ValueError
        except (requests.RequestException, ValueError, RecursionError) as error:
            self._refuse(f"{url!s} cannot be read: {_why(error)}")
        if why := _no_token(told) if method == "POST" else _no_metadata(str(url), told):
            self._refuse(f"{url!s} {why}")
        # allauth reads a token as JSON where it is said to be that.
        answer.headers["Content-Type"] = "application/json"
        return answer


def _reason(answer: requests.Response) -> str:
    """Why it gave no token, of which nothing else is repeated: there may be secrets in it."""
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
        return ""
    said = [told.get(key) for key in ("error", "error_description")] if isinstance(told, dict) else []
    return "".join(f" {each}" for each in said if isinstance(each, str))


def _no_metadata(url: str, told: dict[str, Any]) -> str | None:
    """Why metadata are not those of the issuer below whose address they are; other documents have none of it."""
    if not url.endswith(_WELL_KNOWN):
        return None
    here = "is not of an OpenID Connect issuer:"
    if missing := [key for key in (*_ENDPOINTS, "issuer") if not isinstance(told.get(key), str)]:
        return f"{here} it does not tell its {missing[0]}"
    if told["issuer"].rstrip("/") != url.removesuffix(_WELL_KNOWN):
        return f"is of another issuer, {told['issuer']}; expected the one of RTK_OIDC_ISSUER"
    schemes = ("https",) if url.startswith("https:") else ("https", "http")
    if wrong := [key for key in _ENDPOINTS if not _is_address(told[key], schemes)]:
        return f"{here} its {wrong[0]} is no {schemes[0]} address"
    if wrong := [key for key in _LISTS if not isinstance(told.get(key, []), list)]:
        return f"{here} its {wrong[0]} is no list"
    return None


def _is_address(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _no_token(told: dict[str, Any]) -> str | None:
    """Why an answer holds no tokens as allauth takes them."""
    if not isinstance(told.get("access_token"), str):
        said = told.get("error")
        return f"gave no access token{f': {said}' if isinstance(said, str) else ''}"
    if not re.fullmatch(r"\d{1,9}", str(told.get("expires_in", 0)), re.ASCII):
        return "gave an access token without an end that can be read"
    try:
        end = jwt.decode(str(told.get("id_token")), options={"verify_signature": False}).get("exp")
    except (jwt.PyJWTError, ValueError, RecursionError):
        return "gave no ID token"
    return None if isinstance(end, int | float) else "gave an ID token without an end"


def _why(error: Exception) -> str:
    if isinstance(error, requests.HTTPError):
        return str(error)
    if isinstance(error, TooLarge):
        return f"its answer has more than {MOST_READ // 2**20} MiB"
    if isinstance(error, requests.Timeout):
        return f"no whole answer within {chosen_duration(LIMIT_S)}"
    if isinstance(error, requests.exceptions.SSLError):
        return "no trusted TLS connection could be made"
    if isinstance(error, requests.ConnectionError):
        return "no connection could be made"
    return "its answer is no JSON object" if isinstance(error, ValueError | RecursionError) else type(error).__name__
