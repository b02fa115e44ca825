"""Who has shown in a browser whose account they come into, by a password or the issuer, before they are let in.

They still have to confirm their address or to give a code. What they showed holds for as long as the account has the
password, and is in the hands, that it had then.
"""

from django.http import HttpRequest

from rtk.console.people.models import User

_SHOWN = "people-entrant"


def note(request: HttpRequest, user: User) -> None:
    """Note in the session that its browser is on the way into an account."""
    request.session[_SHOWN] = [user.pk.hex, user.get_session_auth_hash()]


def key(request: HttpRequest) -> str | None:
    """Return the id of the account that a browser is on the way into, or was."""
    shown = request.session.get(_SHOWN)
    return str(shown[0]) if shown else None


def is_one(request: HttpRequest, user: User) -> bool:
    """Return whether a browser is on the way into an account that is as it was then."""
    return request.session.get(_SHOWN) == [user.pk.hex, user.get_session_auth_hash()]
