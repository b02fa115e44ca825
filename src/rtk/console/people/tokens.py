"""Tokens, with which machines sign in: made, found again by what they hash to, revoked.

A token is `rtk_` and 40 letters and digits of chance (238 bits), so that a plain SHA-256 hides it well and finds it
fast. It is shown once.
"""

import hashlib
import secrets
import string
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from rtk.console.people import audit
from rtk.console.people.models import SCOPES, Token, User
from rtk.console.prepared import Prepared

PREFIX = "rtk_"
LENGTH = 40
SHOWN = 10  # characters of a token by which it is recognised, the prefix included
LIFETIME = timedelta(days=365)
USED_EVERY = timedelta(minutes=1)
_ALPHABET = string.ascii_letters + string.digits


def make(
    user: User, name: str, scopes: Iterable[str] = ("read", "run"), expires_at: datetime | None = None
) -> tuple[Token, str]:
    """A new token and its secret, which is nowhere else. It expires in a year unless told otherwise."""
    secret = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
    wanted = set(scopes)
    with transaction.atomic():
        token = Token.objects.create(
            user=user,
            name=name,
            scopes=[scope for scope in SCOPES if scope in wanted],
            prefix=secret[:SHOWN],
            digest=digest(secret),
            expires_at=expires_at or timezone.now() + LIFETIME,
        )
        detail = {"prefix": token.prefix, "scopes": token.scopes, "expires": f"{token.expires_at:%Y-%m-%d}"}
        audit.record_everywhere(user, "token.created", name, detail)
    return token, secret


def _valid(digest: bytes, now: datetime) -> QuerySet[Token, Token]:
    valid = Token.objects.select_related("user").filter(expires_at__gt=now, user__is_active=True)
    return valid.filter(digest=digest).order_by()[:1]


_VALID = Prepared(_valid, digest=b"digest", now=datetime(2000, 1, 1, tzinfo=UTC))


def digest(secret: str) -> bytes:
    """What is stored of a token: its SHA-256, 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def find(secret: str, now: datetime | None = None) -> Token | None:
    """The token of a secret, with its user; None when there is none, it has expired, or its user was shut out."""
    now = now or timezone.now()
    found: Token | None = _VALID.first(digest=digest(secret), now=now)
    return found


def used(token: Token, now: datetime | None = None) -> None:
    """Note that a token was used, at most once a minute: more often would cost a write for every call."""
    now = now or timezone.now()
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        Token.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)


def revoke(token: Token) -> None:
    """End a token; the very next call with it is refused."""
    with transaction.atomic():
        token.delete()
        audit.record_everywhere(token.user, "token.revoked", token.name, {"prefix": token.prefix})
