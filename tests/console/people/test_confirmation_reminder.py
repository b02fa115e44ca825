"""Another mail to confirm an address, for whoever signs in by it."""

import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from rtk.console.people import confirmation_reminder
from tests.console.mails import nowhere
from tests.console.people.world import PASSWORD, World, new_browser


@pytest.fixture(autouse=True)
def _unconfirmed(world: World, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.filter(user=world.member).update(verified=False)


def sign_in(password: str) -> str:
    page = new_browser().post("/accounts/login/", {"login": "mary@example.org", "password": password})
    for thread in threading.enumerate():
        if thread.name == confirmation_reminder.THREAD:
            thread.join()
    return page.content.decode()


def test_the_right_password_sends_it_and_the_page_says_nothing_of_it() -> None:
    assert "is not confirmed yet" in sign_in(PASSWORD)
    [sent] = mail.outbox
    assert sent.to == ["mary@example.org"]
    assert "http://localhost:8000/accounts/confirm-email/" in str(sent.body)


def test_a_wrong_one_does_not() -> None:
    sign_in("wrong")
    assert mail.outbox == []


def test_a_mail_server_that_fails_is_a_line_in_the_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    nowhere(settings)
    assert "is not confirmed yet" in sign_in(PASSWORD)
    assert "RTK_MAIL_URL: [Errno 111] Connection refused" in caplog.text
