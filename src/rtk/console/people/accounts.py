"""What whoever runs the console does to accounts: shut out, let in again, name administrators, hand over."""

from typing import NamedTuple
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime

from rtk.console.people import addresses, audit, revocation
from rtk.console.people.models import Organization, User
from rtk.console.people.revocation import Access, RevocationReason
from rtk.errors import BadInput


class Account(NamedTuple):
    """A user, as a list of them shows one."""

    id: str
    email: str
    state: str
    last_login: str


def meant(who: str) -> User:
    """Return whoever confirmed an address, else the only one who goes by it; or who has the id.

    Raises BadInput where there is none, or several.
    """
    who = who.strip().lower()
    try:
        goes_by = Q(pk=UUID(who))
    except ValueError:
        goes_by = Q(email=who)
    found = addresses.holder(who)
    there = [found] if found else list(User.objects.filter(goes_by).order_by("created_at"))
    if not there:
        raise BadInput(f"there is no user {who}; 'rtk users list' names them all")
    if len(there) > 1:
        known = ", ".join(f"{user.pk} ({user.name or 'without a name'})" for user in there)
        raise BadInput(f"several users go by {who} and none of them confirmed it; expected the id of one: {known}")
    return there[0]


def listed() -> list[Account]:
    """Return every user, the oldest first."""
    users = list(User.objects.order_by("created_at", "id"))
    confirmed = addresses.confirmed_among(users)
    told = []
    for user in users:
        words = {
            "disabled": not user.is_active,
            "administrator": user.is_administrator,
            "unconfirmed": user.pk not in confirmed,
        }
        state = ", ".join(word for word, holds in words.items() if holds)
        last = f"{localtime(user.last_login):%Y-%m-%d}" if user.last_login else "never"
        told.append(Account(str(user.pk), user.email, state, last))
    return told


def disable(who: str) -> dict[Access, int]:
    """Shut somebody out and end all that lets them in; how much of each kind that was. Raises BadInput."""
    user = meant(who)
    with transaction.atomic():
        ended = revocation.disable(user)
        _record(user, "user.disabled")
    return ended


def enable(who: str) -> str:
    """Let somebody in again who was shut out; their address. Raises BadInput."""
    user = meant(who)
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        _record(user, "user.enabled")
    return user.email


def administrate(who: str, *, may: bool) -> str:
    """Make somebody an administrator of the console, or none any more; their address. Raises BadInput."""
    user = meant(who)
    with transaction.atomic():
        user.is_administrator = may
        user.save(update_fields=["is_administrator"])
        _record(user, "user.administrator-named" if may else "user.administrator-dismissed")
    return user.email


def hand_over(who: str, email: str) -> dict[Access, int]:
    """Give an account to whoever has another address; nothing of whoever had it before lets them in.

    It keeps its organizations and roles. How much ended of each kind. Raises BadInput.
    """
    user, email = meant(who), email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput(f"{email!r} is no e-mail address; expected that of the next one who has the account") from None
    if addresses.holder(email) is not None:
        raise BadInput(f"{email} is the address of an account already; invite it into the organizations instead")
    before = user.email
    with transaction.atomic():
        ended = revocation.end_access(user, RevocationReason.HANDED_OVER)
        user.email, user.name = email, ""
        user.set_unusable_password()
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        _record(user, "user.handed-over", {"from": before})
    return ended


def _record(user: User, action: str, detail: dict[str, str] | None = None) -> None:
    """Whoever runs the console has no account that could be named."""
    for org in Organization.objects.filter(memberships__user=user):
        audit.record(org, None, action, user.email, detail)
