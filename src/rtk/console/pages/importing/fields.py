"""Fields of forms for durations and shares, typed as people say them and kept as seconds and as shares of one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rtk.figures import chosen_share, duration

UNITS = {"s": ("seconds", 1), "min": ("minutes", 60), "h": ("hours", 3600), "d": ("days", 86_400)}
_CHOICES = [(key, name) for key, (name, _) in UNITS.items()]
_HUNDRED = Decimal(100)


class SpanWidget(forms.MultiWidget):
    """A number and its unit."""

    template_name = "importing/span.html"
    use_fieldset = False

    def __init__(self, units: Sequence[tuple[str, str]], attrs: dict[str, Any] | None = None) -> None:
        number = forms.NumberInput(attrs={"min": 0, "step": "any", "inputmode": "decimal"})
        super().__init__([number, forms.Select(choices=units, attrs={"aria-label": "Unit"})], attrs)
        self._empty = "s" if any(key == "s" for key, _ in units) else units[-1][0]

    def decompress(self, value: Any) -> list[Any]:
        """Seconds as a number and the largest unit in which it is whole."""
        return list(parts_of(value, self._empty))

    def id_for_label(self, id_: str, index: str = "0") -> str:
        """The label is the number's; the unit has one of its own."""
        return f"{id_}_{index}" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Each part gets the look of its own kind."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        number, unit = context["widget"]["subwidgets"]
        wrong = " is-invalid" if "is-invalid" in str(number["attrs"].get("class")) else ""
        number["attrs"]["class"], unit["attrs"]["class"] = f"form-control{wrong}", f"form-select{wrong}"
        for key in ("aria-describedby", "aria-invalid"):
            unit["attrs"].pop(key, None)
        return context


class SpanField(forms.MultiValueField):
    """A duration, in seconds. `least` and `most` are its limits; nothing typed is None."""

    def __init__(self, *, least: float = 0, most: float, units: str = "s min h", **kwargs: Any) -> None:
        choices = [(key, name) for key, name in _CHOICES if key in units.split()]
        self.least, self.most = least, most
        fields = (forms.DecimalField(max_digits=20, required=False), forms.ChoiceField(choices=choices, required=False))
        widget = SpanWidget(choices)
        super().__init__(fields=fields, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> float | None:
        """The number in seconds. Raises ValidationError outside of the limits."""
        number, unit = [*(data_list or ()), None, None][:2]
        if number is None:
            if self.required:
                raise ValidationError("Give a number.")
            return None
        seconds = float(number * UNITS[unit or "s"][1])
        if not self.least <= seconds <= self.most:
            least = duration(self.least) if self.least else "0"
            raise ValidationError(f"Give {least} to {duration(self.most)}.")
        return seconds

    @staticmethod
    def words(seconds: float) -> str:
        """Seconds as a person reads them."""
        return duration(seconds)


class PercentField(forms.DecimalField):
    """A share between 0 and 1, typed in per cent."""

    def __init__(self, *, whole: bool = False, **kwargs: Any) -> None:
        self.whole = whole
        widget = forms.NumberInput(attrs={"min": 0, "max": 100, "step": "any", "inputmode": "decimal"})
        super().__init__(widget=widget, max_digits=12, **kwargs)

    def clean(self, value: Any) -> Any:
        """The share that was typed. Raises ValidationError where it is none."""
        number = super().clean(value)
        if number is None:
            return None
        if not 0 < number <= _HUNDRED or (number == _HUNDRED and not self.whole):
            limit = "at most" if self.whole else "below"
            raise ValidationError(f"Give a number above 0 and {limit} 100.")
        return float(number / _HUNDRED)

    def prepare_value(self, value: Any) -> Any:
        """A share as per cent; what was typed stays as it is."""
        return in_percent(value) if isinstance(value, float) else value

    @staticmethod
    def words(share: float) -> str:
        """A share as a person reads it."""
        return chosen_share(share)


class TickField(forms.BooleanField):
    """Yes or no. Its page sends an empty value before the box, so that a box that nobody ticked is known from none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    @staticmethod
    def words(ticked: bool) -> str:
        """Whether it is ticked, as a person reads it."""
        return "yes" if ticked else "no"


def parts_of(seconds: Any, empty: str = "s") -> tuple[str, str]:
    """A number and a unit for seconds: 90 is 90 seconds, 300 is 5 minutes, 86400 is 1 day; `empty` is that of none."""
    if not isinstance(seconds, int | float):
        return "", empty
    # Of its text: of the float 0.1 itself all its digits would stand in the field.
    exact = Decimal(str(seconds))
    fitting = [key for key, (_, size) in UNITS.items() if seconds >= size and exact % size == 0]
    unit = fitting[-1] if fitting else "s"
    return plain(exact / UNITS[unit][1]), unit


def in_percent(share: float) -> str:
    """A share in per cent as it is typed: 0.999 is 99.9."""
    return plain(Decimal(str(share)) * 100)


def plain(number: Decimal) -> str:
    """A number without zeros at its end and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span_of(data: Mapping[str, Any], name: str, empty: str = "s") -> dict[str, str]:
    """What a form sends for a duration in seconds: the number and the unit."""
    number, unit = parts_of(data.get(name), empty)
    return {f"{name}_0": number, f"{name}_1": unit}
