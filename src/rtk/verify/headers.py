"""Headers of HTTP activities as they are sent: filled in, and refused where they can be sent to nobody.

What cannot be sent was never asked of the service, so that it says nothing of it.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed

from rtk.errors import BadInput
from rtk.experiment.activities import activities
from rtk.experiment.claim import claimed
from rtk.experiment.headers import NAME, VALUE, is_name, is_value
from rtk.experiment.wording import at, shown
from rtk.verify.toolkit import Toolkit


class UnsendableHeader(ActivityFailed):  # type: ignore[misc]
    """A header that the file gives cannot be sent: nothing was asked of the service."""


def headers_of(
    provider: Mapping[str, Any], configuration: Mapping[str, Any], secrets: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the headers of a provider, filled in. Raises `UnsendableHeader`."""
    filled: dict[str, Any] | None = substitute(provider.get("headers"), configuration, secrets)
    for name, value in (filled or {}).items():
        if not is_name(name):
            raise UnsendableHeader(f"{at('headers', str(name)[:80])} cannot be sent; expected {NAME}")
        if not is_value(value):
            # What it was filled in with may be a secret, also in a form that nobody knows as one.
            given = shown((provider.get("headers") or {}).get(name))
            raise UnsendableHeader(f"{at('headers', name)}: {given} resolves to what cannot be sent; expected {VALUE}")
    return filled


def check(toolkit: Toolkit) -> None:
    """Raise `BadInput`, naming the place, for a header that cannot be sent. Controls may yet fill it in."""
    if toolkit.has_controls:
        return
    for place, activity in chain(activities(toolkit.experiment), claimed(toolkit.experiment)):
        provider = activity.get("provider") or {}
        if provider.get("type") == "http":
            try:
                headers_of(provider, toolkit.configuration, toolkit.secrets)
            except UnsendableHeader as error:
                raise BadInput(f"{at(place, 'provider')}.{error}") from None
        elif provider.get("module") == "chaoscloud.probes.http":
            filled = toolkit.substituted((provider.get("arguments") or {}).get("headers"))
            _check_lines(filled, at(at(at(place, "provider"), "arguments"), "headers"))


def _check_lines(headers: object, place: str) -> None:
    """The same for our own probes, which send any value as its text, in UTF-8."""
    for name, value in headers.items() if isinstance(headers, Mapping) else ():
        if not is_name(name):
            raise BadInput.at(at(place, str(name)[:80]), f"expected {NAME}")
        if any(sign in str(value) for sign in "\r\n\0"):
            raise BadInput.at(at(place, name), "what it resolves to holds a line break; expected one line of text")
