"""How often something was tried: counted in the database, where every console sees it and nothing else pushes it out.

A try is counted before it is made, by one statement that counts one after another even where many come at once. What
was refused counts no further, so that whoever goes on trying keeps nobody waiting longer.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.utils import timezone

from rtk.console import limits, options
from rtk.console.limits import Limit
from rtk.console.people.gate import TooMany
from rtk.console.people.models import Tally
from rtk.figures import duration

_COUNT = """
INSERT INTO people_tally (key, since, number) VALUES (%(key)s, %(now)s, %(more)s)
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN people_tally.since <= %(over)s THEN 0 ELSE people_tally.number END + %(more)s,
    since = CASE WHEN people_tally.since <= %(over)s THEN %(now)s ELSE people_tally.since END
WHERE people_tally.since <= %(over)s OR people_tally.number + %(more)s <= %(most)s
RETURNING number
"""
_FIVE_MINUTES, _HOUR, _DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)


class ThrottledAction(StrEnum):
    """What is counted."""

    PASSWORD = "password"  # noqa: S105 - a kind of try, not a password
    PASSWORD_KNOWN = "password-known"  # noqa: S105 - see above
    PASSWORD_SIGNED_IN = "password-signed-in"  # noqa: S105 - see above
    CODE = "code"
    CODE_DAY = "code-day"
    CODE_USED = "code-used"
    SIGN_IN = "sign-in"
    PASSKEY = "passkey"
    SIGN_UP = "sign-up"
    LINK = "link"
    MAIL_PERSON = "mail-person"
    MAIL_ORGANIZATION = "mail-organization"
    MAIL_VISITOR = "mail-visitor"
    MAIL_ADDRESS = "mail-address"
    NOTIFICATION = "notification"


class RateLimit(NamedTuple):
    """How many of a kind there may be within a time; `what` they are, in the plural, stands in the sentence."""

    limit: Limit
    within: timedelta
    what: str


_BOUNDS = {
    ThrottledAction.PASSWORD: RateLimit(limits.WRONG_PASSWORDS, _FIVE_MINUTES, "wrong passwords for an address"),
    ThrottledAction.PASSWORD_KNOWN: RateLimit(
        limits.WRONG_PASSWORDS_KNOWN, _FIVE_MINUTES, "wrong passwords from this browser"
    ),
    ThrottledAction.PASSWORD_SIGNED_IN: RateLimit(
        limits.WRONG_PASSWORDS_KNOWN, _FIVE_MINUTES, "wrong passwords from this browser"
    ),
    ThrottledAction.CODE: RateLimit(limits.WRONG_CODES, _FIVE_MINUTES, "wrong codes for an account"),
    ThrottledAction.CODE_DAY: RateLimit(limits.WRONG_CODES_DAY, _DAY, "wrong codes for an account"),
    ThrottledAction.SIGN_IN: RateLimit(limits.SIGN_INS, _FIVE_MINUTES, "attempts to sign in"),
    ThrottledAction.PASSKEY: RateLimit(limits.SIGN_INS, _FIVE_MINUTES, "sign-ins by passkey"),
    ThrottledAction.SIGN_UP: RateLimit(limits.SIGN_UPS, _HOUR, "sign-ups"),
    ThrottledAction.LINK: RateLimit(limits.OPENED_LINKS, _FIVE_MINUTES, "opened links"),
    ThrottledAction.MAIL_PERSON: RateLimit(limits.MAILS_PERSON, _HOUR, "mails to others for one person"),
    ThrottledAction.MAIL_ORGANIZATION: RateLimit(
        limits.MAILS_ORGANIZATION, _HOUR, "mailed invitations of an organization"
    ),
    ThrottledAction.MAIL_VISITOR: RateLimit(limits.MAILS_VISITOR, _HOUR, "mails for visitors who have not signed in"),
    ThrottledAction.MAIL_ADDRESS: RateLimit(limits.MAILS_ADDRESS, _HOUR, "mails to one address"),
    ThrottledAction.NOTIFICATION: RateLimit(
        limits.NOTIFICATION_MAILS, _HOUR, "notifications mailed beyond an organization's members"
    ),
}
LONGEST = max(bound.within for bound in _BOUNDS.values())


class Count(NamedTuple):
    """Something to be counted: `number` more of a kind, `of` whom."""

    kind: ThrottledAction
    of: str
    number: int = 1


def take(counts: Iterable[Count], now: datetime | None = None) -> None:
    """Count what is about to be tried, all of it or nothing. Raises TooMany where a limit is reached."""
    now, taken = now or timezone.now(), list[Count]()
    for each in counts:
        bound = _BOUNDS[each.kind]
        most = options.limit(bound.limit)
        if each.number > most or not _counted(each, bound.within, most, now):
            give_back(taken)
            since = Tally.objects.filter(key=_key(each)).values_list("since", flat=True).first() or now
            wait = max(1, math.ceil((since + bound.within - now).total_seconds()))
            # In whole minutes, rounded up: nobody counts the seconds of it.
            within, left = duration(bound.within.total_seconds()), duration(60 * math.ceil(wait / 60))
            said = f"No more than {most:,} {bound.what} are possible within {within}: try again in {left}."
            raise TooMany(said, wait)
        taken.append(each)


def give_back(counts: Iterable[Count]) -> None:
    """Take back what was counted: it was right after all, or did not happen."""
    for each in counts:
        # Never below nothing: its time may have begun anew meanwhile.
        Tally.objects.filter(key=_key(each), number__gte=each.number).update(number=F("number") - each.number)


@contextmanager
def taken(counts: Iterable[Count]) -> Iterator[None]:
    """Count something while it is done; what fails was not done. Raises TooMany."""
    counts = list(counts)
    take(counts)
    try:
        yield
    except BaseException:
        give_back(counts)
        raise


def is_first(of: str, within: timedelta, now: datetime | None = None) -> bool:
    """Return whether this is the first use of a code within a time, whoever else asks at this moment."""
    return _counted(Count(ThrottledAction.CODE_USED, of), within, 1, now or timezone.now())


def forget(kind: ThrottledAction, of: str) -> None:
    """Begin to count anew."""
    Tally.objects.filter(key=_key(Count(kind, of))).delete()


def tidy(now: datetime | None = None) -> None:
    """Remove what counts no more."""
    Tally.objects.filter(since__lt=(now or timezone.now()) - LONGEST).delete()


def _counted(count: Count, within: timedelta, most: int, now: datetime) -> bool:
    values: dict[str, str | int | datetime] = {
        "key": _key(count),
        "more": count.number,
        "most": most,
        "now": now,
        "over": now - within,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return cursor.fetchone() is not None


def _key(count: Count) -> str:
    return hashlib.sha256(f"{count.kind}\0{count.of}".encode("utf-8", "surrogatepass")).hexdigest()
