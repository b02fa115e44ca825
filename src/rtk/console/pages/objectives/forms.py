"""The form of an objective: the promise, and how it is measured."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from rtk.console.pages.importing.fields import SpanField
from rtk.console.pages.importing.promise import QUANTILE, SHARE, PromiseForm, ProofLastsField
from rtk.console.pages.resubmission import ConflictCheckForm, IdempotentForm
from rtk.console.store import measures
from rtk.console.store.measures import Http
from rtk.console.store.models import Objective
from rtk.console.store.owned import NAME_LENGTH
from rtk.insight.plan_limits import LONGEST_S, LONGEST_WINDOW_S, SHORTEST_S

UNITS = {"1": "seconds", "60": "minutes", "3600": "hours", "86400": "days", "604800": "weeks"}
MOST_TAGS, LONGEST_TAG, LONGEST_TEXT, LONGEST_URL = 50, 200, 20_000, 4_000
MOST_MS = 600_000
KINDS = {"time": "HTTP response time", "status": "HTTP status"}
KEPT = "kept"
NEEDED = {"time": ("url", "within"), "status": ("url", "lowest")}
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class TagsField(forms.CharField):
    """Tags, typed with commas between them; a list of texts."""

    def clean(self, value: Any) -> Any:
        """Each tag once, in the order typed."""
        text = super().clean(value)
        tags = list(dict.fromkeys(filter(None, (each.strip() for each in text.split(",")))))
        if len(tags) > MOST_TAGS:
            raise ValidationError(f"These are {len(tags)} tags; at most {MOST_TAGS} are possible.")
        if any(len(each) > LONGEST_TAG for each in tags):
            raise ValidationError(f"A tag may have at most {LONGEST_TAG} characters.")
        return tags

    def prepare_value(self, value: Any) -> Any:
        """As it is typed."""
        return ", ".join(value) if isinstance(value, list) else value


class ObjectiveForm(PromiseForm):
    """What both forms ask for. `values` are those of the store, once it is valid."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        help_text="What do you care about? For example “Checkout answers in time”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        help_text="Why it matters, and to whom.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = TagsField(
        required=False,
        help_text="With commas between them, such as service:api, team:shop.",
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "service:api", "data-tags": ""}),
    )
    target = forms.DecimalField(
        initial="95",
        max_digits=12,
        decimal_places=8,
        help_text="The share of measurements that are good: above 0 and below 100.",
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "max": "100", "inputmode": "decimal"}),
    )
    window = forms.IntegerField(
        initial=1, min_value=1, max_value=int(LONGEST_WINDOW_S), label="Time window", help_text="At most 366 days."
    )
    unit = forms.ChoiceField(initial="86400", choices=list(UNITS.items()), label="Unit of the window")
    outage_lasts = SpanField(
        label="An outage lasts, on average",
        least=SHORTEST_S,
        most=LONGEST_S,
        units="s min h",
        required=False,
        help_text="How long until it is noticed and over? Longer outages take more time to rule out.",
    )
    proof_lasts = ProofLastsField()
    measure = forms.ChoiceField(
        choices=list(KINDS.items()), label="Type of measurement", widget=forms.RadioSelect, initial="time"
    )
    url = forms.CharField(
        required=False,
        max_length=LONGEST_URL,
        label="URL",
        help_text="Where it answers, from wherever you run: begins with https:// or http://.",
        widget=forms.URLInput(attrs={**_PLAIN, "placeholder": "https://shop.example/checkout"}),
    )
    within = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_MS,
        label="Answers within",
        help_text=f"From 1 to {MOST_MS:,} milliseconds, to the last byte. A status of 500 or more is never good.",
    )
    lowest = forms.IntegerField(
        required=False, min_value=100, max_value=599, label="Expected status", help_text="From 100 to 599."
    )
    highest = forms.IntegerField(
        required=False,
        min_value=100,
        max_value=599,
        label="Up to status",
        help_text="Leave it empty when only that one status is good.",
    )

    use_required_attribute = False  # what is not shown must not hold a form back

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self["measure"].value()
        for name in ("url", "within", "lowest"):
            self.fields[name].required = name in NEEDED.get(chosen, ()) if self.is_bound else chosen != KEPT
        if self.is_bound:
            self.fields[self.unpromised()].required = False

    def clean_name(self) -> str:
        """In one line."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_target(self) -> Decimal:
        """Between none and all."""
        target: Decimal = self.cleaned_data["target"]
        if self.unpromised() != "target" and not 0 < target < 100:
            raise ValidationError("Give a share above 0 and below 100 per cent.")
        return target

    def clean_url(self) -> str:
        """An address that can be measured."""
        url: str = self.cleaned_data["url"].strip()
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if url and (not good or any(each.isspace() for each in url)):
            raise ValidationError("Give an address such as https://shop.example/checkout.")
        return url

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        given = self.cleaned_data
        self.errors.pop(self.unpromised(), None)
        given.setdefault(self.unpromised(), None)
        self.refuse_both()
        window, unit = given.get("window"), given.get("unit")
        if window and unit and window * int(unit) > LONGEST_WINDOW_S:
            self.add_error("window", "A window may be at most 366 days long.")
        if given.get("measure") in KINDS:
            low, high = given.get("lowest"), given.get("highest")
            if given["measure"] == "status" and low and high and high < low:
                self.add_error("highest", "Give a status that is not below the first one.")
        return given

    def values(self) -> dict[str, Any]:
        """The objective as the store takes it."""
        given = self.cleaned_data
        if given["measure"] == "time":
            measure = {"measure": Http("time", given["url"], given["within"]).probe()}
        elif given["measure"] == "status":
            highest = given["highest"] or given["lowest"]
            measure = {"measure": Http("status", given["url"], highest, given["lowest"]).probe()}
        else:
            measure = {}
        return {
            "name": given["name"],
            "description": given["description"],
            "tags": given["tags"],
            **self.promised(),
            "window": float(given["window"] * int(given["unit"])),
            "outage_lasts": given.get("outage_lasts"),
            "proof_lasts": given.get("proof_lasts"),
            **measure,
        }

    def promised(self) -> dict[str, Any]:
        """The promise as the store takes it: the target is typed in per cent."""
        found = super().promised()
        return {**found, "target": float(self.cleaned_data["target"] / 100)} if "target" in found else found


class NewObjectiveForm(IdempotentForm, ObjectiveForm):
    """A new objective."""


class EditObjectiveForm(ConflictCheckForm, ObjectiveForm):
    """An objective that is there, given as `initial_of` it. A measure that is none of ours may stay as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial["measure"] == KEPT:
            field = self.fields["measure"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(KEPT, "As it is now"), *KINDS.items()]


