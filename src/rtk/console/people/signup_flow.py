"""How people arrive: their session keeps the link they came by until they have an account.

A link in a session opens nothing by itself. It is looked at again in the transaction that makes the account, which
uses it up: of several who come by one link at the same moment one has an account, and the others a sentence.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from rtk.console.people import addresses, attempts, audit, bootstrap_signup, invitations, revocation
from rtk.console.people.closed import Closed, TurnedAway
from rtk.console.people.models import Invitation, User

_INVITATION, _MAILED, _WELCOME = "people-invitation", "people-mailed", "people-welcome"


def came_invited(request: HttpRequest, key: str, mailed: str = "") -> None:
    """Remember the key of an invitation's link until its bearer has an account, and what only its mail holds."""
    if mailed or request.session.get(_INVITATION) != key:  # they come back from signing in without the second key
        request.session[_INVITATION], request.session[_MAILED] = key, mailed


def came_first(request: HttpRequest, key: str) -> None:
    """Remember the key of the first user's link."""
    request.session[_WELCOME] = key


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation whose link led here, while an account can be made by it."""
    found = invitations.found(request.session.get(_INVITATION, ""))
    return found if found is not None and (found.taken_at is None or _read_its_mail(request, found)) else None


def _read_its_mail(request: HttpRequest, invitation: Invitation) -> bool:
    """Whether whoever came by an invitation's link has read its mail: then nobody keeps them out who has not."""
    return invitations.was_mailed(invitation, request.session.get(_MAILED, ""))


def may_sign_up(request: HttpRequest) -> bool:
    """Return whether this visitor may make an account: as invited, as the first user, or because sign-up is open.

    Raises TurnedAway where their link was good once; it is forgotten, so that this is said once.
    """
    if invitation_of(request) is not None or bootstrap_signup.opens(request.session.get(_WELCOME, "")):
        return True
    if key := request.session.pop(_INVITATION, None):
        raise TurnedAway(Closed.INVITER_GONE if invitations.is_orphan(key) else Closed.INVITATION_USED)
    if request.session.pop(_WELCOME, None):
        raise TurnedAway(Closed.FIRST_USER_IS_THERE)
    return _is_open()


def admit(request: HttpRequest, email: str, make: Callable[[], User]) -> User:
    """Make an account for an address, and use up the link that led here. Raises TurnedAway and makes none."""
    try:
        with transaction.atomic():
            is_first = bootstrap_signup.claim(request.session.get(_WELCOME, ""))
            invitation = None if is_first else _taken(request, email)
            if not is_first and invitation is None and not _is_open():
                raise TurnedAway(Closed.FIRST_USER_IS_THERE if _WELCOME in request.session else Closed.NOT_INVITED)
            user = make()
            if is_first:  # whoever runs the console vouches for the first user
                User.objects.filter(pk=user.pk).update(is_administrator=True)
                addresses.confirm(user, email)
            if invitation:
                Invitation.objects.filter(pk=invitation.pk).update(taken_by=user)
                if _read_its_mail(request, invitation):
                    confirmed(user, email)  # a mail that was read vouches for the invited
                elif not mails() or addresses.is_confirmed(user):
                    invitations.bring_in(invitation, user)  # who has to confirm the address first is brought in then
    except IntegrityError:
        raise TurnedAway(Closed.MADE_MEANWHILE) from None
    _forget(request)
    return user


def use_up(request: HttpRequest, email: str) -> None:
    """Use up the link of somebody whose address has an account, so that nobody can tell by it. Raises TurnedAway."""
    _taken(request, email)
    _forget(request)


def confirmed(user: User, email: str) -> bool:
    """Note that an address is a user's, and bring them in where it is invited; false when it is not theirs."""
    with transaction.atomic():
        if not addresses.confirm(user, email):
            return False
        for invitation in Invitation.objects.filter(taken_by=user, email=email.lower(), accepted_at=None):
            with suppress(ValidationError):  # used in this moment, or its inviter may not any more
                invitations.bring_in(invitation, user)
    return True


def _taken(request: HttpRequest, email: str) -> Invitation | None:
    """The invitation of this address that led here, from now on used up. Raises TurnedAway when it was before."""
    key = request.session.get(_INVITATION, "")
    invitation = invitations.named(key)
    if invitation is None or invitation.email != email:
        return None
    if not invitations.take(invitation, again=_read_its_mail(request, invitation)):
        raise TurnedAway(Closed.INVITER_GONE if invitations.is_orphan(key) else Closed.INVITATION_USED)
    return invitation


def _forget(request: HttpRequest) -> None:
    for key in (_INVITATION, _MAILED, _WELCOME):
        request.session.pop(key, None)


def _is_open() -> bool:
    """Whether anybody may sign up: never before the first user, who comes by a link of their own."""
    return bool(settings.SIGN_UP == "open") and User.objects.exists()


def mails() -> bool:
    """Return whether an address has to be confirmed by a mail before anybody comes in by it."""
    return bool(settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory")


def address_confirmed(email_address: EmailAddress, **_: Any) -> None:
    """After a mail was read at an address: bring its user in where it is invited."""
    assert isinstance(email_address.user, User)
    confirmed(email_address.user, email_address.email)


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Note a sign-in in the log of each organization of the user."""
    audit.record_everywhere(user, "user.signed-in", user.email, {"from": get_adapter().get_client_ip(request)})


def password_changed(user: User, **_: Any) -> None:
    """Note that a password was changed."""
    audit.record_everywhere(user, "user.password-changed", user.email)


def password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    """Note that a password was reset, and end all by which somebody else might still come in."""
    password_changed(user)
    attempts.reset(request, user)
    ended = revocation.end_access(user, revocation.RevocationReason.RESET)
    if ended[revocation.Access.ADDRESSES]:
        messages.info(request, f"{user.email} is the only address of your account now: add others again.")


def second_factor_added(user: User, authenticator: Any, **_: Any) -> None:
    """Note a new authenticator app, passkey or set of recovery codes."""
    audit.record_everywhere(user, "user.second-factor-added", str(authenticator.type))


def second_factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    """Note that one was taken away."""
    audit.record_everywhere(user, "user.second-factor-removed", str(authenticator.type))
