"""Letting somebody in without a password: a link that whoever runs the console makes by a command, good once and soon.

It proves that its bearer may run commands with the console's own key. A second factor is asked for all the same.
"""

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.http import urlencode

from rtk.console.people.models import User
from rtk.errors import BadInput

GOOD_FOR_S = 600
_SALT = "rtk.people.letting-in"


def link(email: str, to: str = "/") -> str:
    """A link with which a user signs in, and is then at `to`, a path. Raises BadInput where there is no such user."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise BadInput(f"there is no user {email}; 'rtk provision' makes one")
    return f"{settings.PUBLIC_URL}{reverse('people:sign-in', args=[_key(user)])}?{urlencode({'next': to})}"


def _key(user: User) -> str:
    return signing.dumps([str(user.pk), _since(user)], salt=_SALT)


def _since(user: User) -> str:
    """What differs once the user has signed in, by this link or otherwise."""
    return user.last_login.isoformat() if user.last_login else ""


def opens(key: str) -> User | None:
    """Whom a key lets in; None when it is not one, too old, or used."""
    try:
        pk, since = signing.loads(key, salt=_SALT, max_age=GOOD_FOR_S)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user is not None and _since(user) == since else None
