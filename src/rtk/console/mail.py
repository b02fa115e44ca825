"""Django's mail settings from a RTK_MAIL_URL."""

from typing import Any
from urllib.parse import unquote, urlsplit

from rtk.errors import BadInput

_PORTS = {"smtp": 587, "smtps": 465}
_EXPECTED = "expected smtp://user:password@host:587 or smtps://user:password@host:465"


def settings(url: str) -> dict[str, Any]:
    """Django's EMAIL_… settings. Without a URL mail is printed on stderr's log, so that links in it are not lost.

    `smtp://` starts TLS once connected (`?tls=no` does not), `smtps://` is TLS from the start. Raises BadInput.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise BadInput(f"RTK_MAIL_URL is not understood; {_EXPECTED}") from None
    if not parts.hostname:
        raise BadInput(f"RTK_MAIL_URL names no host; {_EXPECTED}")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.query != "tls=no",
        "EMAIL_TIMEOUT": 10,
    }
