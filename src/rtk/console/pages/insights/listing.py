"""The list of insights: runs newest first, of a team or of all one's teams, filtered."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from rtk.console.pages.insights import heading, states
from rtk.console.pages.promises import Stands, shown
from rtk.console.people.models import Team
from rtk.console.store import lists, runs, standings
from rtk.console.store.models import Experiment, Run, Verification
from rtk.console.store.run_state import OVER
from rtk.figures import chosen_share, duration, share
from rtk.insight.budget import allowed_share
from rtk.report.text import plain

ROWS = 25
MOST_CHOICES = 200
LONGEST = 100
VERDICTS = {
    "": "Any verdict",
    "pass": "Pass",
    "fail": "Fail",
    "inconclusive": "Inconclusive",
    "invalid": "Invalid",
    "none": "No verdict",
    "under-way": "Under way",
}
_OF_VERIFICATION = ("verification__objective", "verification__revision")
_PROMISED = ("target", "window", "allowed", "budget")
# Large, and nothing of them is shown.
_UNUSED = (
    *("client_insight", "results", "progress", "client", "note", "spark", "experiment__document"),
    *("verification__stop_when", "verification__objective__measure", "verification__objective__tags"),
)


class Filter(forms.Form):
    """What a list is narrowed by. What is not one of these is no filter."""

    q = forms.CharField(label="Text", required=False, max_length=LONGEST)
    verdict = forms.ChoiceField(label="Verdict", required=False, choices=list(VERDICTS.items()))
    verification = forms.UUIDField(label="Verification", required=False)

    def chosen(self) -> dict[str, Any]:
        """What was chosen, of what could be understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class InsightSummary(NamedTuple):
    """A run in a list. What there is no data of is said so; `stands` is how its verification's promise does now."""

    id: UUID
    team: Team
    verification: Verification
    promise: str
    target: str
    window: str
    allowed: str
    budget: str
    at: datetime
    by: str
    observed: str
    small: str
    badge: str
    restored: bool | None
    recovered: bool | None
    stands: Stands | None


def page(teams: Any, chosen: dict[str, Any], cursor: str | None) -> dict[str, Any]:
    """A page `{items, next}` of the runs of these teams, with how the promises of all of them stand: three queries.

    Raises `Problem` for a cursor that no page gave.
    """
    found = _narrowed(Run.objects.filter(team__in=teams), teams, chosen)
    whole: Any = Run.objects.select_related("team__org", "experiment", "created_by", *_OF_VERIFICATION)

    def fetch(size: int, place: lists.Place | None) -> list[Run]:
        # Which they are is found by narrow columns first: to sort whole rows takes several times as long. It is a query
        # of its own: within the other one, PostgreSQL joined all runs to all that is selected along.
        keys = list(lists.after(found, place).values_list("pk", flat=True)[:size])
        return list(whole.defer(*_UNUSED).filter(pk__in=keys).order_by("-created_at", "-id"))

    told = lists.paged(fetch, lambda run: run, cursor, ROWS)
    stand = standings.of((run.verification for run in told["items"]), now())
    stands = {verification: shown(each) for verification, each in stand.items()}
    return {**told, "items": [_line(run, stands.get(run.verification_id)) for run in told["items"]]}


def _narrowed(rows: QuerySet[Run], teams: Any, chosen: dict[str, Any]) -> QuerySet[Run]:
    verdict, text = chosen.get("verdict"), chosen.get("q")
    if verdict == "under-way":
        rows = rows.filter(ended_at=None).exclude(state__in=OVER)
    elif verdict == "none":
        rows = rows.filter(Q(verdict=None) & (Q(ended_at__isnull=False) | Q(state__in=OVER)))
    elif verdict:
        rows = rows.filter(verdict=verdict)
    if text:  # by name: of what a team has few of, not of each of its runs
        of = Verification.objects.filter(team__in=teams)
        verifications = of.filter(Q(name__icontains=text) | Q(objective__name__icontains=text))
        experiments = Experiment.objects.filter(team__in=teams, title__icontains=text)
        rows = rows.filter(Q(verification__in=verifications.values("pk")) | Q(experiment__in=experiments.values("pk")))
    return rows.filter(verification=chosen["verification"]) if "verification" in chosen else rows


def _line(run: Run, stands: Stands | None) -> InsightSummary:
    insight = run.insight or {}
    promise = heading.promise_of(run)
    met, deviated = insight.get("met") or 0, insight.get("deviated") or 0
    return InsightSummary(
        id=run.id,
        team=run.team,
        verification=run.verification,
        promise=promise.name if promise else "",
        **(_promised(run) if promise else dict.fromkeys(_PROMISED, "")),
        at=run.created_at,
        by=plain(run.created_by or "", 100),
        observed=share(insight.get("observed")),
        small=f"{met:,} of {met + deviated:,} good" if met + deviated else "",
        badge=states.badge_of(run, runs.state_of(run)),
        restored=run.restored,
        recovered=run.recovered,
        stands=stands,
    )


def _promised(run: Run) -> dict[str, str]:
    """The target and its window, and what may deviate: as a share, and as time where there is a window."""
    told = run.plan["objective"]
    target, window, allowed, budget = _in_words(float(told["target"]), told.get("window_s"))
    promised = plain(str(told.get("quantile") or ""), 200) or target
    return dict(zip(_PROMISED, (promised, window, allowed, budget), strict=True))


@lru_cache(1_000)  # the runs of a list promise little that differs
def _in_words(target: float, window: float | None) -> tuple[str, str, str, str]:
    """A target and its window, and what may deviate as a share and as time; empty where there is none."""
    part = allowed_share(target)
    budget = "" if part is None or window is None else duration(float(part) * window)
    allowed = share(None if part is None else float(part))
    return chosen_share(target), "" if window is None else duration(window), allowed, budget


def choices(teams: Any, chosen: UUID | None) -> list[Verification]:
    """The verifications to choose from, by name; the chosen one among them whatever became of it."""
    of = Verification.objects.filter(team__in=teams).filter(Q(deleted_at=None) | Q(id=chosen))
    return list(
        of.select_related("team").only("id", "name", "team__name").order_by("name", "team__name")[:MOST_CHOICES]
    )
