"""The form of a freeze: a safeguard that is in force from now on."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from rtk.console.pages.resubmission import IdempotentForm
from rtk.console.store.models import NAME_LENGTH

LONGEST_REASON = 2_000
MOST_HOURS = 24 * 366


class FreezeForm(IdempotentForm):
    """Why no run may begin, and for how long."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        help_text="What is going on? For example “Sale weekend”. A run that it forbids names it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        required=False, max_length=LONGEST_REASON, help_text="Why, and whom to ask.", widget=forms.Textarea({"rows": 2})
    )
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
        return {"name": given["name"], "reason": given["reason"], "begins_at": moment, "ends_at": ends}
