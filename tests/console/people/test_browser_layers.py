"""Layers for sessions: a call of the API without a cookie passes them by, and everything else goes through them."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from rtk.console.people.browser_layers import may_have_session
from tests.console.people.world import World

API, COOKIE = "/api/v1/organizations", {"HTTP_COOKIE": "rtk_session=x"}
MAKES = f"{API}/acme/teams/shop/objectives"


@pytest.mark.parametrize(
    ("path", "told", "may"),
    [
        (API, {}, False),
        (API, COOKIE, True),
        ("/accounts/login/", {}, True),
        ("/", COOKIE, True),
        ("/api/v2/", {}, True),
    ],
)
def test_only_a_call_of_the_api_without_any_cookie_has_no_session(path: str, told: dict[str, str], may: bool) -> None:
    request = HttpRequest()
    request.path_info, request.META = path, dict(told)
    assert may_have_session(request) is may


@pytest.mark.django_db
def test_who_is_signed_in_is_known_to_the_api_and_a_page_begins_with_the_token_of_its_form(world: World) -> None:
    browser = Client()
    browser.force_login(world.owner)
    assert browser.get(API).status_code == 200
    assert "rtk_csrf" in Client().get("/accounts/login/").cookies


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rtk_nothing"}])
def test_a_call_without_a_cookie_is_of_nobody_and_gets_none(headers: dict[str, str]) -> None:
    answer: Any = Client().post(MAKES, {"name": "x"}, content_type="application/json", headers=headers)
    assert (answer.status_code, dict(answer.cookies)) == (401, {})
    assert answer["X-Frame-Options"] == "DENY"
    assert not hasattr(answer.wsgi_request, "session")


@pytest.mark.django_db
def test_a_forged_call_with_a_session_is_refused_as_before(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.owner)
    assert browser.post(MAKES, {"name": "x"}, content_type="application/json").status_code == 403
