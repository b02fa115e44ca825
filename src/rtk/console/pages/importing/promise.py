"""The fields that ask what is promised: a share of good measurements, or a quantile of their value."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rtk.console.pages.importing.fields import SpanField
from rtk.console.store.problem import Problem
from rtk.errors import BadInput
from rtk.experiment.quantile import quantile_promise
from rtk.insight.plan_limits import LONGEST_QUANTILE, LONGEST_WINDOW_S, SHORTEST_PROOF_S
from rtk.report.text import capital

SHARE, QUANTILE = "share", "quantile"
_FIELDS = {SHARE: "target", QUANTILE: "quantile"}
_BOTH = "Give a target or a quantile, not both."


class QuantileField(forms.CharField):
    """A promise about a quantile, kept in its one spelling."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "p95 <= 300ms", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(max_length=LONGEST_QUANTILE, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        """What was typed, as it is spelled. Raises ValidationError where it is no such promise."""
        typed = super().clean(value)
        try:
            return quantile_promise(typed).spelled() if typed else ""
        except BadInput as error:
            raise ValidationError(f"{capital(str(error))}.") from None


class ProofLastsField(SpanField):
    """For how long a run counts toward the standing of a promise."""

    def __init__(self) -> None:
        super().__init__(
            label="A proof lasts",
            least=SHORTEST_PROOF_S,
            most=LONGEST_WINDOW_S,
            units="h d",
            required=False,
            help_text="For how long a run counts toward whether the promise is kept. Where nothing is typed, 30 days.",
        )


class PromiseForm(forms.Form):
    """A form with a field `target` that asks which of the two is promised, and reads that one alone.

    Without the choice, as a form of an earlier page or a script sends it, what is typed decides.
    """

    promises = forms.ChoiceField(
        label="What is promised",
        choices=[(SHARE, "A share of good measurements"), (QUANTILE, "A quantile of the value, such as p95")],
        initial=SHARE,
        required=False,
        widget=forms.RadioSelect,
    )
    quantile = QuantileField(
        label="Quantile and its limit",
        help_text="p95 <= 300ms promises that 95 of 100 measurements take 300 ms or less; p99.9 of checkout <= 2s is "
        "for several probes. A measurement is good within this limit and within its tolerance.",
    )

    def chosen(self) -> str:
        """Return which of the two is promised."""
        told = self.data.get("promises") if self.is_bound else self.initial.get("promises")
        if told in _FIELDS:
            return str(told)
        return QUANTILE if self._is_typed("quantile") and not self._is_typed("target") else SHARE

    def unpromised(self) -> str:
        """Return the field that is not read."""
        return _FIELDS[SHARE if self.chosen() == QUANTILE else QUANTILE]

    def promised(self) -> dict[str, Any]:
        """Return the promise as the store takes it."""
        values = self.cleaned_data
        if self.chosen() == QUANTILE:
            return {"quantile": values["quantile"]}
        return {"target": float(values["target"]), "quantile": ""}

    def refuse_both(self) -> None:
        """Say so where both are typed and nobody chose."""
        if self.data.get("promises") not in _FIELDS and self._is_typed("quantile") and self._is_typed("target"):
            self.add_error("quantile", _BOTH)

    def refuse(self, problem: Problem) -> None:
        """Show what the store refused."""
        self.add_error("quantile", f"{capital(problem.wrong.says)}.")

    def _is_typed(self, name: str) -> bool:
        return bool(str(self.data.get(name) or "").strip())
