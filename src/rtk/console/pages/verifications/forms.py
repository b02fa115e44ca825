"""The form that changes a verification: its name, its objective, and how it is measured. Its experiment stays."""

from typing import Any

from django import forms

from rtk.console.pages.importing.forms import ObjectiveField, StrategyForm, shown_of
from rtk.console.pages.resubmission import ConflictCheckForm
from rtk.console.people.models import Team
from rtk.console.store.models import Objective, Verification
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.verifications import occurs_in

_PLAN = ("frequency", "duration", "warm_up", "outage_lasts", "max_duration")  # what decides what can be proven


class EditForm(ConflictCheckForm, StrategyForm):
    """A verification that there is, given as `initial_of` it."""

    name = forms.CharField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    objective = ObjectiveField(
        Objective.objects.none(),
        required=False,
        empty_label="None: nothing is judged",
        help_text="Runs that there were keep the verdict by the target of their time.",
    )
    field_order = ("name", "objective")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["objective"]
        assert isinstance(field, ObjectiveField)
        field.offer(team, self.initial["objective"])

    def replans(self) -> bool:
        """Whether the plan is another than before, as far as that decides what it can prove."""
        before, now = self.initial, self.cleaned_data
        chosen = now["objective"].pk if now["objective"] else None
        return chosen != before["objective"] or any((now[key] or None) != (before[key] or None) for key in _PLAN)

    def values(self) -> dict[str, Any]:
        """The verification as the store takes it."""
        chosen = self.cleaned_data["objective"]
        key = str(chosen.pk) if chosen else None
        return {"name": self.cleaned_data["name"], "objective_id": key, **self.strategy()}


def initial_of(verification: Verification) -> dict[str, Any]:
    """A verification as the form shows it."""
    rules = verification.stop_when
    return {
        "name": verification.name,
        "objective": verification.objective_id,
        "frequency": verification.frequency_s,
        "duration": verification.duration_s,
        "warm_up": verification.warm_up_s or None,
        "cool_down": verification.cool_down_s or None,
        "outage_lasts": verification.outage_lasts_s,
        **shown_of(occurs_in(verification)),
        "require_baseline": verification.require_baseline,
        "decided": bool(rules.get("decided")),
        "proof_lasts": verification.proof_lasts_s,
        "deviated_in_a_row": rules.get("deviated-in-a-row"),
        "budget_spent": rules.get("budget-spent"),
        "max_duration": rules.get("max-duration"),
    }
