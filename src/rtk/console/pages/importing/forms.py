"""The form of the wizard: an experiment's text, its objective, and how often and how long it is measured."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import ModelChoiceIterator

from rtk.console.pages.importing.fields import PercentField, SpanField, TickField
from rtk.console.pages.importing.promise import PromiseForm, ProofLastsField
from rtk.console.pages.resubmission import IdempotentForm
from rtk.console.people.models import Team
from rtk.console.store import lessons, verifications
from rtk.console.store.models import Objective
from rtk.console.store.owned import NAME_LENGTH
from rtk.errors import BadInput
from rtk.experiment.block import OCCURS
from rtk.experiment.occurs import occurs_of
from rtk.experiment.plan import slot_count
from rtk.experiment.quantile import quantile_promise
from rtk.insight.occurs import MONTH_S, Occurs
from rtk.insight.plan_limits import DAY_S, LONGEST_S, LONGEST_WINDOW_S, MOST_SLOTS, MOST_TIMES, SHORTEST_S
from rtk.insight.promise import promise
from rtk.report.text import capital

STRICTLY = "strictly"
NEW, OLD = "new", "existing"
_LISTED = 500
_OF_A_NEW_ONE = ("objective_name", "target", "quantile", "window")


class _Newest(ModelChoiceIterator):
    """The choices of a field, so many at most."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield "", str(self.field.empty_label)
        for each in self.queryset[:_LISTED]:
            yield self.choice(each)


class ObjectiveField(forms.ModelChoiceField):
    """One of a team's objectives, shown with what it promises."""

    iterator = _Newest

    def offer(self, team: Team, also: Any = None) -> None:
        """Any that a team has in use may be chosen, and one more by its id; the newest are listed."""
        rows = verifications.objectives(team).filter(Q(archived_at=None) | Q(pk=also)).order_by("-created_at", "-id")
        self.queryset = rows.only("id", "name", "target", "quantile", "window_s", "outage_lasts_s", "team_id")

    def label_from_instance(self, obj: Any) -> str:
        """How an objective is shown."""
        return f"{obj.name}: {promise(obj.target, obj.quantile, obj.window_s)}"


