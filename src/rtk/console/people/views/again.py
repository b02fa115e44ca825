"""Showing once more who one is: by the issuer, where nothing else is there, and before a first password is set."""

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.views import ReauthenticateView, password_set
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from rtk.console.people import reauthentication
from rtk.console.people.pages import SHOWS


class NothingToFillIn(forms.Form):
    """A button."""

    def __init__(self, *given: Any, user: Any, **named: Any) -> None:  # noqa: ARG002 - allauth asks its user for more
        super().__init__(*given, **named)


@method_decorator([require_http_methods([*SHOWS, "POST"]), login_required], name="dispatch")
class SignOnAgain(ReauthenticateView):
    """Leads to the issuer and, once it has said who somebody is, on to what they were about to do."""

    form_class = NothingToFillIn
    template_name = "people/sign-on-again.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer to sign on again; whoever has done so goes on."""
        if reauthentication.is_recent(request):
            return self.form_valid(self.get_form())
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Go on, or first to the issuer."""
        account = self._account()
        if account is not None and not reauthentication.is_recent(self.request):
            return reauthentication.leave(self.request, account, self.request.get_full_path())
        if not reauthentication.is_recent(self.request):
            return cast("HttpResponse", self.form_invalid(form))
        # As of any way to show who one is; `ReauthenticateView` itself would note that a password was given.
        return cast("HttpResponse", super(ReauthenticateView, self).form_valid(form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Beside allauth's: the issuer that is asked, if any is."""
        account = self._account()
        issuer = account.get_provider(self.request).name if account else ""
        return {**super().get_context_data(**kwargs), "issuer": issuer, "lasts": reauthentication.minutes()}

    def _account(self) -> SocialAccount | None:
        return reauthentication.connected(self.request.user)


@login_required
def set_password(request: HttpRequest) -> HttpResponse:
    """allauth's page for a first password, which is a new way in; a password that came too late is kept nowhere."""
    if request.method == "POST" and not reauthentication.is_recent(request):
        return redirect("account_set_password")
    answer: HttpResponse = reauthentication_required(password_set)(request)
    return answer
