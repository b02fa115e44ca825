"""How a row is told: in which word, with which icon, and where its name leads."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from msgspec import Struct

from rtk.console.pages.timeline.rows import TimelineEvent
from rtk.console.people.models import Team

# For each kind: the word, the icon, and the page of its subject.
_TOLD = {
    "run": ("verification", "activity", "insight"),
    "verification": ("verification created", "checks", "verification"),
    "objective": ("objective created", "target", "objective"),
    "experiment": ("experiment imported", "flask", "experiment"),
    "execution": ("execution", "player-play", "execution"),
    "outside": ("outside event", "bolt", ""),
}


class TimelineItem(Struct, frozen=True):
    """A row as it is shown. `url` is empty where there is nothing to lead to; `away` is whether it leads outside."""

    row: TimelineEvent
    team: Team
    word: str
    icon: str
    url: str
    away: bool


def lines(rows: Iterable[TimelineEvent], teams: Sequence[Team]) -> list[TimelineItem]:
    """Rows of these teams as they are shown."""
    named = {each.pk: each for each in teams}
    found = []
    for row in rows:
        word, icon, page = _TOLD[row.kind]
        team, key = named[row.team], row.run if row.kind == "run" else row.subject
        url = "" if page else row.outside.url or ""
        if page and key and row.there:
            url = reverse(f"pages:{page}", args=[team.org.slug, team.slug, key])
        found.append(TimelineItem(row, team, word, icon, url, not page))
    return found
