"""The pages of insights: lists, a run, two runs side by side, and files to take along."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from msgspec.structs import replace

from rtk.console import heap
from rtk.console.pages.insights import (
    acknowledgement,
    comparison,
    heading,
    listing,
    measurement_table,
    page,
    run_lookup,
    stored_insight,
)
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Organization, Team
from rtk.console.people.pages import action, viewed
from rtk.console.store import holds, insights, runs, versions
from rtk.console.store.models import Run
from rtk.console.store.problem import Problem
from rtk.console.store.run_state import RunState
from rtk.errors import ToolkitError
from rtk.insight.insight import insight as insight_of
from rtk.report.write import FORMATS

_BROKEN = (ToolkitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class NotYet(gate.Refused):
    """What there is only of a run that has ended."""

    status = 409


@viewed
def of_team(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """The runs of a team."""
    found = gate.team_for(caller, org, team, "read")
    return _list(request, [found.pk], found.org, found)


@viewed
def of_org(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The runs of all one's teams of an organization."""
    found = gate.org_for(caller, org, "read")
    return _list(request, gate.teams_for(caller).filter(org=found).order_by().values("pk"), found, None)


def _list(request: HttpRequest, teams: object, org: Organization, team: Team | None) -> HttpResponse:
    form = listing.Filter(request.GET)
    chosen = form.chosen()
    try:
        found = listing.page(teams, chosen, request.GET.get("before"))
    except Problem:
        raise gate.NotFound("There is no such page of the list.") from None
    query = request.GET.copy()
    query["before"] = found["next"] or ""
    context = {
        "org": org,
        "team": team,
        "at": "insights",
        "form": form,
        "chosen": chosen,
        "lines": found["items"],
        "next": f"?{query.urlencode()}" if found["next"] else "",
        "verdicts": listing.VERDICTS,
        "verifications": listing.choices(teams, chosen.get("verification")),
    }
    return render(request, "insights/list.html", context)


@viewed
def show(request: HttpRequest, caller: Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """A run: under way, or what came of it."""
    into = gate.team_for(caller, org, team, "read")
    found = run_lookup.find(into, run)
    if request.GET.get("fragment") == "undone":
        return render(request, "insights/_undone.html", page.fragment(found))
    return _shown(request, into, found, acknowledgement.AcknowledgeForm())


def _shown(request: HttpRequest, team: Team, run: Run, form: acknowledgement.AcknowledgeForm) -> HttpResponse:
    told = page.page(run, request.GET)
    context = {
        **told,
        "org": team.org,
        "team": team,
        "at": "insights",
        "may_run": "run" in gate.RIGHTS[team.role],
        "form": form,
        "forms": [(suffix.removeprefix("."), each.label) for suffix, each in FORMATS.items()],
        "hold": None if told["state"] is RunState.RUNNING else holds.of_run(run),  # while it goes on nobody releases it
    }
    return render(request, "insights/insight.html", context, status=422 if form.errors else 200)


@action
def acknowledge(request: HttpRequest, caller: Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """Say that one knows that a run is not restored."""
    into = gate.team_for(caller, org, team, "run")
    found = run_lookup.find(into, run)
    form = acknowledgement.AcknowledgeForm(request.POST)
    if acknowledgement.waits(found) and not form.is_valid():
        return _shown(request, into, found, form)
    if acknowledgement.waits(found) and acknowledgement.acknowledge(found, caller.user, form.cleaned_data["note"]):
        messages.success(request, "Acknowledged: this run is no longer told of on every page.")
    else:
        messages.info(request, "There is nothing left to acknowledge here.")
    return redirect("pages:insight", org=into.org.slug, team=into.slug, run=found.pk)


@action
def release(request: HttpRequest, caller: Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """Say that what a run did is undone, so that others may act on the same."""
    into = gate.team_for(caller, org, team, "run")
    found = run_lookup.find(into, run)
    held = holds.of_run(found)
    if held and holds.release(held, caller.user):
        messages.success(request, "Released: other runs may act on it now.")
    else:
        messages.info(request, "This run holds nothing.")
    return redirect("pages:insight", org=into.org.slug, team=into.slug, run=found.pk)


@viewed
def compare(request: HttpRequest, caller: Caller, org: str, team: str, run: UUID, other: UUID) -> HttpResponse:
    """Two runs side by side, the earlier one first."""
    into = gate.team_for(caller, org, team, "read")
    first, second = sorted((run_lookup.find(into, key) for key in (run, other)), key=lambda each: each.created_at)
    both = comparison.sides((first, second))
    context = {"org": into.org, "team": into, "at": "insights", "sides": both, "rows": comparison.rows(both)}
    return render(request, "insights/compare.html", context)


@viewed
def report(request: HttpRequest, caller: Caller, org: str, team: str, run: UUID, form: str) -> HttpResponse:
    """The report of a run that has ended, as the terminal writes it."""
    written = FORMATS.get(f".{form}")
    if written is None:
        raise gate.NotFound("There is no report of this form.")
    found = run_lookup.find(gate.team_for(caller, org, team, "read"), run)
    if runs.state_of(found).is_under_way:
        raise NotYet("This run is under way: there is a report once it has ended.")
    version, kept = request.GET.get("version", ""), insights.insight_of(found)
    # More digits are no version.
    if version.isdecimal() and len(version) < 5:
        kept = versions.of(found, int(version)) or kept
    elif form == "xml":  # of JUnit the first one, so that what a pipeline read stays as it was
        kept = versions.first(found) or kept
    told = stored_insight.insight_from(kept)
    try:
        stands = page.stands(found)
        facts = replace(insights.facts_of(found), standing=stands.headline if stands else "")
        text = written.text(told or insight_of(facts), facts)
    except _BROKEN:
        raise NotYet("No report can be made: what was told of this run contradicts itself.") from None
    many = len(facts.measurements)
    # Let go of first: else there would be nothing to give back.
    del facts
    if many >= heap.LARGE:
        heap.give_back()
    answer = HttpResponse(text.encode("utf-8", "replace"), content_type=f"{written.media_type}; charset=utf-8")
    return _file(answer, found, form)


@viewed
def measurements(_: HttpRequest, caller: Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """All measurements of a run as CSV, also of one under way."""
    found = run_lookup.find(gate.team_for(caller, org, team, "read"), run)
    head = insights.head_of(found)
    unit = str((head.get("threshold") or {}).get("unit") or "")
    lines = measurement_table.lines(found, unit, heading.began_at(found, head))
    answer = cast("HttpResponse", StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"))
    return _file(answer, found, "csv")


def _file(answer: HttpResponse, run: Run, form: str) -> HttpResponse:
    """An answer to be saved under the run's name, never shown within the console."""
    # Saved, never shown: what a run told could be a page of somebody's own within the console.
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}.{form}"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
