"""What runs hold: never two runs of one organization on one system. Taken in one transaction, before a run begins.

A hold ends when the end of its run is stored and nothing of it is left unrestored, when its client says that the undo
is proven, or when a person releases it; never by time alone.

Teams do not see one another. So what another team sends must name what both act on before it stands in anybody's way,
and of that team's holds nothing is told but that there is one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import now

from rtk.console.people import audit
from rtk.console.people.models import Team, User
from rtk.console.store import runs
from rtk.console.store.models import Hold, Run
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.problem import Problem, unknown
from rtk.console.store.run_state import RunState
from rtk.insight.facts import Beside, Neighbour
from rtk.insight.stops import StopCause
from rtk.verify.holders import HoldState
from rtk.verify.systems import System, common, from_dicts

MOST_JOINED = 100  # of one hold: its row must not grow for as long as nobody releases it
_LOCK = 0x52544B48  # one hold is taken at a time in an organization
_GONE = {
    RunState.LOST_CONTACT: HoldState.DIED,
    RunState.ABANDONED: HoldState.DIED,
    RunState.RUNNING: HoldState.RUNNING,
}
# The same whichever and however many: else a team could be counted and timed.
_OF_ANOTHER_TEAM = {
    "run": "",
    "title": "",
    "host": "",
    "user": "",
    "since": 0.0,
    "standing": HoldState.RUNNING,
    "shared": [],
}


class Wanted(NamedTuple):
    """What a run wants to hold, as its client told it."""

    run: UUID
    title: str
    host: str
    who: str
    systems: list[dict[str, Any]]


def take(team: Team, wanted: Wanted, alongside: bool) -> tuple[bool, list[dict[str, Any]]]:
    """Take a hold; whether it is held now, and who else holds the same. Raises `Problem` for what is no system."""
    ours = systems_of(wanted.systems)
    with transaction.atomic():
        # Until the end of the transaction nobody else of the organization takes a hold.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(team.org_id)])
        mine = Hold.objects.filter(run_id=wanted.run).first()
        # A run of another team, on whose page the hold would be shown, may have that id.
        if (mine and mine.team_id != team.id) or Run.objects.filter(id=wanted.run).exclude(team=team).exists():
            raise unknown("hold")
        others = Hold.objects.filter(team__org=team.org_id, released_at=None).exclude(run_id=wanted.run)
        # Of another team's systems, those are meant that a mark says are the same.
        found = [
            (each, shared)
            for each in others
            if (shared := common(ours, from_dicts(each.systems), surely=each.team_id != team.id))
        ]
        if not found or alongside:
            _keep(team, wanted, mine)
            joining = {"run": str(wanted.run), "title": wanted.title, "host": wanted.host, "since": now().timestamp()}
            for each, _ in found:
                known = {one["run"] for one in each.joined}
                if joining["run"] not in known and len(known) < MOST_JOINED:
                    each.joined = [*each.joined, joining]
                    each.save(update_fields=["joined"])
        own = [_holder(each, shared) for each, shared in found if each.team_id == team.id]
        return not found or alongside, own if len(own) == len(found) else [*own, _OF_ANOTHER_TEAM]


def systems_of(values: Iterable[Mapping[str, Any]]) -> tuple[System, ...]:
    """The systems of what a client sent. Raises `Problem`."""
    try:
        return from_dicts(values)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Problem(422, "systems: expected a list of systems, each with kind, marks and told", "systems") from None


def find(team: Team, run: str) -> Hold:
    """A team's hold, by its run's id. Raises `Problem`."""
    try:
        found: Hold | None = Hold.objects.filter(run_id=UUID(run), team=team).first()
    except ValueError:
        found = None
    if found is None:
        raise unknown("hold")
    return found


def of_run(run: Run) -> Hold | None:
    """The hold of a run, while it stands."""
    mine = Hold.objects.filter(run_id=run.id, team=run.team_id, released_at=None)
    found: Hold | None = mine.select_related("team__org").first()
    return found


def standing(team: Team) -> list[Hold]:
    """A team's holds that stand, newest first."""
    return list(Hold.objects.filter(team=team, released_at=None).order_by("-taken_at"))


@transaction.atomic
def release(hold: Hold, user: User) -> bool:
    """End a hold, as a person says; whether it stood."""
    stood = Hold.objects.filter(run_id=hold.run_id, released_at=None).update(released_at=now(), released_by=user)
    if stood:
        audit.record(hold.team.org, user, "hold.released", hold.title, {"run": str(hold.run_id)})
    return bool(stood)


def settle(run: Run) -> None:
    """End the hold of a run whose end is stored, unless something of it is not restored that nobody chose to forget."""
    forgotten = (run.insight or {}).get("stop_cause") == StopCause.FORGOTTEN
    if run.ended_at and (run.restored is not False or forgotten):
        settled(run.team_id, run.id)


def settled(team: UUID, run: UUID) -> None:
    """End the hold of a team's run whose undo is proven."""
    Hold.objects.filter(run_id=run, team=team, released_at=None).update(released_at=now())


def neighbours_of(run: Run) -> tuple[Neighbour, ...]:
    """The runs that began beside a run, as far as the console knows."""
    found = Hold.objects.filter(run_id=run.id, team=run.team_id).first()
    beside = joined(found) if found else []
    return tuple(Neighbour(each["run"], each["title"], each["host"], each["since"], Beside.JOINED) for each in beside)


def joined(hold: Hold) -> list[dict[str, Any]]:
    """Who has begun beside it: of another team no more than since when."""
    if not hold.joined:
        return []
    runs_of_it = [each["run"] for each in hold.joined]
    own = set(map(str, Hold.objects.filter(team=hold.team_id, run_id__in=runs_of_it).values_list("run_id", flat=True)))
    return [each if each["run"] in own else {**each, "run": "", "title": "", "host": ""} for each in hold.joined]


def shown(hold: Hold) -> dict[str, Any]:
    """A hold as the API tells it."""
    return {
        "run": str(hold.run_id),
        "title": hold.title,
        "host": hold.host,
        "user": hold.who,
        "since": hold.taken_at.timestamp(),
        "acts_on": [each["told"] for each in hold.systems],
        "joined": joined(hold),
        "released_at": hold.released_at.isoformat() if hold.released_at else None,
    }


def _keep(team: Team, wanted: Wanted, mine: Hold | None) -> None:
    values = {"title": wanted.title[:NAME_LENGTH], "host": wanted.host, "who": wanted.who, "systems": wanted.systems}
    if mine is None:
        Hold.objects.create(run_id=wanted.run, team=team, **values)
    elif mine.released_at is None:
        Hold.objects.filter(run_id=wanted.run).update(**values)
    else:
        raise Problem(409, "run: this run has already released its hold", "run")


def _holder(hold: Hold, shared: tuple[System, ...]) -> dict[str, Any]:
    """Who of one's own team holds it."""
    return {
        "run": str(hold.run_id),
        "title": hold.title,
        "host": hold.host,
        "user": hold.who,
        "since": hold.taken_at.timestamp(),
        "standing": standing_of(hold),
        "shared": [each.told for each in shared],
    }


def standing_of(hold: Hold) -> HoldState:
    """Why a hold stands, by the run that has it."""
    run = Run.objects.filter(id=hold.run_id, team=hold.team_id).first()
    if run is None or (state := runs.state_of(run)) is not RunState.ENDED:
        return HoldState.RUNNING if run is None else _GONE[state]
    return HoldState.NOT_RESTORED if run.restored is False else HoldState.UNDOING
