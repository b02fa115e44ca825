"""The link of whoever runs the console: it lets one user in, once and soon."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import SESSION_KEY
from django.core import signing
from django.test import Client

from rtk.console.people import sign_in_link
from rtk.console.people.models import AuditEntry, User
from rtk.errors import BadInput
from tests.console.people.world import PASSWORD, World, new_browser

CODE = "/accounts/2fa/authenticate/"


def path_of(link: str) -> str:
    return link.removeprefix("http://localhost:8000")


def test_it_signs_its_user_in_and_leads_where_it_should(world: World, client: Client) -> None:
    answer = client.get(path_of(sign_in_link.link("Alice@Example.org", "/acme/shop/people")))
    assert (answer.status_code, answer["Location"]) == (302, "/acme/shop/people")
    assert client.get("/acme/shop/people").status_code == 200
    assert AuditEntry.objects.filter(action="user.signed-in").exists()


def test_it_works_once(world: World, client: Client) -> None:
    link = path_of(sign_in_link.link("alice@example.org"))
    assert client.head(link).status_code == 405
    assert client.get(link).status_code == 302
    again = new_browser().get(link)
    assert again.status_code == 410
    assert "rtk sign-in-link" in again.content.decode()


def test_who_is_signed_in_already_is_led_on_by_a_used_one(world: World, client: Client) -> None:
    first, second = (path_of(sign_in_link.link("alice@example.org", "/acme/shop/people")) for _ in "12")
    assert client.get(first).status_code == 302
    again = client.get(second)
    assert (again.status_code, again["Location"]) == (302, "/acme/shop/people")
    assert client.get(second.partition("?")[0])["Location"] == "/"


def test_it_works_for_ten_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link = path_of(sign_in_link.link("alice@example.org"))
    later = datetime.now(UTC) + timedelta(seconds=sign_in_link.GOOD_FOR_S + 1)
    monkeypatch.setattr(signing.time, "time", later.timestamp)  # type: ignore[attr-defined]  # where it is asked
    assert new_browser().get(link).status_code == 410


def test_it_leads_to_no_other_site(world: World, client: Client) -> None:
    answer = client.get(path_of(sign_in_link.link("alice@example.org", "https://evil.example/")))
    assert urlsplit(answer["Location"]).netloc == ""


def test_a_second_factor_is_asked_for_all_the_same(world: World, client: Client) -> None:
    TOTP.activate(world.owner, generate_totp_secret())
    RecoveryCodes.activate(world.owner)
    answer = client.get(path_of(sign_in_link.link("alice@example.org")))
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/acme/shop/people").status_code == 302


def test_of_several_who_opened_it_before_a_code_was_given_one_comes_in(world: World) -> None:
    TOTP.activate(world.owner, generate_totp_secret())
    codes = RecoveryCodes.activate(world.owner).get_unused_codes()
    link, first, second = path_of(sign_in_link.link("alice@example.org")), new_browser(), new_browser()
    for each in (first, second):
        assert each.get(link)["Location"].startswith(CODE)
    assert first.post(CODE, {"code": codes[0]}).status_code == 302
    refused = second.post(CODE, {"code": codes[1]}, follow=True)
    assert "was used meanwhile" in refused.content.decode()
    assert second.get(CODE).status_code == 302
    for each, status in ((first, 200), (second, 302)):
        assert each.get("/acme/shop/people").status_code == status
    second.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD})
    second.post(CODE, {"code": codes[2]})
    assert second.get("/acme/shop/people").status_code == 200  # by the password all the same


@pytest.mark.parametrize("key", ["x", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA:1:x", "é:1:x", ":::"])
def test_a_forged_one_lets_nobody_in(world: World, client: Client, key: str) -> None:
    assert client.get(f"/sign-in/{key}").status_code == 410


def test_one_of_a_user_lets_no_other_in(world: World, client: Client) -> None:
    hers, his = (sign_in_link.link(f"{name}@example.org").rpartition("/sign-in/")[2] for name in ("alice", "adam"))
    mixed = hers.partition(":")[0] + his[his.index(":") :]
    assert client.get(f"/sign-in/{mixed}").status_code == 410


def test_nobody_is_let_in_who_is_not_a_user(world: World) -> None:
    with pytest.raises(BadInput, match="there is no user nobody@"):
        sign_in_link.link("nobody@example.org")
    world.owner.is_active = False
    world.owner.save()
    with pytest.raises(BadInput, match="is disabled; 'rtk users enable'"):
        sign_in_link.link("alice@example.org")


def test_of_several_who_go_by_an_address_it_is_the_one_who_confirmed_it(world: World, client: Client) -> None:
    User.objects.create_user("alice@example.org")
    client.get(path_of(sign_in_link.link("alice@example.org")))
    assert client.session[SESSION_KEY] == str(world.owner.pk)


def test_of_several_who_did_not_confirm_it_one_is_named_by_their_id(world: World, client: Client) -> None:
    other = User.objects.create_user("alice@example.org")
    EmailAddress.objects.update(verified=False)
    with pytest.raises(BadInput, match=rf"several users go by alice@example\.org .* {world.owner.pk} \(Alice\)"):
        sign_in_link.link("alice@example.org")
    client.get(path_of(sign_in_link.link(str(other.pk))))
    assert client.session[SESSION_KEY] == str(other.pk)
