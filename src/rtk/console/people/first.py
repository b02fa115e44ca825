"""The first user: a link printed at the start opens sign-up for as long as there is nobody yet."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from rtk.console.people.models import User

_signer = Signer(salt="rtk.people.first")
_WORD = "first"


def link() -> str | None:
    """The link with which the first user signs up; None once there is a user."""
    return None if User.objects.exists() else f"{settings.PUBLIC_URL}{path()}"


def path() -> str:
    """The path of that link."""
    return reverse("people:welcome", args=[_signer.signature(_WORD)])


def opens(key: str) -> bool:
    """Whether a key is that link's, and there is nobody yet."""
    try:
        _signer.unsign(f"{_WORD}:{key}")
    except BadSignature:
        return False
    return not User.objects.exists()
