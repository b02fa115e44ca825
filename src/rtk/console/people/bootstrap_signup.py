"""The first user: a link printed at the start opens sign-up for as long as there is nobody yet.

Whoever opens it only shows that they have it. It is looked at again when an account is made, one at a time, and
makes one account.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.urls import reverse

from rtk.console.people.models import User

_signer = Signer(salt="rtk.people.first")
_WORD = "first"
_LOCK = 0x52544B01  # an advisory lock: two who come first at once must not both be the first


def link() -> str | None:
    """The link with which the first user signs up; None once there is a user."""
    return None if User.objects.exists() else f"{settings.PUBLIC_URL}{path()}"


def path() -> str:
    """The path of that link."""
    return reverse("people:welcome", args=[_signer.signature(_WORD)])


def opens(key: str) -> bool:
    """Whether a key is that link's, and there is nobody yet."""
    return _is_good(key) and not User.objects.exists()


def claim(key: str) -> bool:
    """Whether a key makes the first account now; nobody else's does before the transaction ends."""
    if not _is_good(key):
        return False
    alone()
    return not User.objects.exists()


def alone() -> None:
    """Wait until nobody else makes the first account, and let nobody until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _is_good(key: str) -> bool:
    try:
        _signer.unsign(f"{_WORD}:{key}")
    except BadSignature:
        return False
    return True
