"""What allauth asks us: who may sign up, which addresses are trusted, how a user is filled in."""

import logging
from functools import partial
from typing import Any, ClassVar, NoReturn

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from rtk.console import links
from rtk.console.people import (
    addresses,
    attempts,
    closed,
    confirmation_reminder,
    entrants,
    mailing,
    names,
    passwords,
    reauthentication,
    sign_in_link,
    sign_on,
    signup_flow,
)
from rtk.console.people.closed import Closed, TurnedAway
from rtk.console.people.models import User

logger = logging.getLogger(__name__)


def _may_sign_up(request: HttpRequest) -> bool:
    try:
        return signup_flow.may_sign_up(request)
    except TurnedAway as away:
        raise ImmediateHttpResponse(closed.page(request, away.why)) from None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts with an address and a password."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The address or the password is not right, or the address is not confirmed yet.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up is for the invited and the first, unless it is open."""
        return _may_sign_up(request)

    def clean_email(self, email: str) -> str:
        """Addresses are in lower case."""
        return str(super().clean_email(email)).lower()

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Of two who confirm an address at the same moment it is the first one's."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            messages.error(request, f"{email_address.email} was confirmed for another account.")
            return False

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep the name that was given, here or by the issuer, and the password as `passwords` looks at it."""
        user.name = form.cleaned_data.get("name", user.name)
        typed = form.cleaned_data.pop("password1", None)  # allauth would hash it once more
        saved: User = super().save_user(request, user, form, commit=False)
        if typed:
            form.cleaned_data["password1"] = typed
            saved.password = passwords.of_address(saved.email, typed)
        if commit:
            saved.save()
        return saved

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Count a password before it is looked at; one that is right counts no more. Raises TooMany.

        By an address that has to be confirmed first nobody comes in, and a page says the same as of a wrong password:
        whoever signed up by somebody's address must not learn by it whether that made an account.
        """
        email = credentials.get("email", "")
        counts = attempts.password(request, email)
        user: Any = super().authenticate(request, **credentials)
        if user is None or addresses.holder(email) == user or not signup_flow.mails():
            attempts.right(counts if user else ())
            return user
        confirmation_reminder.confirm(request, user, email)
        return None

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Count the password of whoever is signed in before it is looked at. Raises TooMany."""
        counts = attempts.own_password(context.request, user)
        right = bool(user.check_password(password))
        attempts.right(counts if right else ())
        return right

    def pre_login(self, request: HttpRequest, user: Any, **given: Any) -> HttpResponse | None:
        """Note who is on the way in, whatever else is asked of them."""
        answer: HttpResponse | None = super().pre_login(request, user, **given)
        if answer is None:
            entrants.note(request, user)
            sign_in_link.forget(request)
        return answer

    def login(self, request: HttpRequest, user: Any) -> None:
        """Let somebody in, unless the account or the link they came by changed while they were on the way."""
        if not user.is_active or not entrants.is_one(request, user):
            messages.error(request, "Your password or your account changed meanwhile: sign in again.")
            raise ImmediateHttpResponse(redirect("account_login"))
        with transaction.atomic():  # signing in uses the link up
            if sign_in_link.is_used(request, user):
                messages.error(request, "The link by which you came was used meanwhile: sign in again.")
                raise ImmediateHttpResponse(redirect("account_login"))
            super().login(request, user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it, or say that it could not be sent: to whoever waits for it, and why in one line of the log.

        allauth takes its addresses from the request, whose host is whatever its sender wrote. Raises TooMany.
        """
        if template_prefix in mailing.ASKED_FOR:
            mailing.asked_for(self.request, email)
        ours = {key: links.public(value) if key.endswith("_url") else value for key, value in context.items()}
        try:
            super().send_mail(template_prefix, email, {**ours, "current_site": mailing.Site(settings.PUBLIC_URL)})
        except OSError as error:  # smtplib's errors are of this kind
            logger.warning(
                "no mail could be sent by the server of RTK_MAIL_URL: %s", " ".join(str(error).split())[:500]
            )
            messages.warning(self.request, "No mail could be sent; tell the administrator of this console.")

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:  # noqa: ARG002 - whichever app asks
        """Ask everybody whose last sign-in is too long ago; allauth asks nobody who has only single sign-on."""
        reauthentication.demand(context.request)
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """Password and second factors, and the issuer for whom it is connected to; a page that says so without any."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and (not methods or reauthentication.connected(user)):
            url = reverse("people:sign-on-again")
            methods.append({"id": "issuer_reauthenticate", "description": "Use single sign-on", "url": url})
        return methods

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom attempts are counted for; where fewer proxies came before us than were named, the last of them."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            logger.warning("X-Forwarded-For has fewer addresses than RTK_TRUSTED_PROXIES says; it is not believed")
            return str(request.META["REMOTE_ADDR"])

    def is_safe_url(self, url: str | None) -> bool:
        """Whether `next` leads to a page of ours; what is no address at all, such as `//[`, leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def format_email_subject(self, subject: str) -> str:
        """Subjects say where they come from without naming a host."""
        return f"[Reliability Toolkit] {subject}"


