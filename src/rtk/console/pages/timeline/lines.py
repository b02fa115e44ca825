"""How a row is told: in which word, with which icon, and where its name leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

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


@dataclass(frozen=True, slots=True)
class TimelineItem:
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
    return [_line(row, named[row.team]) for row in rows]


def _line(row: TimelineEvent, team: Team) -> TimelineItem:
    word, icon, page = _TOLD[row.kind]
    if not page:
        return TimelineItem(row, team, word, icon, row.outside.url or "", True)
    key = row.run if row.kind == "run" else row.subject
    url = reverse(f"pages:{page}", args=[team.org.slug, team.slug, key]) if key and row.there else ""
    return TimelineItem(row, team, word, icon, url, False)
