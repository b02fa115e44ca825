"""Mail settings from a URL."""

import pytest

from rtk.console.mail import settings
from rtk.errors import BadInput


def test_without_a_url_mail_is_printed() -> None:
    assert settings("") == {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


def test_smtp_starts_tls_on_port_587_and_unquotes_what_is_in_it() -> None:
    made = settings("smtp://me%40example.org:p%2Fw@mail.example.org")
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("me@example.org", "p/w")
    assert (made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == (True, False)


def test_smtps_is_tls_from_the_start() -> None:
    made = settings("smtps://mail.example.org:1465")
    assert (made["EMAIL_PORT"], made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == (1465, False, True)


def test_tls_can_be_left_out_for_a_server_of_ones_own() -> None:
    assert settings("smtp://localhost:25?tls=no")["EMAIL_USE_TLS"] is False


@pytest.mark.parametrize("url", ["mail.example.org", "imap://x", "smtp://", "smtp://host:port", "smtp://host:99999"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match=r"RTK_MAIL_URL .*expected smtp://"):
        settings(url)
