"""How the promises of a team stand, as its console tells it.

GET T/standing?objective=&verification=&cursor=  →  {items: [item, …], next}
item: verification {id, name}, objective {id, name}, url, standing {state, says: [sentence, …], …}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rtk.insight.standing_shape import StandingState
from rtk.publish.console import Console, ConsoleRefused

MOST_PAGES = 1_000  # a console that always names a further page must not keep us for ever


@dataclass(frozen=True, slots=True)
class ToldStanding:
    """How one verification's promise stands: its names, the page that shows it, and what the console says of it."""

    verification: str
    objective: str
    state: StandingState
    says: tuple[str, ...]
    url: str
    item: Mapping[str, Any]


def standings(console: Console, objective: str | None = None, verification: str | None = None) -> list[ToldStanding]:
    """Return how a team's promises stand, or those of an objective or a verification, by id or name.

    Raises `ConsoleRefused` and `NoAnswer`.
    """
    given = {"objective": objective, "verification": verification}
    asked = {key: value for key, value in given.items() if value is not None}
    found = list[ToldStanding]()
    for _ in range(MOST_PAGES):
        query = f"?{urlencode(asked)}" if asked else ""
        page = console.asked(f"{console.where.base}/standing{query}")
        if not isinstance(page, Mapping) or not isinstance(page.get("items"), list):
            raise _strange(console.name)
        found += [_told(each, console.name) for each in page["items"]]
        following = page.get("next")
        if not isinstance(following, str) or not following:
            break
        asked = {**asked, "cursor": following}
    return found


def _told(item: Any, name: str) -> ToldStanding:
    try:
        standing = item["standing"]
        says = tuple(str(each) for each in standing["says"])
        names = str(item["verification"]["name"]), str(item["objective"]["name"])
        state = str(standing["state"])
    except (KeyError, TypeError):
        raise _strange(name) from None
    if state not in set(StandingState):
        raise ConsoleRefused(
            f"{name} says that a promise is {state!r}, which is not known here: update this client", 200
        )
    return ToldStanding(*names, StandingState(state), says, str(item.get("url") or ""), item)


def _strange(name: str) -> ConsoleRefused:
    return ConsoleRefused(f"{name} does not tell how promises stand: is it a console, and as new as this client?", 200)
