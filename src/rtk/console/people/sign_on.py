"""The issuer as allauth has it: what it is asked, which no link chooses, and whose word an answer of it is.

allauth takes an ID token without its signature where the token endpoint itself gave it (OpenID Connect Core 1.0,
3.1.3.7): over that connection nobody else speaks. It looks at the token's issuer, audience and end. All else that such
a token must say is looked at here.
"""

import time
from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, get_random_string

SKEW_S = 60.0  # how far the issuer's clock may be ahead of ours
LONGEST_SUBJECT = 191  # characters that the table of connections has room for
_TEXTS = ("email", "name", "given_name", "family_name", "preferred_username", "picture", "user_id")
_BEGUN = (AuthProcess.LOGIN, AuthProcess.CONNECT)


class SignOnProvider(OpenIDConnectProvider):
    """The issuer of this console."""

    package = OpenIDConnectProvider.get_package()  # whose addresses it has
    pkce_enabled_default = True  # a code is of use to the browser alone that was sent for it

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Take from an address where it leads; it must not choose what the issuer is asked, or where that answers."""
        asked: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        process = asked["process"] if asked["process"] in _BEGUN else AuthProcess.LOGIN
        return {**asked, "process": process, "scope": self.get_scope(), "auth_params": self.get_auth_params()}

    def redirect(self, request: HttpRequest, process: str, **given: Any) -> HttpResponse:
        """Lead to the issuer, which is to repeat in its token a word that this browser alone was given."""
        nonce = get_random_string(32)
        asked = {**(given.pop("auth_params", None) or self.get_auth_params()), "nonce": nonce}
        answer: HttpResponse = super().redirect(request, process, auth_params=asked, nonce=nonce, **given)
        return answer

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> SocialLogin:
        """Return who came. Raises OAuth2Error where the issuer's answers do not belong to one person."""
        said, told = response.get("id_token"), response.get("userinfo")
        if not isinstance(said, dict):
            raise OAuth2Error("it gave no ID token; expected one of an OpenID Connect issuer")
        if why := _wrong(said, self.app.client_id):
            raise OAuth2Error(why)
        if told is not None and not (isinstance(told, dict) and told.get("sub") == said["sub"]):
            raise OAuth2Error("its user info is not about the person whom its ID token names")
        # A subject names somebody within its issuer: the person of a former issuer with the same one is another.
        same = SocialAccount.objects.filter(
            provider=self.sub_id, uid=said["sub"], extra_data__id_token__iss__isnull=False
        )
        same.exclude(extra_data__id_token__iss=said["iss"]).delete()
        plain = {part: _plain(each) for part, each in response.items() if isinstance(each, dict)}
        return super().sociallogin_from_response(request, plain)


def is_answer(sociallogin: SocialLogin) -> bool:
    """Return whether the token that came is the answer to what this browser was sent to ask."""
    said = sociallogin.account.extra_data.get("id_token", {}).get("nonce")
    return constant_time_compare(str(said), sociallogin.state.get("nonce") or "")


def connected(sociallogin: SocialLogin, user: Any) -> bool:
    """Return whether an account is connected to another person of the same issuer, as far as that is known."""
    issuer = sociallogin.account.extra_data.get("id_token", {}).get("iss")
    theirs = SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider)
    return bool(theirs.filter(extra_data__id_token__iss=issuer).exists())


def _wrong(said: dict[str, Any], client: str) -> str | None:
    """Why a token is not believed; the issuer, audience and end of one that has them are looked at before."""
    subject, now = said.get("sub"), time.time()
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return f"its ID token names nobody; expected a text of at most {LONGEST_SUBJECT} characters as 'sub'"
    times = (said.get("exp"), said.get("iat"), said.get("nbf", 0))
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in times):
        return "its ID token does not say since and until when it is good; expected 'iat' and 'exp'"
    if said["iat"] > now + SKEW_S or said.get("nbf", 0) > now + SKEW_S:
        return "its ID token is of the future; compare the clocks of both machines"
    if isinstance(said.get("aud"), list) and len(said["aud"]) > 1 and "azp" not in said:
        return "its ID token is for several clients and does not say for which it was made; expected 'azp'"
    if said.get("azp", client) != client:
        return "its ID token is for another client than this console"
    return None


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """What is told of somebody, without what is no text where allauth expects one.

    An address with letters that are no ASCII is nobody's word: in lower case some become the address of somebody else.
    """
    plain = {key: value for key, value in told.items() if key not in _TEXTS or isinstance(value, str)}
    return plain if plain.get("email", "").isascii() else {**plain, "email_verified": False}
