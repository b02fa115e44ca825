"""Whose password somebody typed: looked at as often, and so for as long, whether the address has an account or not.

An address is its holder's. Accounts that only go by it are looked at as well, so that whoever made one learns by it
whether they got an account, and nothing of the holder's.
"""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from rtk.console.people import addresses
from rtk.console.people.models import User

SALT_DIGITS = 32  # hexadecimal: 128 bits, as many as Django's own have


class Passwords(ModelBackend):
    """Knows people by an address and its password."""

    def authenticate(  # type: ignore[override]  # people go by an address, never by a name
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django gives it
        email: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        """Return whose password it is, if anybody's who may sign in."""
        if not email or not password:
            return None
        holder = addresses.holder(email)
        if holder is None:
            make_password(password)  # takes as long
        found = holder if holder is not None and holder.check_password(password) else None
        if found is None:
            found = _unconfirmed(email, password)
        return found if found is not None and self.user_can_authenticate(found) else None


def of_address(email: str, password: str) -> str:
    """Return what is kept of a password that somebody signs up with by an address.

    All who sign up by one address have one salt, which nobody can know, so that looking at all of them is the work of
    looking at one. Whoever changes their password has a salt of their own.
    """
    salt = salted_hmac("rtk.console.people.passwords", email.strip().lower(), algorithm="sha256").hexdigest()
    return make_password(password, salt[:SALT_DIGITS])


def _unconfirmed(email: str, password: str) -> User | None:
    """Return whose password it is of all who go by an address which they did not confirm, however many there are.

    Where mail is sent, signing up makes no account where the address has a holder. The work is the same for any number
    of accounts that were: otherwise whoever signed up would learn by the time it takes whether that made one.
    """
    rows = EmailAddress.objects.filter(email=email.strip().lower(), verified=False).select_related("user")
    users = [row.user for row in rows.order_by("-pk")]
    made = of_address(email, password)
    apart = made.rpartition("$")[0]
    together = [user for user in users if user.password.rpartition("$")[0] == apart]
    found = [user for user in together if constant_time_compare(user.password, made)]
    others = (user for user in users if user not in together and user.check_password(password))
    return found[0] if found else next(others, None)
