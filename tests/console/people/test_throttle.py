"""Which pages count what is sent to them."""

from allauth import urls

from rtk.console.people import throttle
from rtk.console.people import urls as people
from tests.console.people.test_account_pages import MAILED_CODES, names

# These let nobody in, and tell nothing that is not known: they change what belongs to whoever is signed in, take mails
# that are counted when they are sent, or go on with a sign-on that was counted where it began.
UNCOUNTED = {
    "account_email",
    "account_email_verification_sent",
    "account_inactive",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_set_password",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "socialaccount_connections",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "usersessions_list",
}


def test_every_page_of_accounts_counts_or_has_a_reason_not_to() -> None:
    counted = {name for name in {*throttle.SENT, *throttle.OPENED} if not name.startswith("people:")}
    assert set(names(urls.urlpatterns)) - MAILED_CODES == UNCOUNTED | counted
    assert not UNCOUNTED & counted


def test_every_link_of_people_that_is_counted_is_one() -> None:
    there = {f"people:{name}" for name in names(people.urlpatterns)}
    assert {name for name in throttle.OPENED if name.startswith("people:")} <= there
