"""Mails to people who may know nobody here: how many, for whom.

Each is counted before it is sent: for whoever has it sent, and for whom it goes to.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from rtk.console.people import addresses, attempts, devices, tally
from rtk.console.people.gate import TooMany
from rtk.console.people.models import Organization, User
from rtk.console.people.tally import Count, ThrottledAction

# The mails of allauth that go to an address that somebody typed; all others go to the account's own.
ASKED_FOR = frozenset(
    f"account/email/{name}"
    for name in (
        "account_already_exists",
        "email_confirmation",
        "email_confirmation_signup",
        "login_code",
        "password_reset_code",
        "password_reset_key",
        "unknown_account",
    )
)


class Site(NamedTuple):
    """The name and the address of this console in the mails of allauth."""

    domain: str
    name: str = "Reliability Toolkit"


def asked_for(request: HttpRequest, email: str) -> None:
    """Count a mail that a page is about to send to an address that was typed there. Raises TooMany.

    A browser in which the address's owner signed in before has a count of its own: what others ask for from elsewhere
    keeps nobody from their own mail.
    """
    device = devices.known_for(request, addresses.meant_by(email))
    kind = ThrottledAction.MAIL_PERSON if isinstance(request.user, User) else ThrottledAction.MAIL_VISITOR
    tally.take(
        [Count(kind, attempts.visitor(request)), Count(ThrottledAction.MAIL_ADDRESS, f"{device or ''} {email.lower()}")]
    )


@contextmanager
def invited(actor: User, org: Organization, emails: Iterable[str]) -> Iterator[None]:
    """Count the mails of invitations that are about to be made, unless that fails. Raises TooMany."""
    emails = sorted({each.strip().lower() for each in emails})
    number = len(emails)
    of_address = [Count(ThrottledAction.MAIL_ADDRESS, f"{org.pk.hex} {each}") for each in emails]
    counts = [
        Count(ThrottledAction.MAIL_PERSON, f"account {actor.pk.hex}", number),
        Count(ThrottledAction.MAIL_ORGANIZATION, org.pk.hex, number),
        *of_address,
    ]
    with tally.taken(counts):
        yield


def tested(actor: User, org: Organization, address: str) -> None:
    """Count a notification that somebody has sent to an address, to see whether it arrives. Raises TooMany."""
    if not _is_of_a_member(org, address):
        tally.take([Count(ThrottledAction.MAIL_PERSON, f"account {actor.pk.hex}")])


def notified(org: Organization, address: str) -> TooMany | None:
    """Count a notification that is about to be mailed; why it has to wait, where too many were."""
    try:
        if not _is_of_a_member(org, address):
            tally.take([Count(ThrottledAction.NOTIFICATION, org.pk.hex)])
    except TooMany as refused:
        return refused
    return None


def _is_of_a_member(org: Organization, address: str) -> bool:
    """Whether an address is that of a member who confirmed it, and so wants or can end what they are sent."""
    theirs = EmailAddress.objects.filter(email=address.strip().lower(), verified=True)
    return bool(theirs.filter(user__memberships__org=org).exists())
