"""The forms of safeguards: a freeze, which is in force from now on, and hours that come each week."""

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms

from rtk.console.pages.resubmission import IdempotentForm
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.problem import Problem
from rtk.console.store.weekly import DAYS, weekly_of

LONGEST_REASON = 2_000
MOST_HOURS = 24 * 366
DAY_NAMES = dict(zip(DAYS, calendar.day_name, strict=True))


class SafeguardForm(IdempotentForm):
    """What forbids runs, and whose."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        help_text="What is going on? For example “Sale weekend”. A run that it forbids names it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        required=False, max_length=LONGEST_REASON, help_text="Why, and whom to ask.", widget=forms.Textarea({"rows": 2})
    )
    everywhere = forms.BooleanField(
        required=False,
        label="All teams of this organization",
        help_text="Without it, only the runs of this team.",
    )


class FreezeForm(SafeguardForm):
    """Why no run may begin from now on, and for how long."""

    field_order = ("once", "name", "reason", "hours", "everywhere")

    hours = forms.FloatField(
        required=False,
        min_value=0.1,
        max_value=MOST_HOURS,
        label="For how many hours",
        help_text="Without a number it is in force until an admin lifts it.",
    )

    def values(self, moment: datetime) -> dict[str, Any]:
        """Return what the columns of a safeguard hold that begins at a moment; the form must be valid."""
        given = self.cleaned_data
        ends = moment + timedelta(hours=given["hours"]) if given["hours"] else None
        return {**_shared(given), "begins_at": moment, "ends_at": ends}


class WeeklyForm(SafeguardForm):
    """Why no run may go on in some hours of each week, and which those are."""

    field_order = ("once", "name", "reason", "days", "begin", "end", "zone", "everywhere")

    days = forms.MultipleChoiceField(
        choices=[(day, DAY_NAMES[day]) for day in DAYS],
        initial=DAYS[:5],
        widget=forms.CheckboxSelectMultiple,
        label="On these days",
    )
    begin = forms.TimeField(
        label="From", initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end = forms.TimeField(
        label="To",
        initial="17:00",
        help_text="A time that is not after the first is on the next day.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    zone = forms.CharField(
        label="Time zone",
        initial="UTC",
        max_length=60,
        help_text="Such as Europe/Berlin.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the hours as they will be kept."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                weekly_of(self._weekly())
            except Problem:  # only the zone is text that somebody typed
                self.add_error("zone", "There is no such time zone. Expected one such as Europe/Berlin or UTC.")
        return given

    def values(self, moment: datetime) -> dict[str, Any]:
        """Return what the columns of a safeguard hold that begins at a moment; the form must be valid."""
        return {**_shared(self.cleaned_data), "begins_at": moment, "ends_at": None, "weekly": self._weekly()}

    def _weekly(self) -> dict[str, Any]:
        given = self.cleaned_data
        begin, end = f"{given['begin']:%H:%M}", f"{given['end']:%H:%M}"
        return {"days": given["days"], "from": begin, "to": end, "zone": given["zone"]}


def _shared(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in ("name", "reason", "everywhere")}
