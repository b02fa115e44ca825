"""What a plan can prove, how likely it is to, and what it may cost: the line that says so while one types."""

from collections.abc import Mapping
from math import ceil
from typing import Any, NamedTuple

from rtk.console.pages.importing.fields import parts_of
from rtk.experiment.plan import Plan, StopWhen, slot_count
from rtk.figures import count, duration
from rtk.insight.budget import exact
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.occurrence_wording import may_cost
from rtk.insight.plan_limits import LONGEST_S, MOST_SLOTS
from rtk.insight.power import WANTED, Prospects, prospects
from rtk.report.conclusion import MINUTES_FROM_S, Doubt, conclusion_of

_UNJUDGED = "Without an objective nothing is judged: give one to see what this plan can prove."
_ADVICE = {
    "warm_up": "Without a warm-up there is no baseline, and without a baseline no cause can be shown.",
    "cool_down": "Without a cool-down nobody sees whether the service recovers.",
}
_ENOUGH = 0.8  # of the time


class Planned(NamedTuple):
    """What is told of a plan: `tone` is good, warn or bad; `sentences` are of its power; `advice` may be empty.

    `better_s` is for how long to measure so that a good service passes nine times in ten; None where it does so
    already, or where no sensible time is enough. `warning` says why no run of it can prove the target, empty where one
    can; a clean run of `proves_s` would.
    """

    slots: str
    tone: str
    sentences: tuple[str, ...]
    advice: tuple[str, ...]
    better_s: float | None = None
    warning: str = ""
    proves_s: float | None = None

    @property
    def proves(self) -> tuple[str, str]:
        """For how long a clean run would prove the target, as it is typed."""
        return parts_of(self.proves_s)

    @property
    def better(self) -> tuple[str, str]:
        """The same as it is typed: a number and a unit."""
        return parts_of(self.better_s)


def planned(values: Mapping[str, Any]) -> Planned | None:
    """The prospects of `frequency`, `duration`, `warm_up`, `cool_down` (seconds), `target`, `window`, `outage_lasts`;
    `learned` is what earlier runs of the objective teach of outages, `max_duration` (seconds) ends a run that takes
    longer, and `document` is the experiment, as far as it is known.

    `beside` is how long a run may go on beside these (seconds), where that is known: it is part of the worst cost.

    None while frequency or duration is not known, or where there would be too many slots.
    """
    every, lasting = values.get("frequency"), values.get("duration")
    if not every or lasting is None:
        return None
    phases = [slot_count(values.get(key) or 0.0, every) for key in ("warm_up", "duration", "cool_down")]
    if sum(phases) > MOST_SLOTS:
        return None
    target, occurs = values.get("target"), values.get("occurs")
    slots, advice = _slots(phases, every), tuple(told for key, told in _ADVICE.items() if not values.get(key))
    if not target:
        return Planned(slots, "warn", (_UNJUDGED,), advice)
    told = prospects(
        target,
        phases[1],
        every,
        outage_lasts_s=values.get("outage_lasts"),
        learned=values.get("learned"),
        window_s=values.get("window"),
        all_slots=sum(phases),
        beside_s=values.get("beside", 0.0),
    )
    cost = (may_cost(occurs, target),) if occurs else ()
    found = conclusion_of(_plan(values, every), values.get("document") or {})
    warning = found.warning() or ""
    first = () if found.doubt in (None, Doubt.TOO_FEW, Doubt.OUTLASTED) else (warning,)
    sentences = (*first, *told.sentences(), *cost)
    tone = "bad" if warning else "good" if told.power >= _ENOUGH and told.is_affordable else "warn"
    return Planned(slots, tone, sentences, advice, _better_s(told, every), warning, found.proves_s)


def _plan(values: Mapping[str, Any], every: float) -> Plan:
    """The plan as far as it decides whether its target can be proven."""
    return Plan(
        every,
        values.get("duration") or 0.0,
        values.get("warm_up") or 0.0,
        objective=ServiceLevelObjective(values["target"], values.get("window")),
        stop_when=StopWhen(max_duration_s=values.get("max_duration")),
        outage_lasts_s=values.get("outage_lasts"),
        outage_learned=values.get("learned"),
    )


def _better_s(told: Prospects, every: float) -> float | None:
    if told.power >= WANTED or told.enough is None:
        return None
    lasting = float(told.enough * exact(every))
    if lasting > MINUTES_FROM_S:
        lasting = ceil(lasting / 60) * 60.0
    return lasting if lasting <= LONGEST_S else None


def _slots(phases: list[int], every: float) -> str:
    before, during, after = phases
    around = [f"{number:,} {name}" for number, name in ((before, "before"), (after, "after")) if number]
    more = f", and {' and '.join(around)}" if around else ""
    return f"{count(during, 'measurement')} under the conditions, one every {duration(every)}{more}."
