"""Nobody makes the console mail an address of their own: every one begins with RTK_PUBLIC_URL."""

import re
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from rtk.console.safety import Chosen, allowed_hosts
from tests.console.live import console_of_nobody
from tests.console.people.world import World, person, signed_in

PUBLIC, THEIRS = "https://rtk.example.org", "evil.example.net"
_ADDRESS = re.compile(r"(?:https?:)?//[^\s]+")


@pytest.fixture(autouse=True)
def _reached_by_another_name(settings: Any) -> None:
    """A proxy that passes on whatever Host it gets, and a console that its operator lets answer under that name."""
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = PUBLIC, ["rtk.example.org", THEIRS]
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.SIGN_UP = "mandatory", "open"


def only_ours(mail: EmailMessage) -> bool:
    """Whether a mail names no host but ours, and has an address at all."""
    text = f"{mail.subject}\n{mail.body}"
    found = _ADDRESS.findall(text)
    return bool(found) and THEIRS not in text and all(each.startswith(PUBLIC) for each in found)


def test_a_link_to_reset_a_password_never_leads_to_the_host_of_the_request(
    world: World, mailoutbox: list[EmailMessage]
) -> None:
    answer = Client(headers={"host": THEIRS}).post("/accounts/password/reset/", {"email": world.owner.email})
    assert answer.status_code == 302
    [mail] = mailoutbox
    assert only_ours(mail)
    [link] = re.findall(rf"{PUBLIC}(/accounts/password/reset/key/\S+)", str(mail.body))
    assert Client(headers={"host": "rtk.example.org"}).get(link, follow=True).status_code == 200


def test_nor_does_the_mail_to_an_address_without_an_account(db: None, mailoutbox: list[EmailMessage]) -> None:
    Client(headers={"host": THEIRS}).post("/accounts/password/reset/", {"email": "nobody@example.org"})
    [mail] = mailoutbox
    assert only_ours(mail)
    assert f"{PUBLIC}/accounts/signup/" in str(mail.body)


@pytest.mark.parametrize("name", ["new", "known"])  # allauth mails one address once in three minutes
def test_nor_do_the_mails_of_a_sign_up(db: None, mailoutbox: list[EmailMessage], name: str) -> None:
    person("Known")
    typed = {
        "name": "New",
        "email": f"{name}@example.org",
        "password1": "a long one of mine",
        "password2": "a long one of mine",
    }
    Client(headers={"host": THEIRS}).post("/accounts/signup/", typed)
    [mail] = mailoutbox
    assert only_ours(mail)


def test_nor_does_the_mail_that_confirms_an_address(world: World, mailoutbox: list[EmailMessage]) -> None:
    EmailAddress.objects.create(user=world.member, email="more@example.org", verified=False)
    browser = signed_in(world.member)
    browser.post("/accounts/email/", {"action_send": "", "email": "more@example.org"}, headers={"host": THEIRS})
    [mail] = mailoutbox
    assert only_ours(mail)


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-forwarded-server"])
def test_nor_does_any_header_that_proxies_set(world: World, mailoutbox: list[EmailMessage], header: str) -> None:
    sent = {"host": "rtk.example.org", header: f"host={THEIRS}" if header == "forwarded" else THEIRS}
    Client(headers=sent).post("/accounts/password/reset/", {"email": world.owner.email})
    [mail] = mailoutbox
    assert only_ours(mail)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]", THEIRS])
def test_a_console_that_others_reach_answers_no_page_under_the_name_of_their_own_machine(
    db: None, settings: Any, host: str
) -> None:
    chosen = Chosen("0.0.0.0", PUBLIC, "k" * 50, debug=False, insecure_cookies=False, further_hosts="")
    settings.ALLOWED_HOSTS = allowed_hosts(chosen)
    assert Client(headers={"host": host}).get("/accounts/login/").status_code == 400
    assert Client(headers={"host": "rtk.example.org"}).get("/accounts/login/").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_a_load_balancer_may_still_ask_by_address_how_it_is(committed: None, settings: Any, path: str) -> None:
    settings.ALLOWED_HOSTS = ["rtk.example.org"]
    with console_of_nobody() as url:
        assert requests.get(f"{url}{path}", headers={"Host": "10.0.0.7:8000"}, timeout=60).status_code == 200
        assert requests.get(f"{url}{path}y", headers={"Host": "10.0.0.7:8000"}, timeout=60).status_code == 400
