"""How each team of an organization stands: its latest verdict, and its latest run where that has none; in one query."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from msgspec import Struct

from rtk.console.pages.insights.states import NOT_BEGUN
from rtk.console.people.models import Team
from rtk.console.store import runs
from rtk.console.store.run_state import RunState
from rtk.insight.status import CUT_SHORT, RunStatus

MOST = 24
_LATEST = """
SELECT t.id, run.id, verification.name, run.created_at, run.state, run.told, run.heard_at, run.due_at, run.ended_at,
  run.verdict, run.status, run.restored IS FALSE AND run.acknowledged_at IS NULL
FROM unnest(%(teams)s::uuid[]) AS t (id) CROSS JOIN LATERAL (
  (SELECT id FROM store_run WHERE team_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1)
  UNION
  (SELECT id FROM store_run WHERE team_id = t.id AND verdict IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1)
) AS latest JOIN store_run run ON run.id = latest.id
JOIN store_verification verification ON verification.id = run.verification_id
ORDER BY run.created_at DESC, run.id DESC
"""


class Latest(Struct, frozen=True):
    """A run of a team: its latest, or the latest that has a verdict."""

    run: UUID
    name: str
    created_at: datetime
    state: str
    told: str
    heard_at: datetime
    due_at: datetime
    ended_at: datetime | None
    verdict: str | None
    status: str
    not_restored: bool

    @property
    def shown(self) -> str:
        """Its verdict once there is one, else its state."""
        state = runs.state_of(self)
        if state is not RunState.ENDED:
            return state
        if self.verdict or self.status == RunStatus.FAILED:
            return self.verdict or NOT_BEGUN
        return self.status if self.status in CUT_SHORT else "none"


def of(teams: Sequence[Team]) -> list[tuple[Team, list[Latest]]]:
    """The teams, at most 24, each with its latest run, and after it the latest with a verdict where that is another."""
    shown = list(teams[:MOST])
    found: dict[UUID, list[Latest]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"teams": [team.pk for team in shown]})
        for team, *rest in cursor.fetchall():
            found.setdefault(team, []).append(Latest(*rest))
    return [(team, found.get(team.pk, [])) for team in shown]
