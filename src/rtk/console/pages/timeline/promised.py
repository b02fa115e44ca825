"""What a team promised and how each promise stands, the lowest first, for its home page."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rtk.console.pages.promises import PromiseSummary, counted, together
from rtk.console.people.models import Team
from rtk.console.store import standings
from rtk.console.store.standings import OfAnObjective
from rtk.insight.promise import promise
from rtk.insight.standing import LOWEST_FIRST

SHOWN = 6
MOST = 50


class TeamPromise(NamedTuple):
    """An objective: what it promises, and how many of several verifications stand how, in words; how it stands."""

    objective: OfAnObjective
    promise: str
    stands: PromiseSummary


class TeamPromises(NamedTuple):
    """The promises of a team: those that are shown, how many of all stand how, and how many more there are.

    `tried` is whether any of them has a judged run that counts.
    """

    shown: Sequence[TeamPromise]
    counts: str
    more: int
    tried: bool


def of(team: Team, at: datetime) -> TeamPromises | None:
    """Return how a team's latest objectives stand; None where it has none. One query."""
    every = []
    for found in standings.of_team(team.pk, at, MOST):
        stands = together(found.stands)
        told = promise(found.target, found.quantile, found.window_s)
        many = "" if len(found.stands) == 1 else f"; {stands.counts}"
        every.append(TeamPromise(found, f"{told}{many}", stands))
    if not every:
        return None
    every.sort(key=lambda each: (LOWEST_FIRST.index(each.stands.state), each.objective.name))
    tried = any(stands.promise.runs for each in every for stands in each.objective.stands)
    counts = counted(each.stands.state for each in every)
    return TeamPromises(every[:SHOWN], counts, max(0, len(every) - SHOWN), tried)