class StrategyForm(forms.Form):
    """How often and how long is measured, and when to stop early."""

    frequency = SpanField(label="Measure every", least=SHORTEST_S, most=DAY_S, units="s min h")
    duration = SpanField(
        label="Under the conditions for",
        most=LONGEST_S,
        units="s min h d",
        help_text="More measurements prove more about this run; only measuring for longer covers other days.",
    )
    warm_up = SpanField(
        label="Warm-up before",
        most=LONGEST_S,
        units="s min h",
        required=False,
        help_text="The baseline: without one no cause can be shown.",
    )
    cool_down = SpanField(
        label="Cool-down after",
        most=LONGEST_S,
        units="s min h",
        required=False,
        help_text="Shows whether the service recovers once all is undone.",
    )
    outage_lasts = SpanField(
        label="An outage lasts, on average",
        least=SHORTEST_S,
        most=LONGEST_S,
        units="s min h",
        required=False,
        help_text="How long until it is noticed and over? Longer outages take more time to rule out. Where nothing is "
        "typed, three measurements or 10 s are assumed, whichever is longer.",
    )
    occurs_times = forms.FloatField(
        label="So many times",
        required=False,
        min_value=0,
        max_value=MOST_TIMES,
        widget=forms.NumberInput(attrs={"min": 0, "step": "any", "inputmode": "decimal"}),
        help_text="Then each run says what one costs, and whether all of them fit into the budget.",
    )
    occurs_per = SpanField(label="In", least=1, most=LONGEST_WINDOW_S, units="h d", required=False, initial=MONTH_S)
    occurs_lasts = SpanField(
        label="For",
        least=SHORTEST_S,
        most=LONGEST_WINDOW_S,
        units="s min h d",
        required=False,
        help_text="Needed where the service deviates until the condition ends.",
    )
    occurs_allowance = PercentField(
        label="Together they may cost",
        whole=True,
        required=False,
        help_text="Per cent of the error budget; all of it where nothing is typed.",
    )
    strict_cost = forms.ChoiceField(
        label="Where a run costs more",
        required=False,
        choices=[("", "it says so"), (STRICTLY, "the command also exits with 2, so that a pipeline stops")],
    )
    require_baseline = TickField(
        label="Apply no condition where the baseline is broken already",
        help_text="A service that misses its target before anything was done to it shows nothing about a condition.",
    )
    decided = TickField(
        label="Stop as soon as the run fails whatever comes",
        help_text="Even if every measurement that is left were good. It keeps its verdict.",
    )
    proof_lasts = ProofLastsField()
    deviated_in_a_row = forms.IntegerField(
        label="Stop after so many deviating measurements in a row", required=False, min_value=1, max_value=MOST_SLOTS
    )
    budget_spent = PercentField(
        label="Stop once so much of the error budget is spent",
        whole=True,
        required=False,
        help_text="Per cent of the objective's budget.",
    )
    max_duration = SpanField(label="Stop after", least=1, most=LONGEST_S, units="s min h d", required=False)

    def clean(self) -> dict[str, Any]:
        """As many measurements as can be kept, and of what is expected all or nothing."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        every = values.get("frequency")
        if every:
            lengths = [values.get(key) or 0.0 for key in ("warm_up", "duration", "cool_down")]
            slots = sum(slot_count(each, every) for each in lengths)
            if slots > MOST_SLOTS:
                self.add_error("frequency", f"These are {slots:,} measurements; at most {MOST_SLOTS:,} are possible.")
        if values.get("occurs_times") is None:
            told = [name for name in ("occurs_lasts", "occurs_allowance", "strict_cost") if values.get(name)]
            if told and "occurs_times" not in self.errors:
                self.add_error("occurs_times", "Say how often, or leave the rest of it empty.")
            return values
        try:
            occurs_of(expected_in(values), OCCURS)
        except BadInput as error:
            if not {"occurs_per", "occurs_lasts", "occurs_allowance"} & set(self.errors):
                self.add_error("occurs_times", capital(error.says))
        return values

    def stop_when(self) -> dict[str, Any]:
        """The rules for stopping early, as a file has them."""
        values = self.cleaned_data
        rules = {
            key.replace("_", "-"): values.get(key) for key in ("deviated_in_a_row", "budget_spent", "max_duration")
        }
        rules["decided"] = values.get("decided") or None
        return {key: rule for key, rule in rules.items() if rule is not None}

    def strategy(self) -> dict[str, Any]:
        """Frequency, duration, warm-up and cool-down in seconds, and when to stop."""
        values = self.cleaned_data
        around = {key: values.get(key) or 0.0 for key in ("warm_up", "cool_down")}
        return {
            "frequency": values["frequency"],
            "duration": values["duration"],
            **around,
            "outage_lasts": values.get("outage_lasts"),
            "occurs": expected_in(values),
            "strict_cost": values.get("strict_cost") == STRICTLY,
            "require_baseline": bool(values.get("require_baseline")),
            "proof_lasts": values.get("proof_lasts"),
            "stop_when": self.stop_when(),
        }


class ImportForm(IdempotentForm, PromiseForm, StrategyForm):
    """What the steps ask besides the experiment itself. `objective` is looked for among the team's."""

    attach = forms.ChoiceField(
        label="Objective",
        choices=[(NEW, "Make a new objective"), (OLD, "Use one of the team's")],
        initial=NEW,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    objective = ObjectiveField(
        Objective.objects.none(),
        label="The team's objective",
        empty_label="Choose one",
        error_messages={"required": "Choose an objective, or make a new one."},
    )
    objective_name = forms.CharField(
        label="Objective name", max_length=NAME_LENGTH, help_text="The title of the hypothesis."
    )
    name = forms.CharField(label="Verification name", max_length=NAME_LENGTH, help_text="The title of the experiment.")
    target = PercentField(label="Target", help_text="The share of measurements that must be good.")
    window = SpanField(
        label="Time window",
        least=1,
        most=LONGEST_WINDOW_S,
        units="min h d",
        help_text="Over which the promise holds; it makes the error budget.",
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["objective"]
        assert isinstance(field, ObjectiveField)
        field.offer(team)

    def full_clean(self) -> None:
        """Ask for what is used alone."""
        for name in self._unused():
            self.fields[name].required = False
        super().full_clean()
        for name in self._unused():
            self.fields[name].required = True  # as long as it is shown, it is said to be needed

    def _unused(self) -> tuple[str, ...]:
        """Of the two ways to an objective only the chosen one is read."""
        return _OF_A_NEW_ONE if self.data.get("attach") == OLD else ("objective", self.unpromised())

    def clean(self) -> dict[str, Any]:
        """What is not used is as if it had not been typed."""
        values: dict[str, Any] = super().clean()
        for name in self._unused():
            self.errors.pop(name, None)
            values[name] = None
        if self.data.get("attach") != OLD:
            self.refuse_both()
        return values

    def promise(self) -> dict[str, Any]:
        """The objective: the id of one there is, or a new one."""
        values = self.cleaned_data
        if values["objective"]:
            return {"objective_id": str(values["objective"].pk)}
        return {"objective": {"name": values["objective_name"], **self.promised(), "window": values["window"]}}


def expected_in(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """How often the conditions are expected by what was typed, as a file says it; None where nobody said so."""
    if values.get("occurs_times") is None:
        return None
    told = {
        "times": values["occurs_times"],
        "per": values.get("occurs_per") or MONTH_S,
        "lasts": values.get("occurs_lasts"),
        "allowance": values.get("occurs_allowance"),
    }
    return {key: each for key, each in told.items() if each is not None}


def shown_of(occurs: Occurs | None) -> dict[str, Any]:
    """How often the conditions are expected, as the form's fields show it."""
    if occurs is None:
        return {"occurs_per": MONTH_S}
    return {
        "occurs_times": occurs.times,
        "occurs_per": occurs.per_s,
        "occurs_lasts": occurs.lasts_s,
        "occurs_allowance": None if occurs.allowance == 1 else occurs.allowance,
        "strict_cost": STRICTLY if occurs.strict else "",
    }


def plan_of(form: forms.Form) -> dict[str, Any]:
    """What is known of the plan so far, field by field: for the line that says what it can prove."""
    values = dict(getattr(form, "cleaned_data", {}))
    chosen = values.get("objective")
    if chosen:
        lengths = [each for each in (values.get("outage_lasts"), chosen.outage_lasts_s) if each]
        values.update(target=chosen.target, window=chosen.window_s, outage_lasts=max(lengths, default=None))
        values["learned"] = lessons.learned(chosen.pk)
    elif values.get("quantile"):
        values["target"] = quantile_promise(values["quantile"]).share
    try:  # what the page says of the experiment, which does not come along while one types
        beside = float(str(form.data.get("beside")))
    except ValueError:
        beside = 0.0
    values["beside"] = beside if 0 <= beside <= LONGEST_S else 0.0
    expected = None if any(name.startswith("occurs") for name in form.errors) else expected_in(values)
    values["occurs"] = expected and occurs_of(expected, OCCURS, strict=values.get("strict_cost") == STRICTLY)
    return values
