"""What the pages of verifications tell: each with its last runs, which one query finds for the whole page."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import now

from rtk.console.pages import listing
from rtk.console.pages.importing.experiment_summary import ExperimentSummary
from rtk.console.pages.importing.planning import Planned, planned
from rtk.console.pages.insights.states import badge_of
from rtk.console.pages.listing import Filters
from rtk.console.pages.promises import Stands, shown
from rtk.console.pages.verifications.run_recipes import RunnableVerification
from rtk.console.people import gate
from rtk.console.people.models import Team
from rtk.console.store import experiments, lessons, occurrences, runs, standings
from rtk.console.store.models import Run, Verification
from rtk.console.store.verifications import document_of, occurs_in, outage_lasts_s
from rtk.figures import chosen_duration, count, duration, share
from rtk.insight import promise as words
from rtk.insight.dearest import Dearest
from rtk.insight.occurrence_wording import expected
from rtk.report.text import plain
from rtk.verify.longest import beside_s

RESULTS = 5  # as many as marks draw of each
_MOST_TAGS = 10
_TEXTS, _TAGS = ("name", "objective__name", "experiment__title"), ("experiment__tags", "objective__tags")
_SHOWN = (
    "id",
    "name",
    "team",
    "created_at",
    "archived_at",
    "frequency_s",
    "duration_s",
    "warm_up_s",
    "cool_down_s",
    "outage_lasts_s",
    "require_baseline",
    "proof_lasts_s",
)
_ALONG = (
    *(
        f"objective__{each}"
        for each in ("id", "name", "target", "quantile", "window_s", "outage_lasts_s", "proof_lasts_s", "tags")
    ),
    *(f"revision__{each}" for each in ("target", "frequency_s")),
    *(f"experiment__{each}" for each in ("id", "title", "tags")),
)
_RUNS = """
SELECT run.id, run.verification_id, run.verdict, run.restored, run.state, run.status, run.told, run.created_at,
  run.heard_at, run.due_at, run.ended_at
FROM unnest(%s::uuid[]) AS asked (id) CROSS JOIN LATERAL (
  SELECT * FROM store_run WHERE verification_id = asked.id ORDER BY created_at DESC, id DESC LIMIT %s
) AS run ORDER BY run.created_at DESC, run.id DESC
"""


class ListedVerification(NamedTuple):
    """A verification in a list; `results` are the last verdicts, oldest first, `last` is the last run."""

    verification: Verification
    team: Team
    promise: str
    strategy: str
    tags: list[str]
    results: list[str | None]
    last: Run | None
    badge: str
    stands: Stands | None


class VerificationDetail(NamedTuple):
    """All of a verification's page besides its runs; `expected` is how often its conditions are, empty where unsaid."""

    verification: Verification
    promise: str
    strategy: str
    around: str
    stops: list[str]
    title: str
    found: ExperimentSummary
    planned: Planned | None
    subject: RunnableVerification
    tags: list[str]
    expected: str
    dearest: Dearest | None


class PastRun(NamedTuple):
    """A run of a verification: what became of it, and how long it took (seconds), None where no end is known."""

    run: Run
    badge: str
    took_s: float | None
    under_way: bool


def wanted(rows: QuerySet[Verification], by: Filters, objective: UUID | None) -> QuerySet[Verification]:
    """Those that a list is filtered by."""
    rows = listing.filtered(rows, by, _TEXTS, _TAGS)
    if objective:
        rows = rows.filter(objective=objective)
    return rows.select_related("objective", "experiment", "revision").only(*_SHOWN, *_ALONG)


def rows(found: Sequence[Verification], teams: Sequence[Team]) -> list[ListedVerification]:
    """The rows of these verifications: a query for all their runs, and one for how they stand."""
    if not found:
        return []
    of = {team.pk: team for team in teams}
    last: dict[UUID, list[Run]] = {each.pk: [] for each in found}
    for run in Run.objects.raw(_RUNS, [list(last), RESULTS]):
        last[run.verification_id].append(run)
    stand = standings.of(found, now())
    listed = []
    for each in found:
        newest = next(iter(last[each.pk]), None)
        row = ListedVerification(
            each,
            of[each.team_id],
            promise(each),
            strategy(each),
            tags_of(each),
            [run.verdict for run in reversed(last[each.pk]) if run.verdict or run.ended_at],
            newest,
            badge_of(newest, runs.state_of(newest)) if newest else "none",
            shown(stand.get(each.pk)),
        )
        listed.append(row)
    return listed


def find(team: Team, key: UUID, lock: bool = False) -> Verification:
    """A team's verification, with its experiment and objective unless it is locked. Raises NotFound."""
    rows = Verification.objects.filter(team=team, deleted_at=None, pk=key)
    whole = rows.select_related("objective", "experiment", "created_by", "revision")
    # PostgreSQL locks no rows of an outer join, by which an objective that may be missing comes along.
    found = (rows.select_for_update() if lock else whole).first()
    if found is None:
        raise gate.NotFound("There is no such verification in this team.")
    found.team = team
    if not lock:
        found.experiment.team = team
    return found


