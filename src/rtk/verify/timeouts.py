"""Time limits of HTTP calls and processes: seconds, also as text, and filled in from the configuration.

The Chaos Toolkit hands a text to the call as it stands, so that each call fails whatever the service does. A variable
of the environment is always text.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, TypeAlias

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed

from rtk.errors import BadInput, Unsendable
from rtk.experiment.activities import activities
from rtk.experiment.claim import claimed
from rtk.experiment.quantity import number
from rtk.experiment.wording import at, shown
from rtk.verify.toolkit import Toolkit

Pair: TypeAlias = "tuple[float | None, float | None]"
Timeout: TypeAlias = "float | Pair | None"
EXPECTED = "expected a number of seconds above 0"


class NoTimeout(ActivityFailed, Unsendable):  # type: ignore[misc]
    """A time limit is not a number, so that the service is never asked."""


def timeout_of(provider: Mapping[str, Any], configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> Timeout:
    """Return a provider's time limit in seconds, None without one; of HTTP also a pair: to connect, to read.

    Raises `NoTimeout` for what is no number.
    """
    try:
        return _timeout(provider, configuration, secrets)
    except BadInput as error:
        raise NoTimeout(str(error)) from None


def check(toolkit: Toolkit) -> None:
    """Raise `BadInput`, naming the place, for a time limit that resolves to no number. Controls may yet fill it in."""
    if toolkit.has_controls:
        return
    for place, activity in chain(activities(toolkit.experiment), claimed(toolkit.experiment)):
        provider = activity.get("provider") or {}
        if provider.get("type") in ("http", "process"):
            try:
                _timeout(provider, toolkit.configuration, toolkit.secrets)
            except BadInput as error:
                raise BadInput(f"{at(place, 'provider')}.{error}") from None


def _timeout(provider: Mapping[str, Any], configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> Timeout:
    given = provider.get("timeout")
    filled = substitute(given, configuration, secrets) if isinstance(given, str | list) else given
    if provider.get("type") == "http" and isinstance(filled, list | tuple) and len(filled) == 2:
        connect, read = (_seconds(each, given) for each in filled)
        return connect, read
    return _seconds(filled, given)


def _seconds(value: object, given: object) -> float | None:
    if value is None:
        return None
    seconds = number(value)
    if seconds is None or seconds <= 0:
        if value == given:
            raise BadInput(f"timeout: {EXPECTED}, not {shown(value)}")
        raise BadInput(f"timeout: {shown(given)} resolves to {shown(value)}; {EXPECTED}")
    return seconds
