"""All runs of a verification beside one of them, so that running until one passes shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.timezone import now

from rtk.console.pages.insights.states import NOT_BEGUN, badge_of
from rtk.console.pages.insights.stored_insight import stats_from
from rtk.console.store import runs, standings
from rtk.console.store.models import Run
from rtk.figures import NO_DATA
from rtk.insight.status import RunStatus
from rtk.insight.uncounted import COUNTS, Uncounted, no_longer_counts, reason
from rtk.report import quantiles
from rtk.report.figure import LABELS, FigureKey
from rtk.report.text import plain

MOST = 15
PASSED = "pass"
# Large, and nothing of them is shown here.
_LEFT_OUT = ("client_insight", "results", "progress", "client", "note", "plan", "spark")


class ComparedRun(NamedTuple):
    """A run beside another: when, how it came out, and its small result; shares and values None without data.

    `counts` is whether it counts toward the promise over all runs, and `why` is why it does not; `uncounted` says so.
    """

    id: UUID
    at: datetime
    badge: str
    observed: float | None
    p95: str
    small: str
    restored: bool | None
    recovered: bool | None
    by: str
    here: bool
    why: Uncounted | None
    uncounted: str
    counts: bool


class History(NamedTuple):
    """Runs, newest first, at most so many; `summary` and `warning` say what they come to."""

    runs: list[ComparedRun]
    verdicts: list[str]
    summary: str
    warning: str
    more: bool


def history(run: Run) -> History:
    """The runs of the run's verification in its team: one query."""
    rows: Any = Run.objects.filter(verification=run.verification_id).select_related("created_by", "evidence")
    # One more than is shown tells whether there are others.
    found = list(rows.defer(*_LEFT_OUT).order_by("-created_at", "-id")[: MOST + 1])
    kept = found[:MOST]
    ended = [each for each in reversed(kept) if each.verdict or each.ended_at]
    verdicts = [each.verdict or (NOT_BEGUN if each.status == RunStatus.FAILED else "none") for each in ended]
    at = now()
    whys = [standings.uncounted(each, run.verification, at) for each in kept]
    lasts_s = standings.lasts_s(run.verification) if any(whys) else 0.0
    counts = [standings.counts(each, run.verification, at) for each in kept]
    told = [_past(*each, run.id, lasts_s) for each in zip(kept, whys, counts, strict=True)]
    warning = _passed_at_last(run, [each for each in kept if each.created_at < run.created_at and each.verdict])
    return History(told, verdicts, summary(verdicts, len(found) > MOST), warning, len(found) > MOST)


def _passed_at_last(run: Run, before: list[Run]) -> str:
    """Return a warning where a run passed after others did not; empty elsewhere."""
    others = sum(each.verdict != PASSED for each in before)
    if run.verdict != PASSED or not others:
        return ""
    runs_before = "1 run before it" if len(before) == 1 else f"{others} of {len(before)} runs before it"
    return (
        f"This run passed, and {runs_before} did not. Running until one passes proves less than its number says: "
        "judge them together."
    )


def uncounted(run: Run, shown: History) -> str:
    """Return why the verdict of a run does not count, and what would help; empty where it counts or judges nothing."""
    here = next((past for past in shown.runs if past.here), None)
    why = here.why if here else standings.uncounted(run, run.verification, now())
    if why in (None, Uncounted.UNJUDGED) or not run.verdict:
        return ""
    return no_longer_counts(why, standings.lasts_s(run.verification), run.verdict)


def counting(run: Run, shown: History) -> str:
    """Return that a run counts toward its promise; empty where it does not, or where nothing is promised."""
    here = next((past for past in shown.runs if past.here), None)
    return COUNTS if (here.counts if here else standings.counts(run, run.verification, now())) else ""


def _past(run: Run, why: Uncounted | None, counts: bool, shown: UUID, lasts_s: float) -> ComparedRun:
    insight = run.insight or {}
    state = runs.state_of(run)
    during: dict[str, Any] = next(
        (each for each in insight.get("phases") or () if each.get("phase") == "conditions"), {}
    )
    return ComparedRun(
        id=run.id,
        at=run.created_at,
        badge=badge_of(run, state),
        observed=insight.get("observed"),
        p95=_p95(insight, during),
        small="under way" if state.is_under_way else small(insight),
        restored=run.restored,
        recovered=run.recovered,
        by=str(run.created_by or ""),
        here=run.id == shown,
        why=why,
        uncounted=reason(why, lasts_s) if why else "",
        counts=counts,
    )


def _p95(insight: Mapping[str, Any], during: Mapping[str, Any]) -> str:
    """The p95 under the conditions with its bound, or what it needs."""
    try:
        asked = quantiles.needed_by(float(insight["frequency_s"]), insight.get("proof"))
        told = quantiles.named(stats_from(during), asked, plain(insight.get("unit") or "", 20))
    except (KeyError, TypeError, ValueError):
        return NO_DATA
    return told.get("p95", NO_DATA)


def small(insight: dict[str, Any]) -> str:
    """A result in few words: "16 met, 4 deviated, 10 not measured"."""
    told = ((insight.get(key), LABELS[key].lower()) for key in (FigureKey.MET, FigureKey.DEVIATED, FigureKey.MISSED))
    return ", ".join(f"{number:,} {word}" for number, word in told if number) or "nothing measured"


def summary(verdicts: Sequence[str], more: bool) -> str:
    """How many came out how: "Of 7 runs 2 passed, 4 failed and 1 was inconclusive."."""
    counted = Counter(verdicts)
    words = {
        "pass": "passed",
        "fail": "failed",
        "inconclusive": "inconclusive",
        "invalid": "invalid",
        NOT_BEGUN: "not begun",
    }
    parts = []
    for key, word in words.items():
        if number := counted[key]:
            verb = "" if key in ("pass", "fail") else "was " if number == 1 else "were "
            parts.append(f"{number} {verb}{word}")
    if counted["none"]:
        parts.append(f"{counted['none']} ended without a verdict")
    if not parts:
        return "No run has ended yet."
    before = "last " if more else ""
    which = f"Of the {before}{len(verdicts)} runs that ended" if len(verdicts) > 1 else "Of 1 run that ended"
    *first, last = parts
    return f"{which}, {', '.join(first)} and {last}." if first else f"{which}, {last}."
