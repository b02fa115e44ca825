"""Runs: made once, found, ended, stopped, and told as they stand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from rtk.console import sql
from rtk.console.jobs.deferral import defer
from rtk.console.jobs.queue import Work
from rtk.console.notify import outbox
from rtk.console.people.models import Team, User
from rtk.console.store import executions, experiments, lists, partitions, revisions, timeline, verifications
from rtk.console.store.evidence import Revision
from rtk.console.store.intake import PlanOf, accept, refusal
from rtk.console.store.models import Experiment, Run, Verification
from rtk.console.store.problem import Problem, unknown
from rtk.console.store.run_state import NotedState, RunState
from rtk.experiment.plan import slot_count
from rtk.experiment.revision import essence
from rtk.insight.facts import Phase
from rtk.insight.plan_limits import MOST_SLOTS

SILENCE = timedelta(seconds=30)  # without a heartbeat: contact is lost
PATIENCE = timedelta(hours=24)  # past the planned end: nobody waits any longer


def of(team: Team) -> Any:
    """A team's runs."""
    return Run.objects.filter(team=team).select_related("verification", "experiment", "team", "created_by")


_RUN = sql.ModelColumns(Run, "run", without=("client_insight", "results", "progress"))
_VERIFICATION = sql.ModelColumns(Verification, "verification", without=("stop_when",))
_REVISION = sql.ModelColumns(Revision, "revision")
_EXPERIMENT = sql.ModelColumns(Experiment, "experiment", without=("document",))
_PERSON = sql.ModelColumns(User, "person")
_ONE = f"""
SELECT {_RUN.sql}, {_VERIFICATION.sql}, {_REVISION.sql}, {_EXPERIMENT.sql}, {_PERSON.sql}
FROM store_run AS run
  JOIN store_verification AS verification ON verification.id = run.verification_id
  LEFT JOIN store_revision AS revision ON revision.id = verification.revision_id
  JOIN store_experiment AS experiment ON experiment.id = run.experiment_id
  LEFT JOIN people_user AS person ON person.id = run.created_by_id
WHERE run.team_id = %(team)s AND run.id = %(run)s
"""  # noqa: S608 - of constants


def find(team: Team, verification: str, key: str) -> Run:
    """A team's run of a verification. Raises `Problem`."""
    run = lists.id_of(key)
    rows = sql.rows(_ONE, team=team.id, run=run) if run else []
    for row in rows:  # of which there is one at most
        found = _RUN.model(row)
        found.verification = _VERIFICATION.model(row)
        found.verification.revision = _REVISION.model_or_none(row)
        found.experiment = _EXPERIMENT.model(row)
        found.created_by = _PERSON.model_or_none(row)
        found.team = team
        if _is_of(found, verification):
            return found
    raise unknown("run")


def find_alive(team: Team, verification: str, key: str) -> Run:
    """The same, of a verification that was not deleted. Raises `Problem`: 410 for one that was."""
    found = find(team, verification, key)
    _refuse_deleted(found)
    return found


def _refuse_deleted(run: Run) -> None:
    if run.verification.deleted_at:
        raise Problem(410, "the verification of this run was deleted", "verification")


def _is_of(run: Run, key: str) -> bool:
    return key == run.verification.file_id or key.lower() == str(run.verification_id)


def plan_from(values: Any) -> tuple[dict[str, Any], PlanOf]:
    """A plan as it was sent, and what is known of it. Raises `Problem` with the key that is wrong."""
    try:
        plan = msgspec.convert(values, PlanOf)
        slots = sum(slot_count(length, plan.frequency_s) for length in lengths(values).values())
    except (msgspec.ValidationError, RecursionError) as error:
        raise refusal(error, "plan") from None
    if slots > MOST_SLOTS:
        raise Problem(
            422, f"plan.frequency_s: makes {slots:,} measurements, expected at most {MOST_SLOTS:,}", "plan.frequency_s"
        )
    return values, plan


def lengths(plan: Mapping[str, Any]) -> dict[Phase, float]:
    """The planned length of each phase (seconds)."""
    keys: dict[Phase, str] = {"baseline": "warm_up_s", "conditions": "duration_s", "recovery": "cool_down_s"}
    return {phase: float(plan.get(key) or 0.0) for phase, key in keys.items()}


