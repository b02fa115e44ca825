"""Tokens, with which machines sign in: made, found again by what they hash to, revoked.

A token is `rtk_` and 40 letters and digits of chance (238 bits), so that a plain SHA-256 hides it well and finds it
fast. It is shown once. One that was made by another ends with it: whoever took a token has nothing left when it is
revoked or has expired.
"""

import hashlib
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from rtk.console import limits, options, sql
from rtk.console.people import audit
from rtk.console.people.models import SCOPES, Organization, Token, User

PREFIX = "rtk_"
LENGTH = 40
SHOWN = 10  # characters of a token by which it is recognised, the prefix included
USUAL_DAYS = 365  # where nobody asks for another time
USED_EVERY = timedelta(minutes=1)
SOON = timedelta(days=7)  # before its end a token is marked, and its owner gets a mail
_ALPHABET = string.ascii_letters + string.digits
_TOKEN, _PERSON = sql.ModelColumns(Token, "token"), sql.ModelColumns(User, "person")
# Asked at the first call within two seconds of each token, and every five seconds of all who follow runs.
_USABLE = f"""
SELECT {_TOKEN.sql}, {_PERSON.sql}
FROM people_token AS token JOIN people_user AS person ON person.id = token.user_id
WHERE token.digest = %(digest)s AND token.expires_at > %(now)s AND person.is_active
"""  # noqa: S608 - of constants


class TokenRefusal(StrEnum):
    """Why a token is not made: the code of the ValidationError that says it."""

    LIFETIME = "lifetime"
    MAKER = "maker"
    PERSON = "person"
    ORGANIZATION = "organization"


def longest_days() -> int:
    """Return how many days a token lasts at most on this console."""
    return options.limit(limits.TOKEN_DAYS)


def usual_days() -> int:
    """Return how many days one lasts for which nothing else was asked."""
    return min(USUAL_DAYS, longest_days())


def make(
    user: User,
    name: str,
    scopes: Iterable[str] = ("read", "run"),
    expires_at: datetime | None = None,
    made_by: Token | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is nowhere else. It expires in a year unless told otherwise.

    Raises ValidationError, with a `TokenRefusal` for its code, where there are too many or it would last too long.
    """
    secret = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
    wanted = set(scopes)
    with transaction.atomic():
        now = timezone.now()
        ends = _end(now, expires_at, made_by)
        _check_numbers(user, now)
        token = Token.objects.create(
            user=user,
            name=name,
            scopes=[scope for scope in SCOPES if scope in wanted],
            prefix=secret[:SHOWN],
            digest=digest(secret),
            expires_at=ends,
            made_by=made_by,
        )
        detail = {"prefix": token.prefix, "scopes": token.scopes, "expires": f"{token.expires_at:%Y-%m-%d}"}
        audit.record_everywhere(user, "token.created", name, detail)
    return token, secret


def _end(now: datetime, asked: datetime | None, made_by: Token | None) -> datetime:
    days = longest_days()
    latest = now + timedelta(days=days, minutes=1)  # whoever asked for all of it reckoned from a moment ago
    if asked is not None and asked > latest:
        raise ValidationError(f"On this console a token lasts at most {days} days.", TokenRefusal.LIFETIME)
    if made_by is None:
        return asked or now + timedelta(days=usual_days())
    if asked is not None and asked > made_by.expires_at:
        until = f"{made_by.expires_at:%Y-%m-%dT%H:%M:%SZ}"
        raise ValidationError(
            f"A token that is made by another ends with it at the latest, at {until}.", TokenRefusal.MAKER
        )
    return asked or min(made_by.expires_at, now + timedelta(days=usual_days()))


def good(now: datetime | None = None) -> Q:
    """Return what holds of tokens that have not expired."""
    return Q(expires_at__gt=now or timezone.now())


def _check_numbers(user: User, now: datetime) -> None:
    """Two who make one at once must not pass the bound: one waits for the other."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = Token.objects.filter(user=user)
    most = options.limit(limits.TOKENS_OF_A_PERSON)
    if mine.filter(good(now)).count() >= most:
        raise ValidationError(
            f"You have {most} tokens, and more are not possible: revoke one first.", TokenRefusal.PERSON
        )
    # Of those that have expired as many are kept, so that whoever makes many short ones fills no table.
    over = mine.exclude(good(now))
    kept = over.order_by("-expires_at").values("pk")[:most]
    over.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    of_all = options.limit(limits.TOKENS_OF_AN_ORGANIZATION)
    theirs = Organization.objects.filter(memberships__user=user).order_by("pk")
    for org in theirs.select_for_update(no_key=True, of=("self",)):
        if Token.objects.filter(good(now), user__memberships__org=org).count() >= of_all:
            raise ValidationError(
                f"The people of {org.name} have {of_all} tokens, and more are not possible: some have to be revoked.",
                TokenRefusal.ORGANIZATION,
            )


def digest(secret: str) -> bytes:
    """What is stored of a token: its SHA-256, 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def find(secret: str, now: datetime | None = None) -> Token | None:
    """The token of a secret, with its user; None when there is none, it has expired, or its user was shut out."""
    found = sql.rows(_USABLE, digest=digest(secret), now=now or timezone.now())
    if not found:
        return None
    token = _TOKEN.model(found[0])
    token.user = _PERSON.model(found[0])
    return token


def expired(secret: str, now: datetime | None = None) -> datetime | None:
    """Return when the token of a secret expired; None where there is none, or it has not. Only its bearer can ask."""
    found = Token.objects.exclude(good(now)).filter(digest=digest(secret), user__is_active=True).first()
    return None if found is None else found.expires_at


def used(token: Token, now: datetime | None = None) -> None:
    """Note that a token was used, at most once a minute: more often would cost a write for every call."""
    now = now or timezone.now()
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        Token.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)


def revoke(token: Token) -> None:
    """End a token, and those that it made; the very next call with it is refused."""
    with transaction.atomic():
        token.delete()
        audit.record_everywhere(token.user, "token.revoked", token.name, {"prefix": token.prefix})


def revoke_all(user: User) -> int:
    """End all tokens of somebody; how many there were."""
    with transaction.atomic():
        found = list(Token.objects.filter(user=user))
        for each in found:
            each.delete()  # one by one, so that whoever listens hears of it
            audit.record_everywhere(user, "token.revoked", each.name, {"prefix": each.prefix})
    return len(found)
