"""The pages of accounts that allauth brings: who may see them, in our own frame, and that none of them fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth import urls
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, reverse

from tests.console.people.world import World, new_browser, signed_in

# Pages for those who have not signed in; all others send them to sign in.
OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "openid_connect_login",
    "openid_connect_callback",
}
CLOSED = {
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "socialaccount_signup",
    "socialaccount_connections",
    "usersessions_list",
}
# Of allauth from 65.22 on: they would mail a code by which somebody shows once more who they are. Ours forbid it.
MAILED_CODES = {"account_request_reauthentication_code", "account_confirm_reauthentication_code"}
HOLDING: dict[str, dict[str, Any]] = {
    "account_confirm_email": {"key": "forged"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "forged-key"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
    "openid_connect_login": {"provider_id": "sso"},
    "openid_connect_callback": {"provider_id": "sso"},
}


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The names of all pages below some patterns."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def test_every_page_has_its_place_in_one_of_the_lists() -> None:
    assert set(names(urls.urlpatterns)) - MAILED_CODES == OPEN | CLOSED
    assert not OPEN & CLOSED


@pytest.mark.parametrize("name", sorted(MAILED_CODES & set(names(urls.urlpatterns))))
def test_nobody_shows_who_they_are_by_a_code_in_a_mail(world: World, name: str, mailoutbox: list[Any]) -> None:
    for method in ("get", "post"):
        assert getattr(signed_in(world.owner), method)(reverse(name)).status_code == 403
    assert mailoutbox == []


@pytest.mark.parametrize("name", sorted(CLOSED | MAILED_CODES & set(names(urls.urlpatterns))))
def test_a_closed_page_sends_whoever_has_not_signed_in_to_do_so(world: World, name: str) -> None:
    for method in ("get", "post"):
        answer = getattr(new_browser(), method)(reverse(name, kwargs=HOLDING.get(name)))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(OPEN | CLOSED))
def test_no_page_fails_for_anybody(world: World, name: str) -> None:
    for browser in (new_browser(), signed_in(world.owner)):
        for method in ("get", "post"):
            assert getattr(browser, method)(reverse(name, kwargs=HOLDING.get(name))).status_code < 500


@pytest.mark.parametrize("name", sorted(OPEN | CLOSED))
def test_each_page_is_in_our_own_frame(world: World, name: str) -> None:
    answer = signed_in(world.owner).get(reverse(name, kwargs=HOLDING.get(name)), follow=True)
    if answer["Content-Type"].startswith("text/html"):
        assert 'href="/static/pages/icon.svg"' in answer.content.decode()
