"""Attempts to come in: for whom each counts.

A password counts for the address that was typed, whether it has an account or not; a code for the account that asks
for it. Of who is signed in both count for the session, whatever browser it says it is: so a stolen session has one
count, which keeps nobody else from the account. Everything counts for the visitor as well, who is a session, a known
browser, an account, else a network address.
"""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from rtk.console.bodies import neighbourhood
from rtk.console.people import addresses, devices, entrants, tally
from rtk.console.people.devices import Device
from rtk.console.people.models import User
from rtk.console.people.tally import Count, ThrottledAction

_CODE_COUNTS = timedelta(minutes=2)  # longer than a code is good


def password(request: HttpRequest, email: str) -> list[Count]:
    """Count a password that is about to be looked at. Raises TooMany."""
    counts = [_password(request, email)]
    tally.take(counts)
    return counts


def own_password(request: HttpRequest, user: User) -> list[Count]:
    """Count a password that somebody, who is mostly signed in, types for their own account. Raises TooMany."""
    is_in = request.user == user
    counts = [Count(ThrottledAction.PASSWORD_SIGNED_IN, _session(request)) if is_in else _password(request, user.email)]
    tally.take(counts)
    return counts


def code(request: HttpRequest, user: User) -> list[Count]:
    """Count a code that is about to be looked at. Raises TooMany."""
    apart = _session(request) if request.user == user else devices.known_for(request, [user]) or ""
    of = f"{user.pk.hex} {apart}"
    counts = [Count(ThrottledAction.CODE, of), Count(ThrottledAction.CODE_DAY, of)]
    tally.take(counts)
    return counts


def is_first_use(user: User, typed: str) -> bool:
    """Return whether a good code of an account is used for the first time."""
    digits = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", typed).casefold()))
    return tally.is_first(f"{user.pk.hex} {digits}", _CODE_COUNTS)


def visit(request: HttpRequest, kind: ThrottledAction) -> None:
    """Count what a visitor does. Raises TooMany.

    Nobody in one session or browser of an account shuts out another one of it. Whoever has an account can have as many
    browsers known for it as they like: so what they sign up, and which addresses of others they try, counts for it.
    """
    if isinstance(request.user, User):
        comer = _session(request)
    elif (device := devices.device_of(request)) and kind is not ThrottledAction.SIGN_UP and _is_own(request, device):
        comer = f"browser {device.name}"
    else:
        comer = visitor(request)
    tally.take([Count(kind, comer)])


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
        return f"account {list(device.accounts)[-1]}"
    return neighbourhood(get_adapter().get_client_ip(request))


def _is_own(request: HttpRequest, device: Device) -> bool:
    """Whether nobody is meant by a visit but those who signed in in its browser."""
    email = request.POST.get("login")
    if email is not None:
        meant = addresses.meant_by(email) if "\0" not in email else []  # no text in PostgreSQL can hold it
        return devices.known_for(request, meant) is not None
    on_the_way = entrants.key(request)
    return on_the_way is None or on_the_way in device.accounts


def _session(request: HttpRequest) -> str:
    return f"session {request.session.session_key}"


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
