"""Where mail goes in a test."""

from typing import Any

from rtk.console import mail

MEMORY = "django.core.mail.backends.locmem.EmailBackend"


def through(settings: Any, backend: str, **options: Any) -> None:
    """Let mail go through a backend with options, as the Django that is here wants to have them."""
    for name, value in mail.through(backend, **options).items():
        setattr(settings, name, value)


def nowhere(settings: Any) -> None:
    """Let mail go to a server that nobody answers at."""
    through(settings, mail.SMTP, host="127.0.0.1", port=1)
