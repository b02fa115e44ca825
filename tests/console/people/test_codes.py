"""The forms for codes; what they refuse is in tests/attack/test_guessing.py."""

from allauth.mfa import app_settings
from allauth.utils import get_form_class

from rtk.console.people import codes


def test_allauth_takes_codes_by_our_forms() -> None:
    ours = {
        "activate_totp": codes.ActivateForm,
        "authenticate": codes.AuthenticateForm,
        "reauthenticate": codes.ReauthenticateForm,
    }
    for name, form in ours.items():
        assert get_form_class(app_settings.FORMS, name, None) is form
