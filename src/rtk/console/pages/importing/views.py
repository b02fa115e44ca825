"""Import Experiment: four steps on one page, from a file to a verification that can be run."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from rtk.console.pages.importing.confirmation import Wish, asks, lengthened, wish_of
from rtk.console.pages.importing.experiment_summary import ExperimentSummary, excerpt
from rtk.console.pages.importing.forms import NEW, OLD, ImportForm, plan_of
from rtk.console.pages.importing.planning import Planned, planned
from rtk.console.pages.importing.proposals import KEPT, numbers, propose, trouble
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Team, User
from rtk.console.people.pages import page, viewed
from rtk.console.store import changes, experiment_preview, experiments, lists, measures, verifications
from rtk.console.store.experiments import digest, tags_of
from rtk.console.store.models import Verification
from rtk.console.store.problem import Problem
from rtk.errors import BadInput
from rtk.experiment.read import LARGEST, decode
from rtk.verify.longest import beside_s

_NOTHING = "Choose a file, drop one here, or paste an experiment."
_PLACES = (
    ("quantile", "quantile"),
    ("budget-spent", "budget_spent"),
    ("deviated-in-a-row", "deviated_in_a_row"),
    ("require-baseline", "require_baseline"),
    ("stop-when.decided", "decided"),
    ("window", "window"),
    ("occurs", "occurs_times"),
)


@page
def import_experiment(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """Look at an experiment, and make a verification of it when asked to."""
    into = gate.team_for(caller, org, team, "run")
    sent = request.POST.copy() if request.method == "POST" else _again(request, into)
    if sent is None:
        return _shown(request, into, ImportForm(team=into), None)
    data, found, wrong = _looked_at(request, sent, into)
    form, wish = ImportForm(data, team=into), wish_of(data)
    if wish and found and form.is_valid():
        if wish is Wish.LONGER:
            form = ImportForm(lengthened(data, _planned(form, found)), team=into)
        if form.is_valid() and asks(wish, _planned(form, found)):
            return _shown(request, into, form, found, asking=True)
        made = _made(form, found, into, caller.user) if form.is_valid() else None
        if made:
            messages.success(request, "The verification is made. Here is how to run it.")
            return redirect("pages:verification", org=into.org.slug, team=into.slug, verification=made.pk)
    return _shown(request, into, form, found, wrong)


def _planned(form: ImportForm, found: ExperimentSummary | None) -> Planned | None:
    """What the plan of the form can prove, with the experiment where there is one."""
    document = found.document if found else {}
    values = plan_of(form)
    return planned({**values, "beside": beside_s(document, values.get("duration")), "document": document})


@viewed
def plan(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """What the plan in the query can prove, as a fragment."""
    into = gate.team_for(caller, org, team, "run")
    data = request.GET.copy()
    data.setdefault("attach", OLD if data.get("objective") else NEW)
    form = ImportForm(data, team=into)
    form.full_clean()
    return render(request, "importing/plan.html", {"planned": planned(plan_of(form))})


def _again(request: HttpRequest, into: Team) -> QueryDict | None:
    """What is sent of an experiment that is there already, and named in the query."""
    key = request.GET.get("experiment")
    if not key:
        return None
    try:
        found = experiments.find(into, key)
    except Problem:
        raise gate.NotFound("There is no such experiment in this team.") from None
    data = QueryDict(mutable=True)
    data["source"] = json.dumps(found.document, indent=2, ensure_ascii=False)
    return data


def _looked_at(
    request: HttpRequest, data: QueryDict, into: Team
) -> tuple[QueryDict, ExperimentSummary | None, BadInput | None]:
    """What was sent, completed by what is proposed; what was found in it; and what is wrong with it."""
    wished = request.GET.get("objective")
    if wished and "attach" not in data:
        data["attach"], data["objective"] = OLD, wished
    chosen: Any = request.FILES.get("file")
    # A byte more than is possible tells that it is too large. Half a character becomes what is no UTF-8, and refused.
    source = chosen.read(LARGEST + 1) if chosen else data.get("source", "").encode("utf-8", "surrogatepass")
    if not source.strip():
        return data, None, BadInput(f"The file {chosen.name} is empty." if chosen else _NOTHING)
    try:
        data["source"] = decode(source, experiment_preview.WHERE)
        document, mended = experiment_preview.read(source)
    except BadInput as error:
        return data, None, error
    except Problem as problem:
        return data, None, problem.wrong
    found = ExperimentSummary(document, mended)
    # By default it is measured for as long as it takes to prove what the chosen objective promises.
    key = lists.id_of(data.get("objective", "")) if data.get("attach") == OLD else None
    objective = verifications.objectives(into).filter(pk=key).first() if key else None
    propose(data, found, measures.schedule_for(objective)[1] if objective else None)
    return data, found, None


def _made(form: ImportForm, found: ExperimentSummary, into: Team, user: User) -> Verification | None:
    """The verification, made or found; None when it was refused, which the form then says."""
    promise = form.promise()
    if "objective" in promise:
        promise["objective"]["tags"] = tags_of(found.document)
    values = {"name": form.cleaned_data["name"], "experiment": found.document, **promise, **form.strategy()}
    rows = Verification.objects.filter(team=into, deleted_at=None)
    try:
        return form.make(rows, lambda key: changes.new_verification(into, user, {"id": key, **values}))
    except Problem as problem:
        place = field_of(problem)
        chosen = place == "quantile" and form.cleaned_data["objective"]
        form.add_error("objective" if chosen else place, problem.detail)
        return None


def field_of(problem: Problem) -> str | None:
    """The field that asks for what was refused, by its place in the file; None where none does."""
    return next((field for part, field in _PLACES if part in problem.wrong.place), None)


def _shown(
    request: HttpRequest,
    into: Team,
    form: ImportForm,
    found: ExperimentSummary | None,
    wrong: BadInput | None = None,
    asking: bool = False,
) -> HttpResponse:
    # A form that is not bound has no data, and nothing was found for it.
    begun, text = bool(form.data.get("name") or found), form.data.get("source", "")
    beside, before = 0.0, None
    if found:
        beside = beside_s(found.document, plan_of(form).get("duration") or numbers(found).get("duration"))
        same = Verification.objects.filter(team=into, deleted_at=None, experiment__digest=digest(found.document))
        before = same.only("id", "name", "created_at").order_by("-created_at").first()
    context = {
        "org": into.org,
        "team": into,
        "at": "verifications",
        "form": form,
        "found": found,
        "wrong": str(wrong or ""),
        "lines": excerpt(text, wrong.spot) if wrong and wrong.spot else [],
        "warnings": [*found.warnings, *filter(None, [trouble(found)])] if found else [],
        "before": before,
        "begun": begun,
        "source": text,
        "kept": form.data.get(KEPT, ""),
        "beside": beside,
        "planned": _planned(form, found) if begun and not form.errors.get("frequency") else None,
        "asking": asking,
    }
    refused = wrong is not None or (form.is_bound and wish_of(form.data) is not None and bool(form.errors))
    return render(request, "importing/import.html", context, status=422 if refused else 200)
