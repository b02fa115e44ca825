"""The forms by which people come in. What they answer never depends on whether an address has an account."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, SignupForm
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as SocialForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from rtk.console.people import addresses, closed, names, signup_flow
from rtk.console.people.models import NAME_LENGTH, User

Saved = tuple[User | None, HttpResponse | None]


class _ByAddress:
    """What both ways to sign up ask of an address."""

    def clean_email(self) -> str:
        """Who was invited signs up by the address that was invited."""
        email: str = super().clean_email()  # type: ignore[misc]  # of the form that this is mixed into
        invitation = signup_flow.invitation_of(context.request)
        if invitation is not None and invitation.email != email:
            raise ValidationError(f"The invitation is for {invitation.email}; sign up by that address.")
        return email

    def validate_unique_email(self, value: str) -> str:
        """An address that somebody confirmed gets a mail instead of an account; without mail, one that is nobody's."""
        mails = settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
        self.account_already_exists = mails and addresses.holder(value) is not None
        return value


class SignUpForm(_ByAddress, SignupForm):
    """Signing up, with a name; the address of an invitation is given."""

    name = forms.CharField(
        label="Your name", max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ("name", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invitation = signup_flow.invitation_of(context.request)
        if invitation is not None:
            self.fields["email"].initial = invitation.email
            self.fields["email"].widget.attrs["readonly"] = True

    def clean_name(self) -> str:
        """Refuse what is more than a name."""
        return names.one_line(self.cleaned_data["name"])

    def try_save(self, request: HttpRequest) -> Saved:
        """Make the account and use up the link that led here; else answer with the page that says why not."""
        email = self.cleaned_data["email"]
        try:
            if not self.account_already_exists:
                return signup_flow.admit(request, email, lambda: self.save(request)), None
            signup_flow.use_up(request, email)
        except closed.TurnedAway as away:
            return None, closed.page(request, away.why)
        make_password(self.cleaned_data["password1"])  # takes as long as an account would
        saved: Saved = super().try_save(request)
        return saved


class SocialSignUpForm(_ByAddress, SocialForm):
    """What the issuer did not tell of somebody who signs up by it: their address."""


class ResetForm(ResetPasswordForm):
    """A link to choose another password, for whoever confirmed the address; nobody else could have lost it."""

    def clean_email(self) -> str:
        """Find whose the address is; the page says the same of all."""
        email = str(get_adapter().clean_email(self.cleaned_data["email"].lower()))
        found = addresses.holder(email)
        self.users = [found] if found is not None and found.is_active else []
        for each in self.users:
            each.read_at = email
        return email
