"""The form of a new recipient."""

from typing import Any

from django import forms

from rtk.console.notify.models import Channel
from rtk.console.notify.outbox import EVENTS
from rtk.console.notify.services import SERVICES
from rtk.console.notify.ssrf_guard import MOST_LENGTH

_ADDRESS_HELP = (
    "A webhook's address such as https://hooks.example.org/rtk, an email address, or a service's address as Apprise "
    f"writes it: {', '.join(f'{scheme}://' for scheme in SERVICES)}."
)


class RecipientForm(forms.Form):
    """Whom to tell, and of what."""

    kind = forms.ChoiceField(choices=Channel.choices)
    address = forms.CharField(
        max_length=MOST_LENGTH,
        help_text=_ADDRESS_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label="Tell when",
        choices=list(EVENTS.items()),
        initial=list(EVENTS),
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_address(self) -> Any:
        """Without the space around it."""
        return self.cleaned_data["address"].strip()
