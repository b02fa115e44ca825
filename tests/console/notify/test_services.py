"""Chat and paging services, through Apprise."""

import json
import logging
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from rtk.console.notify.message import Message
from rtk.console.notify.services import SERVICES, Service, name_of, plugin, send
from rtk.console.notify.undelivered import Undelivered
from tests.console.notify.receivers import WebReceiver

MESSAGE = Message(uuid4(), "run.ended", "Checkout: fail", "It failed.", b"{}", "", "")
GOOD = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "gchat": "gchat://workspace/key/token",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "wxteams": "wxteams://" + "a" * 80,
    "pagerduty": "pagerduty://" + "a" * 32 + "@" + "b" * 20,
    "opsgenie": "opsgenie://" + "a" * 36,
}


@pytest.mark.parametrize("scheme", SERVICES)
def test_apprise_knows_each_service_and_none_has_a_host_of_ones_own(scheme: str) -> None:
    assert name_of(GOOD[scheme]) == SERVICES[scheme].name
    assert all("{host}" not in each for each in plugin(GOOD[scheme]).templates)


@pytest.mark.parametrize(
    "address", ["json://10.0.0.1/", "mailto://a:b@c.org", "https://example.org", "", "slack", "x\n", "slack://["]
)
def test_what_could_lead_anywhere_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="beginning with one of slack://"):
        name_of(address)


def test_an_address_that_is_not_understood_is_refused() -> None:
    with pytest.raises(ValidationError, match="does not understand"):
        name_of("slack://x")


@pytest.mark.parametrize("query", ["template=/etc/passwd", "verify=no", "a", "region=eu&template=https://10.0.0.1/"])
def test_settings_that_could_lead_anywhere_are_refused(query: str) -> None:
    with pytest.raises(ValidationError, match="only region="):
        name_of(f"{GOOD['pagerduty']}?{query}")
    assert name_of(f"{GOOD['pagerduty']}?region=eu") == "PagerDuty"


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch, web: WebReceiver) -> str:
    """The address of a service on this machine, which Apprise tells by JSON."""
    monkeypatch.setitem(SERVICES, "json", Service("JSON", "custom_json", "NotifyJSON"))
    return f"json://127.0.0.1:{web.server_port}/secret-path"


def test_a_message_is_told(reachable: str, web: WebReceiver) -> None:
    send(reachable, MESSAGE)
    [came] = web.came
    body = json.loads(came.body)
    assert (body["title"], body["message"]) == ("Checkout: fail", "It failed.")


def test_a_service_that_does_not_take_it_is_told_and_its_address_is_in_no_log(
    reachable: str, web: WebReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.answers = [500]
    with pytest.raises(Undelivered, match="did not take it"):
        send(reachable, MESSAGE)
    assert "secret-path" not in caplog.text
    with pytest.raises(Undelivered, match="no longer understood"):
        send("slack://x", MESSAGE)
