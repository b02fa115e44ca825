"""Executions: one playing of an experiment each, with its journal."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from rtk.console.people.models import Team, User
from rtk.console.store import experiments, extent, lists, timeline
from rtk.console.store.intake import refusal
from rtk.console.store.models import Event, Execution, Experiment, Run
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.problem import Problem, unknown
from rtk.experiment.quantity import finite

MOST_STATUS = 40  # characters of its column
LONGEST_S = 366 * 86_400.0  # seconds: what a journal says beyond that is no length


class JournalSummary(msgspec.Struct):
    """What is looked at of a journal; the rest is kept unread."""

    status: str = "running"
    deviated: bool | None = None
    experiment: dict[str, Any] = {}
    start: Any = None
    end: Any = None
    duration: Any = None

    @property
    def state(self) -> str:
        """The status; `unknown` for a journal that has an end and says that it is running.

        So do those that clients of 2020 publish afterwards: they write `running` over the status that was.
        """
        status = "unknown" if self.status == "running" and self.end is not None else self.status
        return status.replace("\0", " ")[:MOST_STATUS]

    @property
    def began(self) -> datetime | None:
        """When it began, by its client's clock."""
        return moment_of(self.start)

    @property
    def took(self) -> float | None:
        """How many seconds it took: from its start to its end, which are shown beside it, else what it says."""
        began, ended = self.began, moment_of(self.end)
        if began and ended and ended >= began:
            return (ended - began).total_seconds()
        said = finite(self.duration)
        return said if said is not None and 0 <= said < LONGEST_S and self.end is not None else None


def moment_of(stamp: Any) -> datetime | None:
    """A moment of a journal; without a zone it is UTC, as the Chaos Toolkit writes it."""
    try:
        found = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
        return found and (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def of(team: Team) -> Any:
    """A team's executions, without their journals."""
    return Execution.objects.filter(team=team).defer("journal").select_related("experiment", "team__org")


def find(team: Team, key: str, experiment: str | None = None) -> Execution:
    """A team's execution, of that experiment where one is named. Raises `Problem`."""
    found: Execution | None = lists.by_id(of(team), key)
    if found is None or not (experiment is None or _is_of(found, experiment)):
        raise unknown("execution")
    return found


def _is_of(execution: Execution, key: str) -> bool:
    return key == execution.experiment.file_id or key.lower() == str(execution.experiment_id)


def journal_of(raw: bytes) -> JournalSummary:
    """What is looked at of a journal. Raises `Problem` with the place of what is wrong."""
    extent.refuse_many_read(raw, JournalSummary, extent.most_values(), "journal")
    try:
        return msgspec.json.decode(raw, type=JournalSummary)
    except msgspec.ValidationError as error:
        raise refusal(error, "journal") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, f"journal: not JSON: {error}", "journal") from None


def create(team: Team, user: User, key: str, raw: bytes, execution_id: UUID | None = None) -> Execution:
    """An execution of an experiment, which is imported from the journal when the team does not know it.

    Idempotent by the execution's id, where the client gives one. Raises `Problem`.
    """
    journal = journal_of(raw)
    if known := _known(team, key, execution_id):
        update(known, user, raw, journal)
        return known
    try:
        with transaction.atomic():
            try:
                experiment = experiments.find(team, key)
            except Problem:
                if not journal.experiment or "\0" in key or len(key) > NAME_LENGTH:
                    raise
                experiment, _ = experiments.keep(team, user, journal.experiment, key)
            return make(team, user, experiment, raw, journal, **({"id": execution_id} if execution_id else {}))
    except IntegrityError:  # told twice at the same moment
        found = _known(team, key, execution_id)
        if found is None:
            raise
        return found


def _known(team: Team, key: str, execution_id: UUID | None) -> Execution | None:
    found = Execution.objects.filter(id=execution_id).select_related("experiment").first() if execution_id else None
    if found and not (found.team_id == team.id and _is_of(found, key)):
        raise unknown("execution")
    return found


def make(
    team: Team, user: User, experiment: Experiment, raw: bytes | None, journal: JournalSummary, **values: Any
) -> Execution:
    """A new execution; `values` are further columns."""
    made: Execution = Execution.objects.create(team=team, created_by=user, experiment=experiment, **values)
    if raw is not None:
        update(made, user, raw, journal)
    return made


@transaction.atomic
def update(execution: Execution, user: User | None, raw: bytes, journal: JournalSummary | None = None) -> None:
    """Keep the journal as it is now. One that has ended is never running again."""
    found = journal or journal_of(raw)
    running = found.state == "running"
    if running and execution.ended_at:
        return
    ends = not running and execution.ended_at is None
    execution.journal = raw
    execution.status = found.state
    execution.deviated = bool(found.deviated)
    execution.ended_at = now() if ends else execution.ended_at
    execution.began_at, execution.took_s = found.began, found.took
    execution.save(update_fields=["journal", "status", "deviated", "ended_at", "began_at", "took_s"])
    if ends:
        kind, experiment = "execution.experiment-finished", execution.experiment
        tags = experiments.tags_of(experiment.document)
        run = Run.objects.filter(execution=execution).values_list("id", flat=True).first()
        timeline.add(execution.team, user, kind, execution.id, experiment.title, tags, run)


def told(execution: Execution, user: User, outer_id: str, kind: str, data: Any) -> None:
    """Keep an event that was told of an execution; told again, it changes nothing."""
    try:
        with transaction.atomic():
            Event.objects.create(
                team_id=execution.team_id,
                created_by=user,
                execution=execution,
                outer_id=outer_id,
                kind=kind,
                payload=data,
            )
    except IntegrityError:
        return
