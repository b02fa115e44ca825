"""Whether whoever sits at a browser showed lately that they are its user: what opens a new way in asks for that.

Signing in counts, and so does each reauthentication of allauth: by the password, a passkey, or a code. allauth asks
nothing of people who have only single sign-on; here they sign on at the issuer once more, which is asked to want
proof from them. An issuer that can tell when they gave it has to: what was given before does not count.
"""

import time
from enum import StrEnum
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from rtk.console import limits, options
from rtk.console.people.models import User

_SHOWN, _AGAIN = "people-shown", "people-again"
_SKEW_S = 60.0  # how far the issuer's clock may be behind ours
# By OpenID Connect: ask who it is even where somebody has just signed on.
_WANT_PROOF = {"prompt": "login", "max_age": "0"}


class Again(StrEnum):
    """What came of signing on at the issuer once more."""

    SHOWN = "shown"
    SOMEBODY_ELSE = "somebody-else"
    BEFORE = "before"
    UNTOLD = "untold"


_WORDS = {
    Again.SOMEBODY_ELSE: "You signed on as somebody else; sign on by the account that is connected to yours here.",
    Again.BEFORE: "You were signed on at the issuer already, and it asked you for nothing; sign out there first.",
    Again.UNTOLD: "The issuer did not say when you signed on, so it may have been long ago; sign out there first.",
}


def note(request: HttpRequest, user: User) -> None:
    """Note in the session that its user has shown who they are at this moment."""
    request.session[_SHOWN] = [str(user.pk), time.time()]


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """After signing in, by whatever way."""
    note(request, user)


def step_completed(request: HttpRequest, user: User, *, reauthenticated: bool = False, **_: Any) -> None:
    """After a step of allauth: one of a sign-in counts once the sign-in is complete."""
    if reauthenticated:
        note(request, user)


def minutes() -> int:
    """Return for how many minutes it counts."""
    return options.limit(limits.REAUTHENTICATION)


def is_recent(request: HttpRequest) -> bool:
    """Return whether the user of this session showed lately who they are."""
    shown = request.session.get(_SHOWN)
    if not isinstance(shown, list) or len(shown) != 2 or shown[0] != str(request.user.pk):
        return False
    return bool(0 <= time.time() - shown[1] < minutes() * 60)


def demand(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired, which leads to the page that asks, unless it was shown lately."""
    if not is_recent(request):
        raise ReauthenticationRequired


def connected(user: Any) -> SocialAccount | None:
    """Return the account of the issuer by which somebody can sign on once more."""
    there = {app.provider_id: app for app in get_adapter().list_apps(request=None)}
    return SocialAccount.objects.filter(user=user, provider__in=there).order_by("pk").first()


def leave(request: HttpRequest, account: SocialAccount, back: str) -> HttpResponse:
    """Lead to the issuer, which is to want proof whoever is signed on there, and then back."""
    provider = account.get_provider(request)
    claims = provider.get_oauth2_adapter(request).openid_config.get("claims_supported")
    tells = isinstance(claims, list) and "auth_time" in claims
    left = {_AGAIN: {"at": time.time(), "tells": tells}}
    asked = {**provider.get_auth_params(), **_WANT_PROOF}
    answer: HttpResponse = provider.redirect(
        request, process=AuthProcess.REDIRECT, next_url=back, data=left, auth_params=asked
    )
    return answer


def came_back(request: HttpRequest, sociallogin: SocialLogin, **_: Any) -> None:
    """After the issuer said who somebody is: it counts where that is what was asked."""
    left = (sociallogin.state.get("data") or {}).get(_AGAIN)
    if left is None or not isinstance(request.user, User):
        return
    said = sociallogin.account.extra_data.get("id_token") or {}
    shown = said.get("auth_time")
    if not sociallogin.is_existing or sociallogin.user != request.user:
        came = Again.SOMEBODY_ELSE
    elif isinstance(shown, int | float) and not isinstance(shown, bool):
        came = Again.SHOWN if shown >= left["at"] - _SKEW_S else Again.BEFORE
    else:  # an issuer that does not know this claim is taken at its word
        came = Again.UNTOLD if left["tells"] else Again.SHOWN
    if came is Again.SHOWN:
        note(request, request.user)
    else:
        messages.error(request, _WORDS[came])
