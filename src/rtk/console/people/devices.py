"""Browsers in which somebody signed in before: known to the console by a signed cookie that lasts, for those accounts.

Wrong passwords that others try from elsewhere count for browsers that are not known, together. Each known one has a
count of its own, so that nobody is locked out of the browser that they use. The cookie opens nothing.

Signing in makes a browser known, and choosing a password in it; a session alone does not. Whoever took a copy of the
cookie has no use of it once the account has another password or is in other hands.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rtk.console.people.models import User

LIFETIME_S = 400 * 24 * 3600  # no browser keeps one longer
MOST = 8  # accounts of one browser
_SALT = "rtk.people.devices"
_DIGITS = 16  # the cookie is signed: they only have to tell passwords of one account apart


class Device(NamedTuple):
    """A browser: a name that nobody else has, and the accounts that were signed in to in it, the latest last.

    Each account stands beside what its password and generation were then.
    """

    name: str
    accounts: dict[str, str]


def cookie() -> str:
    """Return the name of the cookie in which a browser keeps for whom it is known."""
    return f"{settings.COOKIE_PREFIX}rtk_device"


def device_of(request: HttpRequest) -> Device | None:
    """Return the browser of a request, with the accounts that are as they were when somebody signed in in it."""
    said = _said(request)
    if said is None:
        return None
    users = User.objects.in_bulk(said.accounts)
    same = {
        key: state
        for key, state in said.accounts.items()
        if (user := users.get(UUID(key))) is not None and state in _states(user)
    }
    return Device(said.name, same) if same else None


def known_for(request: HttpRequest, users: Iterable[User]) -> str | None:
    """Return the name of the request's browser, where whoever is meant signed in in it.

    An address that nobody confirmed may be typed into several accounts: then the browser must be known for each of
    them. Otherwise whoever types somebody's address into their own account would be counted apart.
    """
    said, users = _said(request), list(users)
    if said is None or not users:
        return None
    return said.name if all(said.accounts.get(user.pk.hex) in _states(user) for user in users) else None


def remember(request: HttpRequest, user: User, **_: Any) -> None:
    """Let the browser be known from the answer to this request on; a receiver of signals as well."""
    request.remembered_user = user  # type: ignore[attr-defined]  # for `mark`, which has the answer


def mark(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Have the browser keep for whom it is known, where that has changed."""
    user: Any = getattr(request, "remembered_user", None)
    if user is None:
        return
    key, state = user.pk.hex, _state(user.get_session_auth_hash())
    name, before = device_of(request) or Device(secrets.token_urlsafe(16), {})
    if before.get(key) == state:
        return
    others = [each for each in before.items() if each[0] != key]
    # The account that came first goes, or the cookie would grow with each one.
    value = signing.dumps([name, dict([*others[1 - MOST :], (key, state)])], salt=_SALT)
    answer.set_cookie(
        cookie(),
        value,
        max_age=LIFETIME_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _said(request: HttpRequest) -> Device | None:
    """What the cookie says, whatever became of its accounts."""
    try:
        name, accounts = signing.loads(request.COOKIES.get(cookie(), ""), salt=_SALT, max_age=LIFETIME_S)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Device(name, accounts) if isinstance(accounts, dict) else None  # older releases wrote a list


def _states(user: User) -> set[str]:
    """What an account's state is by the console's key, and by each key that it had before."""
    return set(map(_state, (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())))


def _state(session_hash: str) -> str:
    return hashlib.sha256(session_hash.encode()).hexdigest()[:_DIGITS]
