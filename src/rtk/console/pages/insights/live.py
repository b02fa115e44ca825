"""A run while it goes on: what its page shows before a script takes over, and how it is stopped.

Counts, never a judgement: there is no verdict before the end.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rtk.console.pages.insights import data, run_lookup
from rtk.console.people import audit, gate
from rtk.console.people.models import User
from rtk.console.people.pages import action
from rtk.console.store import runs
from rtk.console.store.models import Run
from rtk.console.store.run_state import RunState
from rtk.figures import elapsed, fine_share
from rtk.insight.facts import OUTCOMES, PHASES, PHASES_BY_CODE, Phase
from rtk.report.text import plain

MOST_SHOWN = 6  # of what happened
COUNTS = """
SELECT phase, outcome, count(*) FROM store_measurement WHERE run_id = %s AND day = %s AND n < %s GROUP BY 1, 2
"""


@action
def stop(request: HttpRequest, caller: gate.Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """Ask a run to stop; what it did is then undone."""
    into = gate.team_for(caller, org, team, "run")
    found = run_lookup.find(into, run)
    if runs.state_of(found) is RunState.ENDED:
        messages.info(request, "This run has ended already.")
    elif found.verification.deleted_at:
        raise gate.NotFound("The verification of this run was archived; it can be stopped where it runs.")
    else:
        runs.ask_to_stop(found, f"stopped on the console by {who(caller.user)}")
        told = {"team": into.name, "run": str(run)}
        audit.record(into.org, caller.user, "run.stopped", found.verification.name, told)
    return redirect("pages:insight", org=into.org.slug, team=into.slug, run=found.pk)


def who(user: User) -> str:
    """A person's name for the record."""
    return plain(user.name or user.email, 80)


def shown(run: Run, read: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """What the page says of a run under way; `read` are its entries, where they were read already."""
    told = data.around(run, read)
    rows = phases(run, told["planned"])
    taken = {str(outcome): sum(row[outcome] for row in rows) for outcome in OUTCOMES}
    share = None if told["per_deviation"] is None else told["per_deviation"] * taken["deviated"]
    return {
        **taken,
        "state": told["state"],
        "rows": rows,
        "taken": sum(taken.values()),
        "planned": sum(row["planned"] for row in rows),
        "spent": fine_share(share),
        "phase": told["phases"][-1]["phase"] if told["phases"] else None,
        "length": elapsed(sum(told["lengths"].values())),
        "events": [(elapsed(at), text) for at, text in reversed(told["events"][-MOST_SHOWN:])],
        "stop": plain(run.stop, 240) if run.stop else None,
        "undo": told["undo"],
    }


def phases(run: Run, planned: dict[Phase, int]) -> list[dict[str, Any]]:
    """How many measurements of each phase came out how, and how many slots it has: of what is not planned, those that
    came."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [run.id, run.day, run.next])
        found: dict[tuple[str, str], int] = {
            (PHASES_BY_CODE[phase], OUTCOMES[outcome]): number for phase, outcome, number in cursor.fetchall()
        }
    outcomes: tuple[str, ...] = OUTCOMES
    counted = [(phase, {each: found.get((phase, each), 0) for each in outcomes}) for phase in PHASES]
    return [
        {"phase": phase, **counts, "planned": max(planned.get(phase, 0), sum(counts.values()))}
        for phase, counts in counted
    ]
