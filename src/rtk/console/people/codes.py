"""The forms for codes of authenticator apps and recovery codes: counted before they are looked at, and good once.

allauth notes a used code for half a minute in a cache of each process. A code is good for longer than that, and on
every console.
"""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.totp.forms import ActivateTOTPForm

from rtk.console.people import attempts


class _Counted:
    """What both forms for codes do before and after allauth looks at one."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """Refuse a code that is wrong, used, or one too many."""
        counts = attempts.code(context.request, self.user)
        code: str = super().clean_code()  # type: ignore[misc]  # of the form that this is mixed into
        if not attempts.is_first_use(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        # Only now: a code that was used before counts like a wrong one.
        attempts.right(counts)
        return code


class ActivateForm(ActivateTOTPForm):
    """The code that shows that an app has the secret; it signs nobody in after that."""

    def clean_code(self) -> str:
        """Refuse a code that is wrong or used."""
        code: str = super().clean_code()
        if not attempts.is_first_use(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_Counted, forms.AuthenticateForm):
    """A code to sign in."""


class ReauthenticateForm(_Counted, forms.ReauthenticateForm):
    """A code to show again who one is."""
