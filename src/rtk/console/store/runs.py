"""Runs: made once, found, ended, stopped, and told as they stand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.timezone import now

from rtk.console.notify import outbox
from rtk.console.people.models import Team, User
from rtk.console.prepared import Prepared
from rtk.console.store import executions, experiments, lists, partitions, revisions, timeline, verifications
from rtk.console.store.intake import PlanOf, accept, refusal
from rtk.console.store.models import Run, Verification
from rtk.console.store.problem import Problem, unknown
from rtk.console.store.run_state import NotedState, RunState
from rtk.experiment.plan import slot_count
from rtk.experiment.revision import essence

SILENCE = timedelta(seconds=30)  # without a heartbeat: contact is lost
PATIENCE = timedelta(hours=24)  # past the planned end: nobody waits any longer
MOST_SLOTS = 10_000_000


def of(team: Team) -> Any:
    """A team's runs."""
    return Run.objects.filter(team=team).select_related("verification", "experiment", "team", "created_by")


def _one(team: UUID, run: UUID) -> Any:
    rows = Run.objects.filter(team=team, id=run).select_related("verification", "experiment", "created_by")
    return rows.defer("client_insight", "results", "progress", "verification__stop_when", "experiment__document")


_ONE = Prepared(_one, team=UUID(int=1), run=UUID(int=2))


def find(team: Team, verification: str, key: str) -> Run:
    """A team's run of a verification. Raises `Problem`."""
    run = lists.id_of(key)
    found: Run | None = _ONE.first(team=team.id, run=run) if run else None
    if found is None or not _is_of(found, verification):
        raise unknown("run")
    found.team = team
    return found


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


def lengths(plan: Mapping[str, Any]) -> dict[str, float]:
    """The planned length of each phase (seconds)."""
    keys = {"baseline": "warm_up_s", "conditions": "duration_s", "recovery": "cool_down_s"}
    return {phase: float(plan.get(key) or 0.0) for phase, key in keys.items()}


def create(
    team: Team, user: User, key: str, run_id: UUID, plan: Any, experiment: Mapping[str, Any], client: Mapping[str, Any]
) -> tuple[Run, bool]:
    """A run with its execution, and whether it is new. Idempotent by the run's id. Raises `Problem`."""
    version = client.get("record", 1)
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
        return make(team, user, verification, values, run_id, experiment=experiment, client=dict(client)), True
    except IntegrityError:
        found = _known(team, run_id)
        if found is None:
            raise unknown("run") from None
        return found, False


def _known(team: Team, run_id: UUID) -> Run | None:
    known: Run | None = Run.objects.filter(id=run_id).select_related("verification", "execution").first()
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
    partitions.ensure(moment.date())
    kept = verification.experiment
    if experiment and kept.digest != experiments.digest(experiment):
        kept, _ = experiments.keep(team, user, experiment, kept.file_id or str(kept.id))
    revision = essence(kept.document, revisions.planned_by(plan))
    execution = values.pop("execution", None) or executions.make(team, user, kept, None, executions.Journal())
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
        if first:
            verification = run.verification
            timeline.add(run.team, user, "verification.ended", verification.id, verification.name)
            outbox.note(outbox.ENDED, run.id)
    tell(run.id)


def ask_to_stop(run: Run, reason: str) -> None:
    """Ask a run to stop: its next call is told so, and who follows it at once."""
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


class Line(NamedTuple):
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


IDS, DOCUMENTS, OWN = Line._fields[:4], Line._fields[4:6], Line._fields[6:-3]
AS_TEXT = {f"{name}_text": Cast(name, TextField()) for name in (*IDS, *DOCUMENTS)}
ALONG = ("experiment__title", "created_by__name", "created_by__email")


@cache
def _newest(size: int, follows: bool) -> Prepared:
    """The query of a page: the runs of a verification, newest first, from the beginning or after a place."""

    def rows(verification: UUID, at: datetime, last: UUID) -> Any:
        found = Run.objects.filter(verification=verification)
        after = lists.after(found, (at, last) if follows else None).annotate(**AS_TEXT)
        return after.values_list(*AS_TEXT, *OWN, *ALONG)[:size]

    return Prepared(rows, verification=UUID(int=1), at=datetime(2000, 1, 1, tzinfo=UTC), last=UUID(int=2))


def page(team: Team, verification: Verification, cursor: str | None, limit: int | None) -> dict[str, Any]:
    """A page of the runs of a verification."""

    def fetch(size: int, place: lists.Place | None) -> list[Line]:
        at, last = place or (None, None)
        found = _newest(size, place is not None).rows(verification=verification.id, at=at, last=last)
        # Documents go out as the text that is stored.
        return [Line._make([*row[:4], msgspec.Raw(row[4]), msgspec.Raw(row[5]), *row[6:]]) for row in found]

    return lists.paged(fetch, partial(_shown, team, now()), cursor, limit)


def shown(run: Run) -> dict[str, Any]:
    """A run as the API tells it."""
    by = run.created_by
    who = (by.name, by.email) if by else (None, None)
    ids = [str(getattr(run, name)) for name in IDS]
    own = [getattr(run, name) for name in (*DOCUMENTS, *OWN)]
    return _shown(run.team, now(), Line._make([*ids, *own, run.experiment.title, *who]))


def _shown(team: Team, moment: datetime, line: Line) -> dict[str, Any]:
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
