"""Confirming an address by the link in a mail.

Whoever reads the mail need not be whoever typed the address: somebody else may have signed up by it, or put it into an
account of theirs. Who confirms therefore shows that the account is theirs as well: by the browser in which they signed
up or signed in, or by its password.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmEmailView
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from rtk.console.people import entrants
from rtk.console.people.models import User
from rtk.console.people.pages import status


class ConfirmPasswordForm(forms.Form):
    """The password of the account that an address is confirmed for."""

    password = forms.CharField(
        label="Password of the account", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """Compare it. Raises TooMany."""
        password = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self._user, password):
            raise ValidationError("This is not the password of the account; nothing was confirmed.")
        return password


@method_decorator(never_cache, name="dispatch")
class Confirm(ConfirmEmailView):
    """The page of the link."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm the address, for whoever the account is of."""
        self.object = self.get_object()
        user: User = self.object.email_address.user
        if not _is_theirs(request, user):
            form = ConfirmPasswordForm(request.POST, user=user)
            if not form.is_valid():
                told = self.get_context_data(form=form)
                return render(request, self.template_name, told, status=status(form))
            entrants.note(request, user)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def logout_other_user(self, confirmation: Any) -> None:
        """Sign out whoever else is signed in once the address is confirmed; allauth does so when the page is opened."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Beside allauth's: the form for the password, where it is needed."""
        there: dict[str, Any] = super().get_context_data(**kwargs)
        if self.object and not _is_theirs(self.request, user := self.object.email_address.user):
            there.setdefault("form", ConfirmPasswordForm(user=user))
            there["has_password"] = user.has_usable_password()
        return there


def _is_theirs(request: HttpRequest, user: User) -> bool:
    return bool(request.user == user) or entrants.is_one(request, user)