def create(
    team: Team, user: User, key: str, run_id: UUID, plan: Any, experiment: Mapping[str, Any], client: Mapping[str, Any]
) -> tuple[Run, bool]:
    """A run with its execution, and whether it is new. Idempotent by the run's id. Raises `Problem`."""
    version = client.get("record", 1)
    # To isinstance, true is a whole number as well.
    if type(version) is int:
        accept(version, "client.record")
    known = _known(team, run_id)
    if known:
        if not _is_of(known, key):
            raise unknown("run")
        _refuse_deleted(known)
        return known, False
    values, known_of = plan_from(plan)
    verification = verifications.find_or_import(team, user, key, experiment, known_of)
    try:
        # Two calls for one run may come at the same moment: the table lets one of them make it.
        return make(team, user, verification, values, run_id, experiment=experiment, client=dict(client)), True
    except IntegrityError:
        found = _known(team, run_id)
        if found is None:
            raise unknown("run") from None
        return found, False


def _known(team: Team, run_id: UUID) -> Run | None:
    known: Run | None = Run.objects.filter(id=run_id).select_related("verification", "execution").first()
    # Ids are made by clients: one of another team's run must not tell that it exists.
    if known and known.team_id != team.id:
        raise unknown("run")
    return known


@transaction.atomic
def make(
    team: Team,
    user: User,
    verification: Verification,
    plan: Mapping[str, Any],
    run_id: UUID,
    *,
    experiment: Mapping[str, Any] | None = None,
    **values: Any,
) -> Run:
    """A new run. `values` are further columns; without an execution among them, one is made."""
    moment = now()
    # Before there is the run: its rows need the partition of its day.
    partitions.ensure(moment.date())
    kept = verification.experiment
    if experiment and kept.digest != experiments.digest(experiment):
        kept, _ = experiments.keep(team, user, experiment, kept.file_id or str(kept.id))
    revision = essence(kept.document, revisions.planned_by(plan))
    execution = values.pop("execution", None) or executions.make(team, user, kept, None, executions.JournalSummary())
    run: Run = Run.objects.create(
        id=run_id,
        team=team,
        created_by=user,
        created_at=moment,
        heard_at=moment,
        day=moment.date(),
        verification=verification,
        experiment=kept,
        execution=execution,
        plan=dict(plan),
        essence=revision,
        due_at=moment + timedelta(seconds=sum(lengths(plan).values())),
        **values,
    )
    tags = experiments.tags_of(kept.document)
    timeline.add(team, user, timeline.RUN, verification.id, verification.name, tags, run.id)
    return run


def end(run: Run, user: User | None, raw: bytes, insight: Any) -> None:
    """The client's word that a run has ended, with its journal. Idempotent."""
    journal = executions.journal_of(raw)
    with transaction.atomic():
        held = Run.objects.select_for_update(no_key=True).get(id=run.id)
        first = held.ended_at is None or held.client_insight is None
        held.state, held.ended_at = NotedState.ENDED, held.ended_at or now()
        held.status = held.status or journal.status[: executions.MOST_STATUS]
        held.client_insight = (insight or {}) if first else held.client_insight
        held.save(update_fields=["state", "ended_at", "status", "client_insight"])
        executions.update(run.execution, user, raw, journal)
        defer(Work.COMPUTE, [run.id])
        if first:
            verification = run.verification
            timeline.add(run.team, user, "verification.ended", verification.id, verification.name)
            outbox.note(outbox.ENDED, run.id)
    tell(run.id)


def ask_to_stop(run: Run, reason: str) -> None:
    """Ask a run to stop: its next call is told so, and who follows it at once."""
    # The first reason stays.
    Run.objects.filter(id=run.id, stop=None).update(stop=reason)
    tell(run.id)
    run.refresh_from_db(fields=["stop"])


