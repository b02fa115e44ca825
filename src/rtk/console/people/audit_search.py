"""Which entries of the audit log are asked for: by who did it, what was done, to what, and when."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from rtk.console.people.audit import ACTIONS
from rtk.console.people.models import AuditEntry, Organization

LONGEST = 254


class Search(NamedTuple):
    """What is looked for; nothing in a field finds all. `begin` counts, `end` no longer does."""

    actor: str = ""
    action: str = ""
    target: str = ""
    begin: datetime | None = None
    end: datetime | None = None


def find(org: Organization, by: Search) -> QuerySet[AuditEntry]:
    """Return an organization's entries that match, newest first."""
    found = AuditEntry.objects.filter(org=org)
    if by.actor:
        found = found.filter(actor_name__icontains=by.actor)
    if by.action:
        found = found.filter(action=by.action)
    if by.target:
        found = found.filter(target__icontains=by.target)
    if by.begin:
        found = found.filter(created_at__gte=by.begin)
    return found.filter(created_at__lt=by.end) if by.end else found


class SearchForm(forms.Form):
    """What to look for. Its address holds all of it, so that what one sees can be shared."""

    actor = forms.CharField(label="Who", max_length=LONGEST, required=False)
    action = forms.ChoiceField(
        label="What", required=False, error_messages={"invalid_choice": "Expected an action of the list."}
    )
    target = forms.CharField(label="To what", max_length=LONGEST, required=False)
    since = forms.DateField(label="From (UTC)", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label="To (UTC)", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, sent: QueryDict) -> None:
        super().__init__(sent, auto_id="filter-%s", use_required_attribute=False)
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField)
        action.choices = [("", "Anything"), *_by_kind()]
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = "Expected a day such as 2026-01-31."

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", "Expected the first day or a later one.")
        return found

    def search(self) -> Search:
        """Return what is looked for; what is wrong in the form is left out."""
        self.is_valid()
        given = self.cleaned_data
        actor, action, target = (str(given.get(name) or "") for name in ("actor", "action", "target"))
        return Search(actor, action, target, _midnight(given.get("since")), _midnight(given.get("until"), 1))

    @property
    def narrows(self) -> bool:
        """Whether anything is looked for."""
        return any(self.cleaned_data.values())

    def query(self) -> str:
        """Return the same search as the end of an address."""
        given = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: value for name, value in given.items() if value})


def _by_kind() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be done, grouped by what it is done to."""
    groups = groupby(sorted(ACTIONS), key=lambda action: action.partition(".")[0])
    return [(kind.capitalize(), [(each, ACTIONS[each]) for each in actions]) for kind, actions in groups]


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    try:
        return datetime.combine(day + timedelta(later), time(), UTC) if day else None
    except OverflowError:
        return None
