"""Whose password somebody typed: looked at as often, and so for as long, whether the address has an account or not.

An address is its holder's. Accounts that only go by it are looked at as well, so that whoever made one learns by it
whether they got an account, and nothing of the holder's.
"""

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from rtk.console.people import addresses, signup_flow
from rtk.console.people.models import User


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
            found = next((each for each in _unconfirmed(email, password) if each.check_password(password)), None)
        return found if found is not None and self.user_can_authenticate(found) else None


def _unconfirmed(email: str, password: str) -> Iterator[User]:
    """Yield the accounts that go by an address which they did not confirm.

    Where mail is sent, signing up makes none where the address has a holder: there it is the newest one alone, or as
    much work for nothing. Otherwise whoever signed up would learn by the time it takes whether that made one.
    """
    rows = EmailAddress.objects.filter(email=email.strip().lower(), verified=False).select_related("user")
    if not signup_flow.mails():
        yield from (row.user for row in rows.order_by("pk"))
    elif newest := rows.order_by("-pk").first():
        yield newest.user
    else:
        make_password(password)
