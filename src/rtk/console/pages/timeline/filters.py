"""The form that filters the timeline. Its address holds all of it, so that what one sees can be shared."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from rtk.console.days import DaysForm
from rtk.console.pages.timeline.rows import KINDS, TimelineFilter
from rtk.console.people.models import Team

LONGEST = 200
NAMES = ("kind", "tag", "q", "team", "since", "until")


class FilterForm(DaysForm):
    """What to show. Nothing chosen is everything."""

    kind = forms.MultipleChoiceField(
        label="Kinds",
        choices=[(kind, label) for kind, (_, label) in KINDS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": f"Expected any of {', '.join(KINDS)}."},
    )
    q = forms.CharField(label="Name holds", max_length=LONGEST, required=False)
    tag = forms.CharField(label="Tag", max_length=LONGEST, required=False)

    def __init__(self, sent: QueryDict, teams: Sequence[Team], one: bool) -> None:
        super().__init__(sent, auto_id="filter-%s", use_required_attribute=False)
        self._teams = {team.slug: team.pk for team in teams}
        if not one:
            choices = [("", "All teams"), *((team.slug, team.name) for team in teams)]
            self.fields["team"] = forms.ChoiceField(
                choices=choices, required=False, label="Team", error_messages={"invalid_choice": "Expected a team."}
            )

    def asked(self) -> TimelineFilter:
        """What is asked for; what is wrong in the form is left out."""
        self.is_valid()
        chosen = self.cleaned_data
        one = self._teams.get(chosen.get("team") or "")
        return TimelineFilter(
            teams=(one,) if one else tuple(self._teams.values()),
            kinds=tuple(chosen.get("kind") or ()),
            tag=chosen.get("tag") or "",
            text=chosen.get("q") or "",
            begin=self.begin,
            end=self.end,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered for."""
        return any(self.cleaned_data.values())


def kept(sent: QueryDict, **changed: str) -> str:
    """The address of the same filters, with some of them changed; empty ones are left out."""
    pairs = [(name, value) for name in NAMES if name not in changed for value in sent.getlist(name) if value]
    return "?" + urlencode([*pairs, *((name, value) for name, value in changed.items() if value)])