def stands(verification: Verification) -> Stands | None:
    """How a verification's promise stands now. One query."""
    return shown(standings.of([verification], now()).get(verification.pk))


def detail(verification: Verification) -> VerificationDetail:
    """A verification with all that its file says."""
    found = ExperimentSummary(document_of(verification))
    return VerificationDetail(
        verification,
        promise(verification),
        strategy(verification),
        around(verification),
        stops(verification.stop_when),
        plain(found.title, 80),
        found,
        planned(
            {
                **values_of(verification),
                "beside": beside_s(found.document, verification.duration_s),
                "document": found.document,
            }
        ),
        subject_of(verification, found),
        tags_of(verification),
        expected(occurs) if (occurs := occurs_in(verification)) else "",
        occurrences.dearest(verification.pk, occurs),
    )


def values_of(verification: Verification) -> dict[str, Any]:
    """What its prospects are told of: seconds, and the target as a share."""
    objective = verification.objective
    return {
        "frequency": verification.frequency_s,
        "duration": verification.duration_s,
        "warm_up": verification.warm_up_s,
        "cool_down": verification.cool_down_s,
        "target": objective.target if objective else None,
        "window": objective.window_s if objective else None,
        "outage_lasts": outage_lasts_s(verification),
        "occurs": occurs_in(verification),
        "learned": lessons.learned(verification.objective_id),
        "max_duration": verification.stop_when.get("max-duration"),
    }


def subject_of(verification: Verification, found: ExperimentSummary) -> RunnableVerification:
    """What the commands and files to run it are made of."""
    return RunnableVerification(
        id=verification.pk,
        console=settings.PUBLIC_URL,
        planned_s=verification.warm_up_s + verification.duration_s + verification.cool_down_s,
        variables=found.needed(),
        distributions=found.distributions,
        programs=found.programs,
        image=settings.IMAGE,
        expects=occurs_in(verification),
    )


def past(run: Run) -> PastRun:
    """A run of a verification's list."""
    took = max(0.0, (run.ended_at - run.created_at).total_seconds()) if run.ended_at else None
    state = runs.state_of(run)
    return PastRun(run, badge_of(run, state), took, state.is_under_way)


def runs_of(verification: Verification) -> QuerySet[Run]:
    """The runs of a verification, of each what its line says."""
    columns = (
        "verdict",
        "restored",
        "recovered",
        "state",
        "status",
        "told",
        "created_at",
        "heard_at",
        "due_at",
        "ended_at",
    )
    rows = Run.objects.filter(verification=verification).select_related("created_by")
    return rows.only("id", "verification", *columns, "created_by__name", "created_by__email")


def promise(verification: Verification) -> str:
    """What is promised, "95 % over 1 day"; empty without an objective."""
    objective = verification.objective
    if objective is None:
        return ""
    return words.promise(objective.target, objective.quantile, objective.window_s)


def strategy(verification: Verification) -> str:
    """How it is measured: "every 10 s for 5 min"."""
    return f"every {chosen_duration(verification.frequency_s)} for {duration(verification.duration_s)}"


def around(verification: Verification) -> str:
    """What is measured before and after the conditions, in one sentence."""
    before, after = verification.warm_up_s, verification.cool_down_s
    if not before and not after:
        return "Nothing is measured before and after: there is no baseline, so no cause can be shown."
    parts = [f"{duration(before)} before"] if before else []
    parts += [f"{duration(after)} after"] if after else []
    missing = "" if before else " There is no baseline, so no cause can be shown."
    required = " No condition is applied where the baseline is broken already." if verification.require_baseline else ""
    return f"Measured as well: {' and '.join(parts)} the conditions.{missing}{required}"


def stops(rules: Any) -> list[str]:
    """When a run is stopped early, in words."""
    found = []
    if row := rules.get("deviated-in-a-row"):
        found.append(f"after {count(row, 'deviating measurement')} in a row")
    if spent := rules.get("budget-spent"):
        found.append(f"once {share(spent)} of the budget is spent")
    if longest := rules.get("max-duration"):
        found.append(f"after {duration(longest)}")
    if rules.get("decided"):
        found.append("as soon as it fails whatever comes")
    return found


def tags_of(verification: Verification) -> list[str]:
    """The tags of its experiment and of its objective, each once."""
    own = verification.experiment.tags
    theirs = verification.objective.tags if verification.objective else []
    found = [plain(each, 60) for each in [*_texts(own), *_texts(theirs)]]
    return list(dict.fromkeys(found))[:_MOST_TAGS]


def _texts(tags: Any) -> list[str]:
    return experiments.tags_of({"tags": tags})
