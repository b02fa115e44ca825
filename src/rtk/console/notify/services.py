"""Chat and paging services, through Apprise: addresses like slack://….

Only services that live at one place of their own are let in, so that no address can lead anywhere else.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from rtk.console.notify.message import Message
from rtk.console.notify.webhook import Undelivered

SERVICES = {
    "slack": "Slack",
    "discord": "Discord",
    "gchat": "Google Chat",
    "tgram": "Telegram",
    "wxteams": "Webex",
    "pagerduty": "PagerDuty",
    "opsgenie": "Opsgenie",
}


def name_of(address: str) -> str:
    """The name of an address's service. Raises ValidationError when it is none of ours or cannot be understood."""
    scheme = urlsplit(address).scheme if address.isprintable() else ""
    if scheme not in SERVICES:
        known = ", ".join(f"{each}://" for each in SERVICES)
        raise ValidationError(f"Expected the address of a service as Apprise writes it, beginning with one of {known}.")
    if _plugin(address) is None:
        raise ValidationError(f"Apprise does not understand this address; see its documentation of {SERVICES[scheme]}.")
    return SERVICES[scheme]


def send(address: str, message: Message) -> None:
    """Tell a service. Raises Undelivered."""
    plugin = _plugin(address)
    if plugin is None:
        raise Undelivered("its address is no longer understood", final=True)
    if not plugin.notify(title=message.subject, body=message.text):
        raise Undelivered("the service did not take it")


def _plugin(address: str) -> Any:
    """Apprise's object for an address; None when it does not understand it."""
    # Imported when it is needed: 0.3 s, and most consoles never do.
    import apprise  # noqa: PLC0415 - see above

    # Both would write addresses, which are secrets, into a log that is set to tell everything.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return apprise.Apprise.instantiate(address)
