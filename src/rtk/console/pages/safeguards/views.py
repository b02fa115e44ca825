"""The safeguards of a team: which are in force, freezing it now, and lifting one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from rtk.console.pages import listing
from rtk.console.pages.listing import around
from rtk.console.pages.safeguards.forms import FreezeForm
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.pages import action, page, sent, status
from rtk.console.store import safeguards as store
from rtk.console.store.models import Safeguard
from rtk.console.store.problem import Problem


@page
def safeguards(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The safeguards of a team, those in force first, and a form that freezes it."""
    of = gate.team_for(caller, org, team, "run" if request.method == "POST" else "read")
    rows = Safeguard.objects.filter(team=of)
    form, moment = FreezeForm(sent(request)), now()
    if form.is_valid():
        made = form.make(rows, lambda key: store.make(of, caller.user, {**form.values(moment), "id": key}))
        messages.success(
            request, f"{made.name} is in force. Runs under way stop and undo what they did, and no other begins."
        )
        return redirect("pages:safeguards", of.org.slug, of.slug)
    forbidding = store.forbidding(of, moment)
    others = rows.exclude(pk__in=[each.pk for each in forbidding]).select_related("created_by")
    found = listing.page(request, others)
    first = [] if "before" in request.GET else forbidding  # however long ago they were made
    rights = gate.RIGHTS[of.role]
    context = {
        **around(of, "safeguards"),
        "rows": [(each, store.state_of(each, moment)) for each in (*first, *found.rows)],
        "next": found.next,
        "forbidding": forbidding,
        "form": form,
        "may_run": "run" in rights,
        "may_admin": "admin" in rights,
    }
    return render(request, "safeguards/list.html", context, status=status(form))


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
