"""Django's mail settings from a RTK_MAIL_URL, and whether mail leaves the console."""

from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings as in_force

from rtk.errors import BadInput

SMTP = "django.core.mail.backends.smtp.EmailBackend"
ONLY_PRINTED = "django.core.mail.backends.console.EmailBackend"
_PORTS = {"smtp": 587, "smtps": 465}
_EXPECTED = "expected smtp://user:password@host:587 or smtps://user:password@host:465"
# Django has one setting for all of them from 6.1 on, and none of the earlier ones beside it.
_HAS_MAILERS = django.VERSION >= (6, 1)
_EARLIER = {
    "host": "EMAIL_HOST",
    "port": "EMAIL_PORT",
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
    "use_ssl": "EMAIL_USE_SSL",
    "use_tls": "EMAIL_USE_TLS",
    "timeout": "EMAIL_TIMEOUT",
}


def settings(url: str) -> dict[str, Any]:
    """Return Django's settings. Without a URL mail is printed on stderr's log, so that links in it are not lost.

    `smtp://` starts TLS once connected (`?tls=no` does not), `smtps://` is TLS from the start. Raises BadInput.
    """
    if not url:
        return through(ONLY_PRINTED)
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise BadInput(f"RTK_MAIL_URL is not understood; {_EXPECTED}") from None
    if not parts.hostname:
        raise BadInput(f"RTK_MAIL_URL names no host; {_EXPECTED}")
    return through(
        SMTP,
        host=parts.hostname,
        port=port,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme == "smtp" and parts.query != "tls=no",
        timeout=10,  # seconds: whoever waits for a page may wait for this
    )


def through(backend: str, **options: Any) -> dict[str, Any]:
    """Return the settings by which mail goes through a backend with options, as the Django that is here has them."""
    if _HAS_MAILERS:
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
    return {"EMAIL_BACKEND": backend, **{_EARLIER[name]: value for name, value in options.items()}}


def is_sent() -> bool:
    """Return whether mail leaves the console; else it is only printed, and whoever reads the log reads it."""
    mailers = getattr(in_force, "MAILERS", None)
    backend = mailers["default"]["BACKEND"] if mailers else in_force.EMAIL_BACKEND
    return bool(backend != ONLY_PRINTED)
