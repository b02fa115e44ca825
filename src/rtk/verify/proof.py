"""Proof that a condition took hold, and that it is gone: probes an action names in its `rtk` extension."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chaoslib.activity import ensure_activity_is_valid
from chaoslib.hypothesis import ensure_hypothesis_tolerance_is_valid

from rtk.clock import Clock
from rtk.errors import BadInput
from rtk.experiment.limits import time_limit
from rtk.experiment.wording import nearest, shown
from rtk.verify.activity import extension_of
from rtk.verify.crew import Sample
from rtk.verify.measure import Measurer
from rtk.verify.once import measured_once
from rtk.verify.toolkit import Toolkit

WITHIN_S = 30.0
EVERY_S = 1.0
KEYS = frozenset({"name", "lasts", "effect", "restored", "success", "tries"})


@dataclass(frozen=True)
class Claim:
    """What is to be shown: `probes` with tolerances, awaited for `within` seconds, asked every `every`."""

    probes: list[dict[str, Any]]
    within: float = WITHIN_S
    every: float = EVERY_S


def check(experiment: Mapping[str, Any]) -> None:
    """Raise `BadInput` for an `rtk` extension that is not of its form; called before anything has begun."""
    for part in ("method", "rollbacks"):
        for position, activity in enumerate(experiment.get(part) or []):
            place = f"{part}[{position}].extensions"
            extension = extension_of(activity)
            for key in extension.keys() - KEYS:
                raise BadInput(f"{place}: {shown(key)} is not known; {nearest(key, KEYS)}")
            for what in ("effect", "restored"):
                claim = claim_of(activity, what)
                for probe in claim.probes if claim else []:
                    _check_probe(probe, f"{place}: {what}")
            _check_numbers(extension, place)


def _check_probe(probe: dict[str, Any], place: str) -> None:
    try:
        ensure_activity_is_valid(probe)
        ensure_hypothesis_tolerance_is_valid(probe["tolerance"])
    except Exception as error:  # noqa: BLE001 - whatever the Chaos Toolkit trips over, the probe is not usable
        raise BadInput(f"{place}: {error}") from None


def _check_numbers(extension: Mapping[str, Any], place: str) -> None:
    tries, lasts = extension.get("tries", 1), extension.get("lasts", 1)
    if isinstance(tries, bool) or not isinstance(tries, int) or not 1 <= tries <= 100:
        raise BadInput(f"{place}: tries is {shown(tries)}; expected a whole number from 1 to 100")
    if isinstance(lasts, bool) or not isinstance(lasts, int | float) or not 0 < lasts <= 30 * 86400:
        raise BadInput(f"{place}: lasts is {shown(lasts)}; expected seconds above 0")


def claim_of(activity: Mapping[str, Any], what: str) -> Claim | None:
    """An action's claim `effect` or `restored`. Raises `BadInput` when it is not of their form."""
    block = extension_of(activity).get(what)
    if block is None:
        return None
    place = f'the {what} of the action "{activity.get("name")}"'
    if not isinstance(block, dict) or not isinstance(block.get("probes"), list) or not block["probes"]:
        raise BadInput(f'{place}: expected {{"probes": [a probe with a tolerance, …], "within": seconds}}')
    for probe in block["probes"]:
        if not isinstance(probe, dict) or "provider" not in probe or "tolerance" not in probe:
            raise BadInput(f"{place}: each of its probes needs a name, a provider and a tolerance")
        probe.setdefault("type", "probe")
        probe.setdefault("name", what)
    return Claim(block["probes"], _seconds(block, "within", WITHIN_S, place), _seconds(block, "every", EVERY_S, place))


def _seconds(block: Mapping[str, Any], key: str, default: float, place: str) -> float:
    value = block.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86400:
        raise BadInput(f"{place}: {key} is {value!r}; expected seconds above 0")
    return float(value)


class Prover:
    """Awaits claims."""

    def __init__(self, toolkit: Toolkit, clock: Clock, cut: threading.Event) -> None:
        self._toolkit = toolkit
        self._clock = clock
        self._cut = cut

    def await_(self, claim: Claim) -> str | None:
        """None once all probes are tolerated; else, when the time is over, what the last one said."""
        limits = [time_limit(p, self._toolkit.configuration, self._toolkit.secrets) for p in claim.probes]
        measurer = Measurer(self._toolkit, self._clock, limits, probes=claim.probes)
        until = self._clock.monotonic() + claim.within
        while True:
            sample: Sample = measured_once(self._clock, measurer, self._cut)
            if sample.outcome == "met":
                return None
            left = until - self._clock.monotonic()
            if left <= 0 or self._cut.is_set():
                return sample.reason or "not shown"
            self._clock.wait(self._cut, min(claim.every, left))
