"""Freezing a team on its console: a safeguard that is in force at once.

POST T/safeguards {name, lasts_s, everywhere}  →  {name, ends_at, …}
"""

from datetime import datetime
from typing import NamedTuple

from rtk.publish.console import Console, ConsoleRefused


class Freeze(NamedTuple):
    """A freeze as the console keeps it; `ends_at` None: until an admin lifts it."""

    name: str
    ends_at: str | None


def frozen(console: Console, why: str, for_s: float | None, everywhere: bool) -> Freeze:
    """Freeze the console's team, or all of its organization, for so many seconds by the console's clock.

    Raises `ConsoleRefused` and `NoAnswer`.
    """
    told = {"name": why, "lasts_s": for_s, "everywhere": everywhere}
    answer = console.checked(console.call("POST", f"{console.where.base}/safeguards", told))
    try:
        ends_at = answer.get("ends_at")
        until = f"{datetime.fromisoformat(ends_at):%Y-%m-%d %H:%M %Z}" if ends_at else None
        return Freeze(str(answer.json()["name"]), until)
    except (KeyError, TypeError, ValueError):
        raise ConsoleRefused(f"{console.name} does not say what it froze: is it a console?", answer.status) from None