def initial_of(objective: Objective) -> dict[str, Any]:
    """An objective as the form shows it."""
    seconds, window, unit = objective.window_s, None, "86400"
    if seconds is not None:
        unit = next((each for each in ("86400", "3600", "60") if seconds % int(each) == 0), "1")
        window = max(1, round(seconds / int(unit)))
    return {
        "name": objective.name,
        "description": objective.description,
        "tags": list(objective.tags),
        "promises": QUANTILE if objective.quantile else SHARE,
        "quantile": objective.quantile,
        "target": f"{(Decimal(str(objective.target)) * 100).normalize():f}",
        "window": window,
        "unit": unit,
        "outage_lasts": objective.outage_lasts_s,
        "proof_lasts": objective.proof_lasts_s,
        **_measure(objective.measure),
    }


def _measure(measure: Mapping[str, Any]) -> dict[str, Any]:
    found = measures.http_of(measure)
    empty = {"url": "", "within": None, "lowest": None, "highest": None}
    if found is None:
        return {**empty, "measure": KEPT}
    if found.kind == "time":
        return {**empty, "measure": "time", "url": found.url, "within": round(found.upper)}
    low, high = round(found.lower or found.upper), round(found.upper)
    return {**empty, "measure": "status", "url": found.url, "lowest": low, "highest": None if low == high else high}
