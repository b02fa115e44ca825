"""Which entries of the audit log are asked for: by who did it, what was done, to what, and when."""

from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from rtk.console.days import DaysForm
from rtk.console.people.audit import ACTIONS
from rtk.console.people.models import AuditEntry, Organization

LONGEST = 254


class Search(NamedTuple):
    """What to look for. An empty field matches every entry; `begin` is included, `end` is not."""

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


class SearchForm(DaysForm):
    """What to look for. Its address holds all of it, so that what one sees can be shared."""

    actor = forms.CharField(label="Who", max_length=LONGEST, required=False)
    action = forms.ChoiceField(
        label="What", required=False, error_messages={"invalid_choice": "Expected an action of the list."}
    )
    target = forms.CharField(label="To what", max_length=LONGEST, required=False)

    field_order = ("actor", "action", "target", "since", "until")

    def __init__(self, sent: QueryDict) -> None:
        super().__init__(sent, auto_id="filter-%s", use_required_attribute=False)
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField)
        # Grouped by what it is done to.
        groups = groupby(sorted(ACTIONS), key=lambda name: name.partition(".")[0])
        by_kind = [(kind.capitalize(), [(each, ACTIONS[each]) for each in names]) for kind, names in groups]
        action.choices = [("", "Anything"), *by_kind]

    def search(self) -> Search:
        """Return what is looked for; what is wrong in the form is left out."""
        self.is_valid()
        given = self.cleaned_data
        actor, action, target = (str(given.get(name) or "") for name in ("actor", "action", "target"))
        return Search(actor, action, target, self.begin, self.end)

    @property
    def narrows(self) -> bool:
        """Whether anything is looked for."""
        return any(self.cleaned_data.values())

    def query(self) -> str:
        """Return the same search as the end of an address."""
        given = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: value for name, value in given.items() if value})
