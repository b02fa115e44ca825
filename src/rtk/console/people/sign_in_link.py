"""Letting somebody in without a password: a link that whoever runs the console makes by a command, good once and soon.

It proves that its bearer may run commands with the console's own key. A second factor is asked for all the same.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.urls import reverse

from rtk.console.people import accounts
from rtk.console.people.models import User
from rtk.errors import BadInput

GOOD_FOR_S = 600  # it is made by a command, and used at once
_PENDING = "people-sign-in-link"


def link(email: str, to: str = "/") -> str:
    """A link with which a user signs in, and is then at `to`, a path.

    The user is whoever confirmed the address, else the only one who goes by it; or is named by their id. Raises
    BadInput where there is none, or several.
    """
    user = accounts.meant(email)
    if not user.is_active:
        raise BadInput(f"{user.email} is disabled; 'rtk users enable' lets them in again")
    key = _signer(user).sign(urlsafe_b64encode(user.pk.bytes).decode().rstrip("="))
    return f"{settings.PUBLIC_URL}{reverse('people:sign-in', args=[key])}?next={quote(to)}"


def opens(key: str) -> User | None:
    """Whom a key lets in; None when it is not one, too old, or used.

    Nobody else comes in by it until the transaction ends, at whatever console they are.
    """
    there = named(key)
    if there is None:
        return None
    user = User.objects.select_for_update(no_key=True).get(pk=there.pk)
    try:
        _signer(user).unsign(key, max_age=GOOD_FOR_S)
    except BadSignature:
        return None
    return user


def note(request: HttpRequest, key: str) -> None:
    """Note in the session by which link its browser is on the way in, where a second factor is still to come."""
    request.session[_PENDING] = key


def forget(request: HttpRequest) -> None:
    """Forget it: its browser begins to sign in anew."""
    request.session.pop(_PENDING, None)


def is_used(request: HttpRequest, user: User) -> bool:
    """Return whether the link by which a browser is on the way in was used meanwhile, in another one.

    Nobody else comes in by it until the transaction ends. Its ten minutes were for opening it.
    """
    key = request.session.get(_PENDING)
    if key is None:
        return False
    try:
        _signer(User.objects.select_for_update(no_key=True).get(pk=user.pk)).unsign(key)
    except BadSignature:
        return True
    return False


def named(key: str) -> User | None:
    """Whom a key names, whether it is good or not."""
    try:
        pk = UUID(bytes=urlsafe_b64decode(f"{key.partition(':')[0]}=="))
    except ValueError:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


def _signer(user: User) -> TimestampSigner:
    """Signs what is good until the user signs in, by such a link or otherwise, or is shut out."""
    since = user.last_login.isoformat() if user.last_login else "never"
    return TimestampSigner(salt=f"rtk.people.letting-in {since} {user.generation}")
