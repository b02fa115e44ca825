"""Quantiles in words: each with its upper bound, or with what a bound needs; never a number that nothing bounds."""

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from rtk.figures import NO_DATA, duration, number, rounded
from rtk.insight.budget import exact
from rtk.insight.proof import LengthFrom
from rtk.insight.proof import needed as clean_slots
from rtk.insight.quantile_bound import QuantileBound, QuantileState
from rtk.insight.shape import Insight, Stats
from rtk.report.setting import Medium, Setting, how
from rtk.report.text import plain

NO_VALUE = "no value"
TOO_FEW = "too few"


class Needed(Struct, frozen=True):
    """How long to measure until a quantile is bounded: slots are `frequency_s` long, outages last `length` of them.

    The length is None where it is the one that an insight's own `needed` is for.
    """

    frequency_s: float
    length: float | None = None

    def of(self, bound: QuantileBound) -> str:
        """Return for how long to measure, all good."""
        slots = bound.needed if self.length is None else clean_slots(bound.share, self.length)
        return duration(rounded(float(slots * exact(self.frequency_s))))


def needed_by(frequency_s: float, proof: Mapping[str, Any] | None) -> Needed:
    """Return how long to measure by a proof as `asdict` gives it: outages that were seen to last longer count."""
    seen = proof is not None and proof.get("length_from") == LengthFrom.SEEN
    return Needed(frequency_s, float(proof["length"]) if proof and seen else None)


def cell(bound: QuantileBound, asked: Needed | None, unit: str = "") -> str:
    """Return a quantile for a table: "210 ms (≤ 260 ms)", "210 ms (≤ 300 ms in this run)", "measure 25 min".

    Without `asked` nobody sets how long the phase lasts, and it is only said that there are too few values.
    """
    value = number(bound.value, unit)
    if bound.state is QuantileState.PROVEN:
        told = f"{value} (≤ {at_most(bound.at_most, unit)})"
    elif bound.state is QuantileState.IN_RUN:
        told = f"{value} (≤ {at_most(bound.in_run_at_most, unit)} in this run)"
    elif bound.state is QuantileState.TOO_SHORT:
        told = f"measure {asked.of(bound)}" if asked else TOO_FEW
    else:
        told = NO_VALUE if bound.value is None else f"{value} (no bound)"
    return plain(told, 80)


def at_most(value: float | None, unit: str = "") -> str:
    """Return an upper bound to four digits, never below itself."""
    if value is None or value == 0 or abs(value) >= 1e15:
        return number(value, unit)
    step = 10.0 ** max(math.floor(math.log10(abs(value))) - 3, -12)
    # From a thousand on figures are whole, here as elsewhere.
    if abs(value) >= 1000:
        step = 1.0
    # In fractions: floats could take an upper bound down.
    up = math.ceil(exact(value) / exact(step)) * exact(step)
    return number(float(up), unit)


def named(stats: Stats, asked: Needed, unit: str = "") -> dict[str, str]:
    """Return the quantiles of a phase by their names; those of an earlier insight are told as they were."""
    if stats.quantiles:
        told = asked if stats.phase == "conditions" else None
        return {bound.name: cell(bound, told, unit) for bound in stats.quantiles}
    return {name: plain(number(getattr(stats, name), unit), 40) for name in ("p50", "p95", "p99")}


def of_phase(stats: Stats, insight: Insight, unit: str = "") -> dict[str, str]:
    """Return the quantiles of a phase of an insight by their names."""
    return named(stats, _asked(insight), unit)


def during(insight: Insight) -> dict[str, str]:
    """Return the quantiles under the conditions by their names; nothing where nothing was measured then."""
    found = next((each for each in insight.phases if each.phase == "conditions"), None)
    return of_phase(found, insight, insight.unit) if found and found.values else {}


def names(insight: Insight) -> tuple[str, ...]:
    """Return what quantiles there are, in their order."""
    found = next((each.quantiles for each in (insight.run, *insight.phases) if each.quantiles), ())
    return tuple(bound.name for bound in found) or ("p50", "p95", "p99")


def caption(insight: Insight, medium: Medium = Medium.COMMAND) -> str:
    """Return what the quantiles' bounds mean, and what those need that have none; empty where nothing is bounded."""
    states = {bound.state for stats in (*insight.phases, insight.run) for bound in stats.quantiles}
    lacking = missing(insight)
    told = []
    if QuantileState.PROVEN in states:
        # At each level bounds hold for outages as long as those that were seen there, if these are longer.
        seen = insight.proof is not None and insight.proof.length_from == LengthFrom.SEEN
        lasting = f"{_lasting(insight)} on average{', or longer where longer ones were seen' if seen else ''}"
        told.append(f"After ≤ stands a quantile's proven upper bound (95 % sure, for outages of {lasting}).")
    if QuantileState.IN_RUN in states:
        told.append("A bound in this run is of its own measurements alone, as if they were independent.")
    told += lacking.values()
    if QuantileState.NO_VALUE in states:
        told.append("Where too many measurements gave no value, nothing bounds a quantile: they count as the slowest.")
    return " ".join([*told, how(Setting.DURATION, medium)] if lacking else told)


def missing(insight: Insight) -> dict[str, str]:
    """Return by their names what those quantiles need that nothing bounds yet, a sentence each."""
    phases = (each.quantiles for each in insight.phases if each.phase == "conditions" and each.quantiles)
    short = [bound for bound in next(phases, insight.run.quantiles) if bound.state is QuantileState.TOO_SHORT]
    asked = _asked(insight)
    counts = _lasting(insight) if asked.length is None else duration(rounded(asked.length * insight.frequency_s))
    return {
        bound.name: f"{bound.name} can be told once {asked.of(bound)} are measured under the conditions, for outages "
        f"of {counts} on average."
        for bound in short
    }


def _asked(insight: Insight) -> Needed:
    return needed_by(insight.frequency_s, asdict(insight.proof) if insight.proof else None)


def _lasting(insight: Insight) -> str:
    return duration(rounded(insight.outage.seconds)) if insight.outage else NO_DATA