class SocialAdapter(DefaultSocialAccountAdapter):
    """Accounts of an OpenID Connect issuer."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """The same rule; an invitation counts for its own address only."""
        invitation = signup_flow.invitation_of(request)
        if invitation is not None and settings.SIGN_UP != "open":
            return bool(invitation.email == sociallogin.user.email)
        return _may_sign_up(request)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find or make the account of whoever comes by the issuer, where allauth would go by unconfirmed addresses."""
        if not sign_on.is_answer(sociallogin):
            self._nothing_told("its ID token is no answer to what this browser was sent to ask")
        vouched = [address.email for address in sociallogin.email_addresses if address.verified]
        if sociallogin.is_existing:
            for email in vouched:
                signup_flow.confirmed(sociallogin.user, email)
        # Who connects the issuer to their own account, or shows once more who they are, is given no other account.
        elif sociallogin.state.get("process") == AuthProcess.LOGIN:
            theirs = next(filter(None, map(addresses.holder, vouched)), None)
            email = sociallogin.user.email
            if theirs is not None and theirs.is_active:
                if sign_on.connected(sociallogin, theirs):
                    raise ImmediateHttpResponse(closed.page(request, Closed.CONNECTED_TO_ANOTHER))
                try:
                    with transaction.atomic():
                        sociallogin.connect(request, theirs)
                except IntegrityError:
                    raise ImmediateHttpResponse(closed.page(request, Closed.MADE_MEANWHILE)) from None
            elif email and addresses.holder(email) is None and self.is_open_for_signup(request, sociallogin):
                self.save_user(request, sociallogin)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account and use up the link that led here."""
        email = form.cleaned_data["email"] if form else sociallogin.user.email
        make = partial(super().save_user, request, sociallogin, form)
        try:
            return signup_flow.admit(request, email, make)
        except TurnedAway as away:
            raise ImmediateHttpResponse(closed.page(request, away.why)) from None

    def get_requests_session(self) -> requests.Session:
        """What the issuer is asked with."""
        # Loaded by who asks: what reads tokens and certificates took half of the time of a console's first page.
        from rtk.console.people.oidc_http import Asking

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
        logger.warning("the issuer signed nobody in: %s", " ".join(str(exception or told or error).split())[:500])

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over the name, in lower case the address, and for its own domains the issuer's word for addresses."""
        authoritative = sociallogin.provider.app.settings.get("domains", ())
        for address in sociallogin.email_addresses:
            said = str(address.verified).lower() == "true"  # some issuers say it as text
            address.verified = said and addresses.domain_of(address.email) in authoritative
        user: User = super().populate_user(request, sociallogin, data)
        parts = data.get("name") or " ".join(filter(None, [data.get("first_name"), data.get("last_name")]))
        user.name, user.email = names.cleaned(str(parts or "")), user.email.lower()
        return user
