"""Mail settings from a URL."""

from typing import Any

import pytest
from django.core.mail import EmailMessage

from rtk.console import mail
from rtk.errors import BadInput
from tests.console.mails import MEMORY, through


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a URL makes of a mail server, whichever way the Django that is here wants to have it."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(mail, "through", lambda backend, **options: kept.update(backend=backend, **options))
    return kept


def test_without_a_url_mail_is_printed(given: dict[str, Any]) -> None:
    mail.settings("")
    assert given == {"backend": "django.core.mail.backends.console.EmailBackend"}


def test_smtp_starts_tls_on_port_587_and_unquotes_what_is_in_it(given: dict[str, Any]) -> None:
    mail.settings("smtp://me%40example.org:p%2Fw@mail.example.org")
    assert (given["host"], given["port"]) == ("mail.example.org", 587)
    assert (given["username"], given["password"]) == ("me@example.org", "p/w")
    assert (given["use_tls"], given["use_ssl"], given["timeout"]) == (True, False, 10)


def test_smtps_is_tls_from_the_start(given: dict[str, Any]) -> None:
    mail.settings("smtps://mail.example.org:1465")
    assert (given["port"], given["use_tls"], given["use_ssl"]) == (1465, False, True)


def test_tls_can_be_left_out_for_a_server_of_ones_own(given: dict[str, Any]) -> None:
    mail.settings("smtp://localhost:25?tls=no")
    assert given["use_tls"] is False


@pytest.mark.parametrize("url", ["mail.example.org", "imap://x", "smtp://", "smtp://host:port", "smtp://host:99999"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match=r"RTK_MAIL_URL .*expected smtp://"):
        mail.settings(url)


def test_django_reads_every_option_of_a_mail_server(settings: Any) -> None:
    for name, value in mail.settings("smtps://me:pw@127.0.0.1:1").items():
        setattr(settings, name, value)
    with pytest.raises(ConnectionRefusedError):
        EmailMessage("subject", "text", to=["a@example.org"]).send()


def test_mail_that_is_only_printed_is_not_sent(settings: Any) -> None:
    through(settings, mail.ONLY_PRINTED)
    assert not mail.is_sent()
    through(settings, MEMORY)
    assert mail.is_sent()
