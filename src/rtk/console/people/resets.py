"""Links to choose another password, each of which knows the address at which its mail is read.

Whoever comes by one has shown that they read the mail there, and nothing of the account's other addresses.
"""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from rtk.console.people.models import User

_signer = Signer(salt="rtk.people.resets")


class ResetLinks(PasswordResetTokenGenerator):
    """Makes and checks the keys of links: Django's own, and a seal on what Django knows nothing of.

    Any change to the account's addresses, its password or its hands ends them.
    """

    def make_token(self, user: Any) -> str:
        """Return a key of an account, for `user.read_at`."""
        key = super().make_token(user)
        return f"{key}-{_seal(key, user, user.read_at)}"

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return whether a key is good; `user.read_at` is from then on where its mail was read."""
        key, _, seal = (token or "").rpartition("-")
        if not super().check_token(user, key):
            return False
        theirs = EmailAddress.objects.filter(user=user, user__is_active=True, verified=True)
        for email in theirs.values_list("email", flat=True):
            if constant_time_compare(seal, _seal(key, user, email)):
                user.read_at = email
                return True
        return False


def _seal(key: str, user: User, read_at: str) -> str:
    theirs = EmailAddress.objects.filter(user=user).order_by("email").values_list("email", flat=True)
    return _signer.signature("|".join([key, read_at, str(user.generation), *theirs])).replace(
        "-", "_"
    )  # which parts it from the key
