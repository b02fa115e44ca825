"""How people arrive: with which link in their session, and what becomes of it once they have signed up."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from rtk.console.people import audit, first, invitations
from rtk.console.people.models import Invitation, User

_INVITATION, _WELCOME = "people-invitation", "people-welcome"


def came_invited(request: HttpRequest, key: str) -> None:
    """Remember the key of an invitation's link until its bearer has an account."""
    request.session[_INVITATION] = key


def came_first(request: HttpRequest, key: str) -> None:
    """Remember the key of the first user's link."""
    request.session[_WELCOME] = key


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation whose link led here, if it is still open."""
    key = request.session.get(_INVITATION)
    return invitations.found(key) if key else None


def may_sign_up(request: HttpRequest) -> bool:
    """Whether this visitor may make an account: invited, the first of all, or sign-up is open."""
    invited, is_first = invitation_of(request) is not None, first.opens(request.session.get(_WELCOME, ""))
    return invited or is_first or settings.SIGN_UP == "open"


def trusts_address(request: HttpRequest, email: str) -> bool:
    """Whether an address needs no mail to confirm it: an admin named it, or it is the first user's."""
    invitation = invitation_of(request)
    invited = invitation is not None and invitation.email == email.lower()
    return invited or bool(request.session.get(_WELCOME))


def signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    """After a sign-up: accept the invitation that led here."""
    invitation = invitation_of(request)
    request.session.pop(_WELCOME, None)
    request.session.pop(_INVITATION, None)
    if invitation is not None:
        try:
            invitations.accept(invitation, user)
        except ValidationError:
            return  # taken meanwhile, or signed up by another address: the page after it shows no organization


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Note a sign-in in the log of each organization of the user."""
    audit.record_everywhere(user, "user.signed-in", user.email, {"from": get_adapter().get_client_ip(request)})


def password_changed(user: User, **_: Any) -> None:
    """Note that a password was changed or reset."""
    audit.record_everywhere(user, "user.password-changed", user.email)


def second_factor_added(user: User, authenticator: Any, **_: Any) -> None:
    """Note a new authenticator app, passkey or set of recovery codes."""
    audit.record_everywhere(user, "user.second-factor-added", str(authenticator.type))


def second_factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    """Note that one was taken away."""
    audit.record_everywhere(user, "user.second-factor-removed", str(authenticator.type))
