"""Attempts to come in: for whom each counts.

A password counts for the address that was typed, whether it has an account or not; a code for the account that asks
for it; everything for the visitor, who is an account where one is known and a network address otherwise.
"""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from rtk.console.bodies import neighbourhood
from rtk.console.people import addresses, devices, tally
from rtk.console.people.models import User
from rtk.console.people.tally import Count, ThrottledAction

_CODE_COUNTS = timedelta(minutes=2)  # longer than a code is good


def password(request: HttpRequest, email: str) -> list[Count]:
    """Count a password that is about to be looked at. Raises TooMany."""
    counts = [_password(request, email)]
    tally.take(counts)
    return counts


def own_password(request: HttpRequest, user: User) -> None:
    """Count a password that somebody who is signed in types for their own account. Raises TooMany."""
    tally.take([_password(request, user.email)])


def code(request: HttpRequest, user: User) -> list[Count]:
    """Count a code that is about to be looked at. Raises TooMany."""
    of = f"{user.pk.hex} {devices.known_for(request, [user]) or ''}"
    counts = [Count(ThrottledAction.CODE, of), Count(ThrottledAction.CODE_DAY, of)]
    tally.take(counts)
    return counts


def is_first_use(user: User, typed: str) -> bool:
    """Return whether a good code of an account is used for the first time."""
    digits = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", typed).casefold()))
    return tally.is_first(f"{user.pk.hex} {digits}", _CODE_COUNTS)


def visit(request: HttpRequest, kind: ThrottledAction) -> None:
    """Count what a visitor does. Raises TooMany."""
    tally.take([Count(kind, visitor(request))])


def right(counts: Iterable[Count]) -> None:
    """Take back what was counted: only what is wrong counts."""
    tally.give_back(counts)


def reset(request: HttpRequest, user: User) -> None:
    """Let somebody in who read the mail with which they chose a new password, whatever others tried before."""
    theirs = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    for email in {user.email, *theirs}:
        tally.forget(ThrottledAction.PASSWORD, _plain(email))
    devices.remember(request, user)


def visitor(request: HttpRequest) -> str:
    """Return for whom an attempt counts: an account, where the visitor is signed in or was, else where they are.

    Otherwise one of many behind one address could keep all the others from signing in.
    """
    if isinstance(request.user, User):
        return f"account {request.user.pk.hex}"
    if device := devices.device_of(request):
        return f"account {device.accounts[-1]}"
    return neighbourhood(get_adapter().get_client_ip(request))


def _password(request: HttpRequest, email: str) -> Count:
    users = addresses.meant_by(email) if devices.cookie() in request.COOKIES else []
    device = devices.known_for(request, users)
    return (
        Count(ThrottledAction.PASSWORD_KNOWN, f"{device} {_plain(email)}")
        if device
        else Count(ThrottledAction.PASSWORD, _plain(email))
    )


def _plain(email: str) -> str:
    """An address in one spelling, however somebody types it: a long s in it is an s to many a database."""
    return unicodedata.normalize("NFKC", email).casefold().strip()
