"""The safeguards of a team: which are in force, freezing it now, and lifting one."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from rtk.console.pages import listing
from rtk.console.pages.listing import around
from rtk.console.pages.safeguards.forms import FreezeForm, WeeklyForm
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.pages import action, page, sent, status
from rtk.console.store import safeguards as store
from rtk.console.store.models import Safeguard
from rtk.console.store.problem import Problem
from rtk.console.store.weekly import kept_sentence

WEEKLY = "weekly_%s"  # ids of the second form of the page
LIFTABLE = frozenset({store.SafeguardState.IN_FORCE, store.SafeguardState.PLANNED})
_BEGAN = "is in force. Runs under way stop and undo what they did, and no other begins."
_PLANNED = "is planned. It forbids runs in its hours, each week."


class SafeguardRow(NamedTuple):
    """A safeguard in the list: how it stands, and its hours of each week in words."""

    of: Safeguard
    view: store.SafeguardView
    weekly: str

    @property
    def liftable(self) -> bool:
        """Whether it forbids runs now or will."""
        return self.view.state in LIFTABLE


@page
def safeguards(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The safeguards that concern a team, those in force first, and forms that make one."""
    of = gate.team_for(caller, org, team, "run" if request.method == "POST" else "read")
    data, moment = sent(request), now()
    comes_again = data is not None and "zone" in data
    freeze, weekly = (
        FreezeForm(None if comes_again else data),
        WeeklyForm(data if comes_again else None, auto_id=WEEKLY),
    )
    form: FreezeForm | WeeklyForm = weekly if comes_again else freeze
    if form.is_valid():
        rows = Safeguard.objects.filter(team=of)
        made = form.make(rows, lambda key: store.make(of, caller.user, {**form.values(moment), "id": key}))
        in_force = store.standing_of(made, moment).state is store.SafeguardState.IN_FORCE
        messages.success(request, f"{made.name} {_BEGAN if in_force else _PLANNED}")
        return redirect("pages:safeguards", of.org.slug, of.slug)
    forbidding = store.forbidding(of, moment)
    others = store.visible(of).exclude(pk__in=[each.pk for each in forbidding]).select_related("created_by")
    found = listing.page(request, others)
    first = [] if "before" in request.GET else forbidding  # however long ago they were made
    rights = gate.RIGHTS[of.role]
    context = {
        **around(of, "safeguards"),
        "rows": [_row(each, moment) for each in (*first, *found.rows)],
        "next": found.next,
        "forbidding": [_row(each, moment) for each in forbidding],
        "freeze": freeze,
        "weekly": weekly,
        "may_run": "run" in rights,
        "may_admin": "admin" in rights,
    }
    return render(request, "safeguards/list.html", context, status=status(form))


def _row(one: Safeguard, moment: datetime) -> SafeguardRow:
    words = kept_sentence(one.weekly) if one.weekly else ""
    return SafeguardRow(one, store.standing_of(one, moment), words)


@action
def lift(request: HttpRequest, caller: Caller, org: str, team: str, safeguard: UUID) -> HttpResponse:
    """Lift a safeguard: it forbids nothing any longer, and stays in the list."""
    of = gate.team_for(caller, org, team, "admin")
    try:
        lifted = store.change(store.find(of, str(safeguard)), caller.user, {"active": False})
    except Problem:
        raise gate.NotFound("There is no such safeguard in this team.") from None
    messages.success(request, f"{lifted.name} is lifted.")
    return redirect("pages:safeguards", of.org.slug, of.slug)
