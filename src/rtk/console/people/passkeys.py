"""The forms for passkeys: what an authenticator answers is looked at as a whole before allauth takes it.

allauth and its library look at the challenge, the signature and the relying party. An origin is for them whatever has
its name below ours, whatever its port, a challenge is good as long as its session, and a counter says nothing. What
they cannot parse is a failure of theirs.
"""

import json
import struct
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from fido2.webauthn import AuthenticationResponse, CollectedClientData, RegistrationResponse

from rtk.console import limits, options
from rtk.console.people import names
from rtk.console.people.models import NAME_LENGTH, User

GOOD_S = 600.0  # for which a challenge may be answered
LONGEST = 16_384  # characters of an answer
_STATE, _BEGUN = "mfa.webauthn.state", "people-passkey"
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, OverflowError, struct.error)
_NO_PASSKEY = "This is no answer of a passkey: try again."


def note_challenge(request: HttpRequest) -> None:
    """Note when a session was given the challenge that it has."""
    state = request.session.get(_STATE) if request.session.modified else None
    if state and (request.session.get(_BEGUN) or [None])[0] != state["challenge"]:
        request.session[_BEGUN] = [state["challenge"], time.time()]


class _AnswerField(forms.JSONField):
    """An object that JSON, and the database, can hold."""

    def to_python(self, value: Any) -> Any:
        """Return it. Raises ValidationError for anything else."""
        if len(str(value)) > LONGEST:
            raise ValidationError(f"An answer of a passkey has at most {LONGEST:,} characters.")
        try:
            answer = super().to_python(value)
            text = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            raise ValidationError(_NO_PASSKEY) from None
        if not isinstance(answer, dict) or rb"\u0000" in text:
            raise ValidationError(_NO_PASSKEY)
        return answer

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002 - as Django calls it
        """Leave out of the form what was sent: the next answer is another."""
        return initial


class NewPasskeyForm(allauth_forms.AddWebAuthnForm):
    """A new passkey."""

    credential = _AnswerField(widget=forms.HiddenInput)
    user: User

    def clean_name(self) -> str:
        """Refuse what is more than a name."""
        return _name(super().clean_name())

    def clean_credential(self) -> dict[str, Any]:
        """Return what is kept of it, which is no more than is looked at later."""
        told: dict[str, Any] = self.cleaned_data["credential"]
        there = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).count()
        if there >= (most := options.limit(limits.PASSKEYS)):
            raise ValidationError(f"No more than {most:,} passkeys are possible for an account: remove one first.")
        try:
            answer = RegistrationResponse.from_dict(told)
            data = answer.response.attestation_object.auth_data.credential_data
            resident = told.get("clientExtensionResults", {}).get("credProps", {}).get("rk")
            kept = {key: told["response"][key] for key in ("clientDataJSON", "attestationObject")}
            names_it = {key: told[key] for key in ("id", "rawId", "type")}
        except _UNREADABLE:
            raise ValidationError(_NO_PASSKEY) from None
        if data is None or told.get("type") != "public-key" or not (resident is None or isinstance(resident, bool)):
            raise ValidationError(_NO_PASSKEY)
        _check_asked(answer.response.client_data)
        return {
            **names_it,
            "response": kept,
            "clientExtensionResults": {} if resident is None else {"credProps": {"rk": resident}},
        }

    def clean(self) -> dict[str, Any]:
        """Say of the whole form what is wrong with an answer, whose own field nobody sees."""
        cleaned: dict[str, Any] = super().clean()
        if wrong := self.errors.pop("credential", None):
            self.add_error(None, [str(each) for each in wrong])
        return cleaned


class PasskeyNameForm(allauth_forms.EditWebAuthnForm):
    """Another name for a passkey."""

    def clean_name(self) -> str:
        """Refuse what is more than a name."""
        return _name(self.cleaned_data["name"])


class _Shown:
    """What all forms by which somebody shows a passkey do."""

    cleaned_data: dict[str, Any]
    alone = False  # whether it is all that they show

    def clean_credential(self) -> Authenticator:
        """Return whose passkey it is."""
        self.cleaned_data["credential"] = {**self.cleaned_data["credential"], "clientExtensionResults": {}}  # not read
        try:
            answer = AuthenticationResponse.from_dict(self.cleaned_data["credential"])
        except _UNREADABLE:
            raise ValidationError(_NO_PASSKEY) from None
        _check_asked(answer.response.client_data)
        found: Authenticator = super().clean_credential()  # type: ignore[misc]  # of the form that this is mixed into
        # In place of a password its holder must have shown a PIN or a finger: the challenge may come from a page that
        # did not ask for those. A second factor alone is none.
        if self.alone and not answer.response.authenticator_data.is_user_verified():
            raise ValidationError(_NO_PASSKEY)
        if self.alone and found.wrap().is_passwordless is False:
            raise ValidationError("This passkey is a second factor: sign in with your password first.")
        _count(found, answer.response.authenticator_data.counter)
        return found


class PasskeyLoginForm(_Shown, allauth_forms.LoginWebAuthnForm):
    """A passkey in place of a password."""

    credential = _AnswerField(widget=forms.HiddenInput)
    alone = True


class SecondFactorPasskeyForm(_Shown, allauth_forms.AuthenticateWebAuthnForm):
    """A passkey beside a password."""

    credential = _AnswerField(widget=forms.HiddenInput)


class RenewingPasskeyForm(_Shown, allauth_forms.ReauthenticateWebAuthnForm):
    """A passkey to show again who one is."""

    credential = _AnswerField(widget=forms.HiddenInput)


def _name(name: str) -> str:
    if len(name) > NAME_LENGTH:
        raise ValidationError(f"The name has {len(name):,} characters; at most {NAME_LENGTH} are possible.")
    return names.one_line(name)


def _check_asked(client: CollectedClientData) -> None:
    """Refuse an answer to what another page, or a frame in one, asked, or that comes too late."""
    request = context.request
    public = urlsplit(settings.PUBLIC_URL)
    ours = {f"{public.scheme}://{public.netloc}", f"{request.scheme}://{request.get_host()}"}  # as for forms
    if client.origin not in ours or client.cross_origin is not False:
        raise ValidationError(_NO_PASSKEY)
    challenge, begun = request.session.get(_BEGUN) or ("", 0.0)
    state = request.session.get(_STATE) or {}
    if state.get("challenge") != challenge or not 0 <= time.time() - begun < GOOD_S:
        raise ValidationError("It took too long: try again.")


def _count(found: Authenticator, counter: int) -> None:
    """Refuse a passkey that signed less often than before: somebody has a copy of it. Those that do not count say 0."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=found.pk)
        before = kept.data.get("counter") or kept.wrap().authenticator_data.counter
        if before and counter <= before:
            raise ValidationError(
                "There is a copy of this passkey, which was used meanwhile: remove it from your profile."
            )
        if counter:
            kept.data["counter"] = counter
            kept.save(update_fields=["data"])
