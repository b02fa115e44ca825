"""Browsers in which somebody signed in before: known to the console by a signed cookie that lasts, for those accounts.

Wrong passwords that others try from elsewhere count for browsers that are not known, together. Each known one has a
count of its own, so that nobody is locked out of the browser that they use. The cookie opens nothing.
"""

import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rtk.console.people.models import User

LIFETIME_S = 400 * 24 * 3600  # no browser keeps one longer
MOST = 8  # accounts of one browser
_SALT = "rtk.people.devices"


class Device(NamedTuple):
    """A browser: a name that nobody else has, and the accounts that were signed in to in it, the latest last."""

    name: str
    accounts: tuple[str, ...]


def cookie() -> str:
    """Return the name of the cookie in which a browser keeps for whom it is known."""
    return f"{settings.COOKIE_PREFIX}rtk_device"


def device_of(request: HttpRequest) -> Device | None:
    """Return the browser of a request, where somebody signed in in it before."""
    try:
        name, *accounts = signing.loads(request.COOKIES.get(cookie(), ""), salt=_SALT, max_age=LIFETIME_S)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Device(name, tuple(accounts)) if accounts else None


def known_for(request: HttpRequest, users: Iterable[User]) -> str | None:
    """Return the name of the request's browser, where whoever is meant signed in in it.

    An address that nobody confirmed may be typed into several accounts: then the browser must be known for each of
    them. Otherwise whoever types somebody's address into their own account would be counted apart.
    """
    device, meant = device_of(request), {user.pk.hex for user in users}
    return device.name if device and meant and meant <= set(device.accounts) else None


def remember(request: HttpRequest, user: User) -> None:
    """Let the browser be known from the answer to this request on."""
    request.remembered_user = user  # type: ignore[attr-defined]  # for `mark`, which has the answer


def mark(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Have the browser keep for whom it is known, where that has changed."""
    user: Any = getattr(request, "remembered_user", None) or (request.user if request.session.session_key else None)
    if not isinstance(user, User) or ((device := device_of(request)) and user.pk.hex in device.accounts):
        return
    name, before = device or Device(secrets.token_urlsafe(16), ())
    # The account that came first goes, or the cookie would grow with each one.
    value = signing.dumps([name, *before[1 - MOST :], user.pk.hex], salt=_SALT)
    answer.set_cookie(
        cookie(),
        value,
        max_age=LIFETIME_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
