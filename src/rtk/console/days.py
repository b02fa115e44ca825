"""The days that a search is limited to, as forms ask for them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

_WRONG = {"invalid": "Expected a day such as 2026-01-31."}


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, error_messages=_WRONG)


class DaysForm(forms.Form):
    """From one day to another, both included; without one of them there is no bound on that side."""

    since = _day("From (UTC)")
    until = _day("To (UTC)")

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", "Expected the first day or a later one.")
        return found

    @property
    def begin(self) -> datetime | None:
        """The first moment of the first day, None without one."""
        return _midnight(self.cleaned_data.get("since"))

    @property
    def end(self) -> datetime | None:
        """The first moment after the last day, None without one."""
        return _midnight(self.cleaned_data.get("until"), 1)


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    try:
        return datetime.combine(day + timedelta(later), time(), UTC) if day else None
    except OverflowError:
        return None
