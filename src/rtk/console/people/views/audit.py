"""The audit log of an organization: as a page, and as a table to keep."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from rtk.console.pages import listing
from rtk.console.pages.insights.measurement_table import harmless
from rtk.console.people import gate
from rtk.console.people.audit import ACTIONS
from rtk.console.people.audit_search import SearchForm, find
from rtk.console.people.gate import Caller
from rtk.console.people.models import AuditEntry, Organization
from rtk.console.people.pages import status, viewed
from rtk.console.store import lists

_CHUNK = 1000  # entries at a time: a whole log need not fit into memory
_HEAD = ("time", "actor", "actor id", "action", "object", "details")


@viewed
def entries(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """Who did what, newest first."""
    return _page(request, gate.org_for(caller, org, "admin"), SearchForm(request.GET))


@viewed
def table(request: HttpRequest, caller: Caller, org: str) -> HttpResponse:
    """The same as CSV, all of it. A search that cannot be is answered with its form: half of it would find too much."""
    found, form = gate.org_for(caller, org, "admin"), SearchForm(request.GET)
    if not form.is_valid():
        return _page(request, found, form)
    lines = _lines(find(found, form.search()))
    answer = cast("HttpResponse", StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"))
    answer["Content-Disposition"] = f'attachment; filename="audit-{found.pk}.csv"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _page(request: HttpRequest, org: Organization, form: SearchForm) -> HttpResponse:
    found = listing.page(request, find(org, form.search()), lambda entry: (entry, words(entry)))
    context = {"org": org, "form": form, "rows": found.rows, "next": found.next, "at": "audit"}
    return render(request, "people/audit.html", context, status=status(form))


def words(entry: AuditEntry) -> str:
    """Return what was done, in words; an action of another release by its name."""
    return ACTIONS.get(entry.action, entry.action)


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """Entries as lines of CSV, so many at a time that none are waited for long."""
    yield _written([_HEAD])
    part = list(lists.after(entries, None)[:_CHUNK])
    while part:
        lines = []
        for each in part:
            detail = json.dumps(each.detail, ensure_ascii=False) if each.detail else ""
            texts = (each.actor_name, str(each.actor_id or ""), each.action, each.target, detail)
            lines.append((each.created_at.isoformat(), *map(harmless, texts)))
        yield _written(lines)
        part = list(lists.after(entries, (part[-1].created_at, part[-1].pk))[:_CHUNK])


def _written(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
