"""Whose an email address is: theirs who confirmed it, and nobody's before that.

An address is confirmed when a mail was read there, or when an issuer that is authoritative for its domain says so.
Whoever runs the console may also vouch for one, by a command or by the link of the first user. One that nobody
confirmed finds no account and keeps nobody from making one, however many accounts name it.
"""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from rtk.console.people.models import User


def holder(email: str) -> User | None:
    """Return whoever confirmed an address, if anybody did."""
    found = EmailAddress.objects.filter(email=email.strip().lower(), verified=True).select_related("user").first()
    return None if found is None else found.user


def meant_by(email: str) -> list[User]:
    """Return whose password is looked at for an address: its holder's, else that of each account that goes by it."""
    email = email.strip().lower()
    if found := holder(email):
        return [found]
    return list(User.objects.filter(Q(email=email) | Q(emailaddress__email=email)).distinct())


def is_confirmed(user: User) -> bool:
    """Return whether a user has confirmed the address of their account."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


def confirmed_among(users: Iterable[User]) -> set[object]:
    """Return the ids of those users whose addresses are theirs."""
    theirs = EmailAddress.objects.filter(user__in=users, verified=True, email=F("user__email"))
    return set(theirs.values_list("user", flat=True))


def confirm(user: User, email: str) -> bool:
    """Note that an address is a user's; false when it is not one of theirs or somebody else confirmed it."""
    try:
        with transaction.atomic():
            mine = EmailAddress.objects.filter(user=user, email=email.strip().lower())
            return bool(mine.update(verified=True))
    except IntegrityError:  # the database lets one account alone have it
        return False


def keep(user: User, email: str) -> int:
    """Leave a user the one address, and remove all others; how many that were."""
    mine = EmailAddress.objects.filter(user=user)
    removed, _ = mine.exclude(email=email).delete()
    mine.update(primary=True)
    if user.email != email:
        user.email = email
        user.save(update_fields=["email"])
    return int(removed)


def domain_of(email: str) -> str:
    """Return what stands behind the last @ of an address, in lower case."""
    return email.rpartition("@")[2].lower()
