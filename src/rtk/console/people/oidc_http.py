"""What the issuer is asked with, by allauth: whatever it does becomes one sentence, and a page instead of a failure."""

from collections.abc import Callable
from typing import Any, NoReturn

import requests

from rtk.figures import chosen_duration

LIMIT_S = 5.0
_WELL_KNOWN = "/.well-known/openid-configuration"
_NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "issuer")


class Asking(requests.Session):
    """Asks the issuer; `refuse`, which raises, is called with why it did not tell what it was asked."""

    def __init__(self, refuse: Callable[[str], NoReturn]) -> None:
        super().__init__()
        self._refuse = refuse

    def request(self, *args: Any, **given: Any) -> requests.Response:
        """One call, which takes `LIMIT_S` at most."""
        given.setdefault("timeout", LIMIT_S)
        return super().request(*args, **given)

    def get(self, url: str | bytes, **given: Any) -> requests.Response:
        """A document of the issuer, as JSON."""
        try:
            answer = super().get(url, **given)
            answer.raise_for_status()
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            self._refuse(f"{url!s} cannot be read: {_why(error)}")
        missing = [key for key in _NEEDED if key not in told] if str(url).endswith(_WELL_KNOWN) else []
        if missing:
            self._refuse(f"{url!s} is not of an OpenID Connect issuer: it does not tell its {missing[0]}")
        return answer


def _why(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"it answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {chosen_duration(LIMIT_S)}"
    if isinstance(error, requests.exceptions.SSLError):
        return "no trusted TLS connection could be made"
    if isinstance(error, requests.ConnectionError):
        return "no connection could be made"
    return "its answer is no JSON" if isinstance(error, ValueError) else type(error).__name__
