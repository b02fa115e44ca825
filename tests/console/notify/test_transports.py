"""One try by each way, to real receivers."""

import json
import re
import time
from email.header import decode_header, make_header
from typing import Any
from uuid import uuid4

import pytest

from rtk.console.mail import SMTP
from rtk.console.notify.encryption import secret_of
from rtk.console.notify.hmac_signature import signature
from rtk.console.notify.message import Message
from rtk.console.notify.services import SERVICES, Service
from rtk.console.notify.transports import Letter, deliver
from rtk.console.notify.undelivered import Undelivered
from tests.console.mails import through
from tests.console.notify.receivers import MailReceiver, WebReceiver

TEXT = "It failed.\n\nTeam: Acme / Shop"
MESSAGE = Message(
    uuid4(),
    "run.ended",
    "Checkout: fail",
    TEXT,
    b'{"event": "run.ended"}',
    "Run of “Checkout”: fail",
    f"Mailed: {TEXT}",
)


def letter(kind: str, address: str) -> Letter:
    return Letter(uuid4(), kind, address, MESSAGE)


@pytest.fixture
def mailing(mail_server: MailReceiver, settings: Any) -> MailReceiver:
    """Django, set up to mail by the server."""
    host, port = mail_server.server_address[:2]
    through(settings, SMTP, host=host, port=port)
    return mail_server


@pytest.mark.usefixtures("own_network")
def test_a_webhook_is_signed_and_says_what_it_is(web: WebReceiver) -> None:
    sent = letter("webhook", web.url)
    deliver(sent)
    [came] = web.came
    stamp = int(came.headers["Rtk-Timestamp"])
    assert came.headers["Rtk-Signature"] == signature(secret_of(sent.recipient), stamp, came.body)
    assert abs(stamp - time.time()) < 60
    assert (came.headers["Rtk-Event"], came.headers["Rtk-Notification"]) == ("run.ended", str(MESSAGE.id))
    assert json.loads(came.body) == {"event": "run.ended"}


def test_a_webhook_does_not_call_this_machine_unless_a_setting_says_so(web: WebReceiver) -> None:
    with pytest.raises(Undelivered, match="own network"):
        deliver(letter("webhook", web.url))
    assert web.came == []


def test_mail_is_sent(mailing: MailReceiver) -> None:
    deliver(letter("email", "ops@example.org"))
    [came] = mailing.came
    [subject] = re.findall(r"^Subject: (.*(?:\n .*)*)$", came, re.MULTILINE)
    assert str(make_header(decode_header(subject))) == "[Reliability Toolkit] Run of “Checkout”: fail"
    assert "To: ops@example.org\n" in came
    assert f"Message-ID: <{MESSAGE.id}@" in came
    assert "Auto-Submitted: auto-generated\n" in came
    assert came.endswith("\n\nMailed: It failed.\n\nTeam: Acme / Shop\n")


def test_mail_that_is_not_taken_is_told_without_its_address(mailing: MailReceiver) -> None:
    mailing.refusing = True
    with pytest.raises(Undelivered, match=r"did not take it \(SMTPRecipientsRefused\)"):
        deliver(letter("email", "ops@example.org"))


def test_a_mail_server_that_is_away_is_told(mailing: MailReceiver, settings: Any) -> None:
    mailing.shutdown()
    mailing.server_close()
    with pytest.raises(Undelivered, match=r"did not take it \(ConnectionRefusedError\)"):
        deliver(letter("email", "ops@example.org"))


def test_a_service_is_told_through_apprise(web: WebReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVICES, "json", Service("JSON", "custom_json", "NotifyJSON"))
    deliver(letter("service", f"json://127.0.0.1:{web.server_port}/"))
    assert json.loads(web.came[0].body)["title"] == "Checkout: fail"
