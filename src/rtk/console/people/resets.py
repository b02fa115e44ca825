"""Links to choose another password, each of which knows the address at which its mail is read.

Whoever comes by one has shown that they read the mail there, and nothing of the account's other addresses.
"""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from rtk.console.people.models import User


class ResetLinks(PasswordResetTokenGenerator):
    """Makes and checks the keys of links. Any change to the account's addresses, its password or its
    hands ends them."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        theirs = EmailAddress.objects.filter(user=user).order_by("email").values_list("email", flat=True)
        said = super()._make_hash_value(user, timestamp)
        return "|".join([said, user.read_at, str(user.generation), *theirs])

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return whether a key is good; `user.read_at` is from then on where its mail was read."""
        return any(self._is_of(user, email, token) for email in _confirmed(user))

    def _is_of(self, user: User, email: str, token: str | None) -> bool:
        user.read_at = email
        return super().check_token(user, token)


def _confirmed(user: User | None) -> list[str]:
    theirs = EmailAddress.objects.filter(user=user, user__is_active=True, verified=True)
    return list(theirs.values_list("email", flat=True))
