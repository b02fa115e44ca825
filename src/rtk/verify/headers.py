"""Headers and addresses of HTTP activities as they are sent: filled in, and refused where they cannot be sent.

What cannot be sent was never asked of the service, so that it says nothing of it.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed

from rtk.errors import BadInput, Unsendable
from rtk.experiment.activities import activities
from rtk.experiment.address import EXPECTED, is_web
from rtk.experiment.claim import claimed
from rtk.experiment.headers import NAME, VALUE, is_name, is_value
from rtk.experiment.wording import at, shown
from rtk.verify.toolkit import Toolkit


class UnsendableRequest(ActivityFailed, Unsendable):  # type: ignore[misc]
    """A header or an address of the file cannot be sent, so that the service is never asked."""


def address_of(provider: Mapping[str, Any], configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> str:
    """Return the address of a provider, filled in. Raises `UnsendableRequest`."""
    filled = substitute(provider["url"], configuration, secrets)
    if not isinstance(filled, str) or not is_web(filled):
        raise UnsendableRequest(f"url: {shown(provider['url'])} resolves to no address; expected {EXPECTED}")
    return filled


def headers_of(
    provider: Mapping[str, Any], configuration: Mapping[str, Any], secrets: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the headers of a provider, filled in. Raises `UnsendableRequest`."""
    filled: dict[str, Any] | None = substitute(provider.get("headers"), configuration, secrets)
    for name, value in (filled or {}).items():
        if not is_name(name):
            raise UnsendableRequest(f"{at('headers', str(name)[:80])} cannot be sent; expected {NAME}")
        if not is_value(value):
            # What it was filled in with may be a secret, also in a form that nobody knows as one.
            given = shown((provider.get("headers") or {}).get(name))
            raise UnsendableRequest(f"{at('headers', name)}: {given} resolves to what cannot be sent; expected {VALUE}")
    return filled


def check(toolkit: Toolkit) -> None:
    """Raise `BadInput`, naming the place, for what cannot be sent. Controls may yet fill it in."""
    if toolkit.has_controls:
        return
    for place, activity in chain(activities(toolkit.experiment), claimed(toolkit.experiment)):
        provider = activity.get("provider") or {}
        if provider.get("type") == "http":
            given = (provider, toolkit.configuration, toolkit.secrets)
            try:
                address_of(*given)
                headers_of(*given)
            except UnsendableRequest as error:
                raise BadInput(f"{at(place, 'provider')}.{error}") from None
        elif provider.get("module") == "chaoscloud.probes.http":
            arguments = toolkit.substituted(provider.get("arguments") or {})
            own = at(at(place, "provider"), "arguments")
            if "url" in arguments and not is_web(str(arguments["url"])):
                raise BadInput.at(at(own, "url"), f"expected {EXPECTED}")
            headers, own = arguments.get("headers"), at(own, "headers")
            for name, value in headers.items() if isinstance(headers, Mapping) else ():
                if not is_name(name):
                    raise BadInput.at(at(own, str(name)[:80]), f"expected {NAME}")
                # Our own probes send any value as its text, in UTF-8, but a second line would be a header of its own.
                if any(sign in str(value) for sign in "\r\n\0"):
                    told = "what it resolves to holds a line break; expected one line of text"
                    raise BadInput.at(at(own, name), told)
