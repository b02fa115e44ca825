"""Forms that may be sent twice, and forms that may be sent late.

`IdempotentForm` carries the id of what the form will make: sent a second time, it finds what the first one made.
`ConflictCheckForm` carries a digest of what the form showed: when that has changed since, nothing is saved and both
versions are told.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import QueryDict

Made = TypeVar("Made", bound=Model)


class _Id(forms.UUIDField):
    """An id; a form that came without one, or with something else, gets a new one."""

    def clean(self, value: Any) -> UUID:
        """The id that was sent, else a new one."""
        try:
            return super().clean(value) or uuid4()
        except ValidationError:
            return uuid4()


class IdempotentForm(forms.Form):
    """A form that makes one thing, however often it is sent."""

    once = _Id(widget=forms.HiddenInput, required=False, initial=uuid4)

    def make(self, rows: QuerySet[Made], make: Callable[[UUID], Made]) -> Made:
        """What this form makes: by `make`, called with the id it must get, or found among `rows`, the team's own.

        All of it or nothing is kept. The form must be valid.
        """
        key: UUID = self.cleaned_data["once"]
        found = rows.filter(pk=key).first()
        if found:
            return found
        try:
            with transaction.atomic():
                return make(key)
        except IntegrityError:
            # The same form, sent a moment ago; or an id of somebody else's, which nobody must be told of.
            found = rows.filter(pk=key).first()
        if found:
            return found
        with transaction.atomic():
            return make(uuid4())


class Difference(NamedTuple):
    """A field of a form that was sent late: its label, what is there now, and what was typed."""

    label: str
    now: str
    typed: str


class ConflictCheckForm(forms.Form):
    """A form for changing what there is, given as `initial`, as it is now.

    Ask `stale()` once it is valid and the row is locked. If it is, answer 409 with the form as it stands and its
    `differences`: sent once more, it says that both versions were seen.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = digest(self.initial)
        self.differences: list[Difference] = []

    def stale(self) -> bool:
        """Whether what the form showed has changed since, into something else than was typed."""
        if self.cleaned_data["seen"] == digest(self.initial):
            return False
        self.differences = []
        for name in [each for each in self.fields if each in self.initial]:
            field, now, typed = self[name], self.initial[name], self.cleaned_data[name]
            if _plain(field, now) != _plain(field, typed):
                self.differences.append(Difference(str(field.label), _words(field, now), _words(field, typed)))
        if self.differences:
            sent: Any = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
            sent[self.add_prefix("seen")] = digest(self.initial)
            self.data = sent  # a new one: what a request sent cannot be changed
        return bool(self.differences)


def digest(shown: Mapping[str, Any]) -> str:
    """What tells whether any of these values has changed."""
    return hashlib.sha256(json.dumps(dict(shown), sort_keys=True, default=str).encode()).hexdigest()


def _plain(field: forms.BoundField, value: Any) -> str:
    """A value as it stands in the form, to be compared."""
    return str(["" if each is None else str(each) for each in _each(field.field.prepare_value(value))])


def _words(field: forms.BoundField, value: Any) -> str:
    """A value as a person knows it: a choice by its name, and others as their field words them."""
    if value in (None, "", []):
        return "nothing"
    if words := getattr(field.field, "words", None):
        return str(words(value))
    names = {str(key): str(name) for key, name in getattr(field.field, "choices", ())}
    return ", ".join(names.get(str(each), str(each)) for each in _each(field.field.prepare_value(value)))


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
