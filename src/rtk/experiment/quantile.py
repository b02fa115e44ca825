"""A promise about a quantile: "p95 <= 300ms" means that 95 % of slots give a value of at most 300 ms.

    p95 <= 300ms                    of the one probe there is
    p99.9 of checkout <= 2s         of the probe "checkout", where there are several
    p90 of queue-length <= 40       of a value that has no unit

It is read here and nowhere else, and spelled back by `spelled`.
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from rtk.errors import BadInput
from rtk.experiment.limits import charts_number, unit_of
from rtk.experiment.plan import ValueLimit
from rtk.experiment.refs import written_out
from rtk.experiment.wording import listed, nearest, shown
from rtk.insight.plan_limits import LONGEST_QUANTILE

A_QUANTILE = "a quantile and its limit such as p95 <= 300ms or p99.9 of checkout <= 2s"
_UNITS = {"ms": Decimal(1), "s": Decimal(1000), "min": Decimal(60_000)}  # in milliseconds
_NUMBER = r"[0-9]{1,20}(?:\.[0-9]{1,20})?"
_GRAMMAR = re.compile(
    rf"[pP](?P<percent>{_NUMBER})(?:\s+of\s+(?P<of>\S.*))?\s*(?:<=|≤)\s*(?P<limit>-?{_NUMBER})\s*(?P<unit>[^\W\d]*)",
    re.DOTALL,
)


class QuantilePromise(Struct, frozen=True):
    """A share of slots (0 to 1) and the greatest value that is good in them, as it was written.

    `percent` and `limit` are numbers as text, `unit` is "ms", "s", "min" or empty, `of` a probe's name or empty.
    """

    percent: str
    limit: str
    unit: str = ""
    of: str = ""

    @property
    def share(self) -> float:
        """The target: the share of slots that must be good."""
        # As decimals: in floats 99.9 / 100 is more than 0.999.
        return float(Decimal(self.percent) / 100)

    def spelled(self) -> str:
        """Return the promise in its one spelling: `p95 <= 300ms`."""
        name = f" of {self.of}" if self.of else ""
        return f"p{self.percent}{name} <= {self.limit}{self.unit}"

    def upper(self, unit: str) -> float:
        """Return the limit in the unit of the value that it is held against, "ms", another or none."""
        return float(Decimal(self.limit) * _UNITS[self.unit]) if unit in _UNITS else float(Decimal(self.limit))


def quantile_promise(value: object, place: str = "") -> QuantilePromise:
    """Return the promise that a text spells. Raises `BadInput`; `place` is where it stands, for its sentence."""
    found = _GRAMMAR.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= LONGEST_QUANTILE else None
    if not found:
        raise BadInput.at(place, f"expected {A_QUANTILE}, not {shown(value)}")
    unit = found["unit"]
    if unit and unit not in _UNITS:
        raise BadInput.at(place, f"unknown unit {shown(unit)}, expected {listed(_UNITS, 'or')} as in p95 <= 300ms")
    promise = QuantilePromise(
        _plain(found["percent"]), _plain(found["limit"]), unit, " ".join((found["of"] or "").split())
    )
    if not 0.01 < promise.share < 1:
        written = Decimal(promise.percent)  # as a share by whoever means a per cent: p0.95
        hint = f", did you mean p{_plain(str(written * 100))}?" if Decimal("0.01") < written < 1 else ""
        raise BadInput.at(place, f"expected a quantile above p1 and below p100, not p{promise.percent}{hint}")
    if not math.isfinite(promise.upper("ms" if unit else "")) or (unit and promise.limit.startswith("-")):
        raise BadInput.at(place, f"expected a limit of 0 or more, not {promise.limit}{unit}")
    return promise


def limit_of(promise: QuantilePromise, experiment: Mapping[str, Any], place: str = "") -> ValueLimit:
    """Return the limit that a promise sets to a probe's value. Raises `BadInput` where no such value is measured."""
    hypothesis = experiment.get("steady-state-hypothesis")
    probes = (hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None) or []
    whole = written_out((each for each in probes if isinstance(each, Mapping)), experiment)
    names = list(map(_name, whole))
    position = _position(promise, names, place)
    name, unit = _name(whole[position]), unit_of(whole[position])
    if not charts_number(whole[position]):
        raise BadInput.at(place, f"the probe {shown(name)} gives no number that a limit could be held against")
    if unit in _UNITS and not promise.unit:
        raise BadInput.at(
            place, f"{shown(name)} is measured in {unit}, expected ms, s or min as in {_with(promise, 'ms')}"
        )
    if promise.unit and unit not in _UNITS:
        told = f"is in {unit}" if unit else "has no unit"
        raise BadInput.at(
            place, f"the value of {shown(name)} {told}, expected a bare number as in {_with(promise, '')}"
        )
    return ValueLimit(position, promise.upper(unit), unit, promise.spelled())


def _position(promise: QuantilePromise, names: list[str], place: str) -> int:
    """Return which of the probes with these names a promise is about."""
    if not names:
        raise BadInput.at(place, f"{promise.spelled()} needs a probe, and the hypothesis has none")
    if promise.of and promise.of not in names:
        known = nearest(promise.of, names)
        raise BadInput.at(place, f"there is no probe {shown(promise.of)} in the hypothesis, {known}")
    if not promise.of and len(names) > 1:
        named = QuantilePromise(promise.percent, promise.limit, promise.unit, names[0]).spelled()
        raise BadInput.at(place, f"the hypothesis has {len(names)} probes, expected the name of one as in {named}")
    return names.index(promise.of) if promise.of else 0


def _name(probe: Mapping[str, Any]) -> str:
    return " ".join(str(probe.get("name") or "").split())


def _with(promise: QuantilePromise, unit: str) -> str:
    return QuantilePromise(promise.percent, promise.limit, unit, promise.of).spelled()


def _plain(number: str) -> str:
    """A number without zeros that say nothing: 99.90 is 99.9."""
    text = f"{Decimal(number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
