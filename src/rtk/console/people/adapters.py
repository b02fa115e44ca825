"""What allauth asks us: who may sign up, which addresses are trusted, how a user is filled in."""

import logging
from typing import Any, NamedTuple, NoReturn

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import HttpRequest

from rtk.console import links
from rtk.console.people import arrivals
from rtk.console.people.asking import Asking
from rtk.console.people.models import NAME_LENGTH, User

_log = logging.getLogger(__name__)


class Site(NamedTuple):
    """What the mails of allauth call this console, and the address that they give for it."""

    domain: str
    name: str = "Reliability Toolkit"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts with an address and a password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up is for the invited and the first, unless it is open."""
        return arrivals.may_sign_up(request)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The address of an invitation needs no mail of its own."""
        return arrivals.trusts_address(request, email) or bool(super().is_email_verified(request, email))

    def clean_email(self, email: str) -> str:
        """Who was invited signs up by the address that was invited."""
        email = str(super().clean_email(email)).lower()
        invitation = None if self.request.user.is_authenticated else arrivals.invitation_of(self.request)
        if invitation is not None and invitation.email != email:
            raise ValidationError(f"The invitation is for {invitation.email}; sign up by that address.")
        return email

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep the name that was given."""
        user.name = form.cleaned_data.get("name", "")
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it, or say that it could not be sent: to whoever waits for it, and why in one line of the log.

        allauth takes its addresses from the request, whose host is whatever its sender wrote.
        """
        ours = {key: links.public(value) if key.endswith("_url") else value for key, value in context.items()}
        try:
            super().send_mail(template_prefix, email, {**ours, "current_site": Site(settings.PUBLIC_URL)})
        except OSError as error:  # smtplib's errors are of this kind
            _log.warning("no mail could be sent by the server of RTK_MAIL_URL: %s", " ".join(str(error).split())[:500])
            messages.warning(self.request, "No mail could be sent; tell the administrator of this console.")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom attempts are counted for; where fewer proxies came before us than were named, the last of them."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            _log.warning("X-Forwarded-For has fewer addresses than RTK_TRUSTED_PROXIES says; it is not believed")
            return str(request.META["REMOTE_ADDR"])

    def format_email_subject(self, subject: str) -> str:
        """Subjects say where they come from without naming a host."""
        return f"[Reliability Toolkit] {subject}"


class SocialAdapter(DefaultSocialAccountAdapter):
    """Accounts of an OpenID Connect issuer."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """The same rule; an invitation counts for its own address only."""
        invitation = arrivals.invitation_of(request)
        if invitation is not None and settings.SIGN_UP != "open":
            return bool(invitation.email == sociallogin.user.email.lower())
        return arrivals.may_sign_up(request)

    def get_requests_session(self) -> requests.Session:
        """What the issuer is asked with."""
        return Asking(self._nothing_told)

    def _nothing_told(self, why: str) -> NoReturn:
        provider = self.get_provider(self.request, "sso")
        raise ImmediateHttpResponse(render_authentication_error(self.request, provider, exception=OAuth2Error(why)))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,  # noqa: ARG002 - there is one issuer, whichever allauth names
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 - as allauth calls it
    ) -> None:
        """Log in one line why the issuer did not sign somebody in; their page tells no more than that."""
        told = " ".join(filter(None, [request.GET.get("error"), request.GET.get("error_description")]))
        _log.warning("the issuer signed nobody in: %s", " ".join(str(exception or told or error).split())[:500])

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take over the name and, in lower case, the address."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = data.get("name") or " ".join(filter(None, [data.get("first_name"), data.get("last_name")]))
        user.name, user.email = str(parts or "")[:NAME_LENGTH], user.email.lower()
        return user
