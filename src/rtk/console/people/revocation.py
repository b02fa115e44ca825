"""Ending every way into an account at once: when it changes hands, is reset or disabled, or is removed.

Whoever had the account before may hold a token, an open browser, a passkey, the secret of an authenticator app, or an
account of the issuer that is connected to it. A new password alone ends none of them but the browsers. They may also
have added an address of their own, at which they would read the mail of the next reset, or invited one.
"""

from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from rtk.console.people import addresses, audit, invitations
from rtk.console.people.models import Token, User


class RevocationReason(StrEnum):
    """Why the ways into an account ended."""

    RESET = "reset"  # by a mail that was read at its address
    HANDED_OVER = "handed-over"  # somebody else has it from now on
    DISABLED = "disabled"
    REMOVED = "removed"


class Access(StrEnum):
    """A way into an account, by the name it has in the audit log."""

    TOKENS = "tokens"
    SESSIONS = "sessions"
    SECOND_FACTORS = "second factors"
    CONNECTIONS = "connections"
    ADDRESSES = "addresses"
    INVITATIONS = "invitations"

    @property
    def one(self) -> str:
        """What one of them is called."""
        return _ONE[self]


_ONE = {
    Access.TOKENS: "token",
    Access.SESSIONS: "session",
    Access.SECOND_FACTORS: "second factor",
    Access.CONNECTIONS: "connection",
    Access.ADDRESSES: "address",
    Access.INVITATIONS: "invitation",
}


def end_access(user: User, why: RevocationReason) -> dict[Access, int]:
    """End the tokens, sessions, passkeys, authenticator apps, recovery codes and connections of an account.

    The open invitations that it made are withdrawn. Return how many there were of each kind. Whoever is only disabled
    stays connected to the issuer, by which nobody comes in meanwhile. A reset leaves the one address at which its mail
    was read. The password is the caller's to change.
    """
    with transaction.atomic():
        ended = {
            Access.TOKENS: _deleted(Token.objects.filter(user=user)),
            Access.SESSIONS: _sessions_ended(user),
            Access.SECOND_FACTORS: _deleted(Authenticator.objects.filter(user=user)),
        }
        if why != RevocationReason.DISABLED:
            ended[Access.CONNECTIONS] = _deleted(SocialAccount.objects.filter(user=user))
        if why == RevocationReason.RESET:
            ended[Access.ADDRESSES] = addresses.keep(user, user.read_at or user.email)
        ended[Access.INVITATIONS] = invitations.withdraw_all_of(user)
        if any(ended.values()):
            audit.record_everywhere(
                user,
                "user.access-ended",
                user.email,
                {"why": why.value, **{way.value: number for way, number in ended.items()}},
            )
    return ended


def disable(user: User) -> dict[Access, int]:
    """Shut somebody out, until they are enabled again; how much ended of each kind."""
    with transaction.atomic():
        ended = end_access(user, RevocationReason.DISABLED)
        user.is_active = False
        user.save(update_fields=["is_active"])
    return ended


def disabled(instance: User, **_: Any) -> None:
    """After a user was saved: nothing of somebody who is shut out waits for them to be let in again."""
    if not instance.is_active:
        end_access(instance, RevocationReason.DISABLED)


def removed(instance: User, **_: Any) -> None:
    """Before a user is deleted."""
    end_access(instance, RevocationReason.REMOVED)


def _deleted(rows: Any) -> int:
    found = list(rows)
    for each in found:
        each.delete()  # one by one, so that whoever listens hears of it
    return len(found)


def _sessions_ended(user: User) -> int:
    """Return how many were listed in the profile. Whatever began another, it is over as well, by its generation.

    The table of sessions cannot be searched by user, and holds those of everybody.
    """
    User.objects.filter(pk=user.pk).update(generation=F("generation") + 1)
    user.refresh_from_db(fields=["generation"])  # whoever saves this user next must not take it back
    listed = UserSession.objects.filter(user=user)
    Session.objects.filter(pk__in=listed.values("session_key")).delete()
    count: int = listed.count()
    listed.delete()
    return count