def tell(run_id: UUID) -> None:
    """Tell who listens that there is something new of a run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('rtk_runs', %s)", [str(run_id)])


class Alive(Protocol):
    """What a run's state is told by."""

    @property
    def state(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def heard_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


def state_of(run: "Run | Alive", at: datetime | None = None) -> RunState:
    """How a run is at a moment."""
    moment = at or now()
    if run.state == NotedState.ENDED or run.ended_at:
        return RunState.ENDED
    silent = moment > run.heard_at + SILENCE
    if silent and moment > run.due_at + PATIENCE:
        return RunState.ABANDONED
    # Told by events, a run has no heartbeat: between two samples it may be silent for as long as it likes.
    waits = run.told == "record" or moment > run.due_at + SILENCE
    return RunState.LOST_CONTACT if silent and waits else RunState.RUNNING


class ListedRun(NamedTuple):
    """What a list says of a run: columns, and of its experiment and who began it what is shown of them."""

    id: str
    verification_id: str
    experiment_id: str
    execution_id: str
    plan: Any
    client: Any
    state: str
    status: str
    told: str
    created_at: datetime
    heard_at: datetime
    due_at: datetime
    ended_at: datetime | None
    next: int
    stop: str | None
    verdict: str | None
    restored: bool | None
    recovered: bool | None
    title: str
    name: str | None
    email: str | None


IDS, DOCUMENTS, OWN = ListedRun._fields[:4], ListedRun._fields[4:6], ListedRun._fields[6:-3]
_DOCUMENTS = slice(len(IDS), len(IDS) + len(DOCUMENTS))
_AFTER = "AND (run.created_at, run.id) < (%(at)s, %(last)s)"
_PAGE = f"""
SELECT {", ".join(f"run.{name}::text" for name in IDS)}, {", ".join(f"run.{name}" for name in (*DOCUMENTS, *OWN))},
  experiment.title, person.name, person.email
FROM store_run AS run
  JOIN store_experiment AS experiment ON experiment.id = run.experiment_id
  LEFT JOIN people_user AS person ON person.id = run.created_by_id
WHERE run.verification_id = %(verification)s {{after}}
ORDER BY run.created_at DESC, run.id DESC LIMIT %(size)s
"""  # noqa: S608 - of constants
_FIRST_PAGE, _FURTHER_PAGE = _PAGE.format(after=""), _PAGE.format(after=_AFTER)


def page(team: Team, verification: Verification, cursor: str | None, limit: int | None) -> dict[str, Any]:
    """A page of the runs of a verification."""

    def fetch(size: int, place: lists.Place | None) -> list[ListedRun]:
        after = dict(zip(("at", "last"), place, strict=True)) if place else {}
        query = _FURTHER_PAGE if place else _FIRST_PAGE
        # Documents go out as the text that is stored.
        return sql.made(
            lambda *row: ListedRun(*row[: len(IDS)], *map(msgspec.Raw, row[_DOCUMENTS]), *row[_DOCUMENTS.stop :]),
            query,
            verification=verification.id,
            size=size,
            **after,
        )

    return lists.paged(fetch, partial(_shown, team, now()), cursor, limit)


def shown(run: Run) -> dict[str, Any]:
    """A run as the API tells it."""
    by = run.created_by
    who = (by.name, by.email) if by else (None, None)
    ids = [str(getattr(run, name)) for name in IDS]
    own = [getattr(run, name) for name in (*DOCUMENTS, *OWN)]
    return _shown(run.team, now(), ListedRun._make([*ids, *own, run.experiment.title, *who]))


def _shown(team: Team, moment: datetime, line: ListedRun) -> dict[str, Any]:
    return {
        "id": line.id,
        "org_id": str(team.org_id),
        "team_id": str(team.id),
        "verification_id": line.verification_id,
        "experiment_id": line.experiment_id,
        "execution_id": line.execution_id,
        "title": line.title,
        "state": state_of(line, moment),
        "status": line.status,
        "created_at": line.created_at.isoformat(),
        "heard_at": line.heard_at.isoformat(),
        "ended_at": line.ended_at.isoformat() if line.ended_at else None,
        "by": line.name or line.email,
        "next": line.next,
        "stop": line.stop,
        "plan": line.plan,
        "client": line.client,
        "verdict": line.verdict,
        "restored": line.restored,
        "recovered": line.recovered,
    }
