"""Chat and paging services, through Apprise: addresses like slack://….

Only services that live at one place of their own are let in, and of what may follow a question mark only the region:
other settings let Apprise read files or fetch them from anywhere.
"""

import logging
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError

from rtk.console.notify.message import Message
from rtk.console.notify.undelivered import Undelivered


class Service(NamedTuple):
    """A service by the name that people know, and Apprise's module and class of it."""

    name: str
    module: str
    kind: str


SERVICES = {
    "slack": Service("Slack", "slack", "NotifySlack"),
    "discord": Service("Discord", "discord", "NotifyDiscord"),
    "gchat": Service("Google Chat", "google_chat", "NotifyGoogleChat"),
    "tgram": Service("Telegram", "telegram", "NotifyTelegram"),
    "wxteams": Service("Webex", "webexteams", "NotifyWebexTeams"),
    "pagerduty": Service("PagerDuty", "pagerduty", "NotifyPagerDuty"),
    "opsgenie": Service("Opsgenie", "opsgenie", "NotifyOpsgenie"),
}
_SETTINGS = {"region"}


def name_of(address: str) -> str:
    """The name of an address's service. Raises ValidationError when it is none of ours or cannot be understood."""
    try:
        parts = urlsplit(address if address.isprintable() else "")
    except ValueError:  # such as https://[
        parts = urlsplit("")
    if parts.scheme not in SERVICES:
        known = ", ".join(f"{each}://" for each in SERVICES)
        raise ValidationError(f"Expected the address of a service as Apprise writes it, beginning with one of {known}.")
    if not set(parse_qs(parts.query, keep_blank_values=True)) <= _SETTINGS:
        raise ValidationError("After a question mark only region=… is possible.")
    name = SERVICES[parts.scheme].name
    if plugin(address) is None:
        raise ValidationError(f"Apprise does not understand this address; see its documentation of {name}.")
    return name


def send(address: str, message: Message) -> None:
    """Tell a service. Raises Undelivered."""
    found = plugin(address)
    if found is None:
        raise Undelivered("its address is no longer understood", final=True)
    if not found.notify(title=message.subject, body=message.text):
        raise Undelivered("the service did not take it")


def plugin(address: str) -> Any:
    """Apprise's object for an address; None when it does not understand it."""
    service = SERVICES[urlsplit(address).scheme]
    # Imported when it is needed, and no other: all of Apprise's take a second and much memory.
    kind = getattr(import_module(f"apprise.plugins.{service.module}"), service.kind)
    # Both would write addresses, which are secrets, into a log that is set to tell everything.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    found = kind.parse_url(address)
    try:
        return kind(**found) if found else None
    except TypeError:  # what Apprise raises for it
        return None
