"""Before a run: what a plan can prove at best, how likely it is to, and what it may cost the budget."""

from dataclasses import dataclass
from fractions import Fraction

from rtk.insight.bounds import chance_of_at_least, proven_at_least
from rtk.insight.budget import allowed_share, exact
from rtk.insight.verdict import needed, proves
from rtk.insight.words import bound, count, duration, share

WANTED = 0.9
_MOST_DEVIATIONS = 1000


@dataclass(frozen=True, slots=True)
class Worst:
    """What a run costs where every measurement deviates: seconds, the share of the budget, None where there is none.

    `beside_s` of the seconds are those of the phases of no planned length.
    """

    deviating_s: float | None
    spent: float | None
    beside_s: float = 0.0

    def sentences(self) -> tuple[str, ...]:
        """Return the cost in a sentence; nothing where there is no budget."""
        if self.spent is None:
            return ()
        beside = f", {duration(self.beside_s)} of it while effects are awaited and rollbacks tried to their limits"
        told = f"{duration(self.deviating_s)}{beside if self.beside_s else ''}"
        return (f"At worst, with every measurement deviating ({told}), it spends {share(self.spent)} of the budget.",)


@dataclass(frozen=True, slots=True)
class Prospects:
    """What can be expected of a plan. Shares and chances are 0 to 1.

    `provable` is the lower bound were all slots of the conditions met, None without slots; `quality` is the
    true share the powers are told for; `power` is the chance that a service so good passes the plan,
    `power_at_needed` the same at the fewest slots that can pass; `enough` is the fewest slots with a power of
    at least 90 %, None where no number found is enough; `worst_spent` is the share of the budget spent were
    every slot of every phase to deviate, those of `beside_s` included; None without a window.
    """

    target: float
    slots: int
    provable: float | None
    needed: int
    quality: float
    power: float
    power_at_needed: float
    enough: int | None
    worst_deviating_s: float | None
    worst_spent: float | None
    beside_s: float = 0.0

    def sentences(self) -> tuple[str, ...]:
        """The prospects in plain words, one sentence each."""
        return (self._provable(), self._chance(), *self._cost(), _OTHER_DAYS)

    def _provable(self) -> str:
        target = share(self.target)
        if self.provable is None:
            return f"No measurement is planned in the conditions; {self.needed:,} clean ones would prove {target}."
        verb = "proves" if self.slots == 1 else "prove"
        text = f"{count(self.slots, 'clean measurement')} {verb} {bound(self.provable, self.target)}"
        return f"{text}; {self.needed:,} would prove {target}." if self.slots < self.needed else f"{text} at best."

    def _chance(self) -> str:
        service = f"A service that is {share(self.quality)} good passes"
        if self.slots < self.needed:
            text = f"{service} {count(self.needed, 'slot')} {often(self.power_at_needed)} of the time"
        else:
            text = f"{service} this plan {often(self.power)} of the time"
        if self.power >= WANTED:
            return f"{text}, if measurements are independent."
        if self.enough is None:
            return f"{text}; no plan of a sensible length makes it {share(WANTED)}."
        return f"{text}; {count(self.enough, 'slot')} make it {share(WANTED)}, if measurements are independent."

    def _cost(self) -> tuple[str, ...]:
        return Worst(self.worst_deviating_s, self.worst_spent, self.beside_s).sentences()


_OTHER_DAYS = "More measurements in a run prove more about that run; only measuring for longer covers other days."


def prospects(
    target: float,
    slots: int,
    *,
    quality: float | None = None,
    frequency_s: float | None = None,
    window_s: float | None = None,
    all_slots: int | None = None,
    beside_s: float = 0.0,
) -> Prospects:
    """What a plan of `slots` in its conditions can prove of `target`.

    `quality` is the service's true share of good measurements; by default it deviates a fifth as often as
    the target allows (99 % for a target of 95 %). `all_slots` counts every planned phase, `beside_s` is how long the
    phases of no planned length take at most; with `frequency_s` and `window_s` they give the worst cost.
    """
    good = default_quality(target) if quality is None else quality
    least = needed(target)
    cost = worst(target, slots if all_slots is None else all_slots, frequency_s, window_s, beside_s)
    return Prospects(
        target=target,
        slots=slots,
        provable=proven_at_least(slots, slots),
        needed=least,
        quality=good,
        power=power(target, slots, good),
        power_at_needed=power(target, least, good),
        enough=enough_slots(target, good),
        worst_deviating_s=cost.deviating_s,
        worst_spent=cost.spent,
        beside_s=beside_s,
    )


def worst(target: float, slots: int, frequency_s: float | None, window_s: float | None, beside_s: float = 0.0) -> Worst:
    """What so many slots in all phases cost at most, and `beside_s` of phases of no planned length."""
    longest = None if frequency_s is None else slots * exact(frequency_s) + exact(beside_s)
    seconds = None if longest is None else float(longest)
    return Worst(seconds, _share_of_budget(target, longest, window_s), beside_s)


def default_quality(target: float) -> float:
    """A service that deviates a fifth as often as the target allows."""
    return float(1 - (1 - exact(target)) / 5)


def power(target: float, slots: int, quality: float) -> float:
    """The chance that a service with this true share passes: that no more deviate than a pass allows."""
    allowed = allowed_deviations(target, slots)
    return 0.0 if allowed is None else chance_of_at_least(slots - allowed, slots, quality)


def allowed_deviations(target: float, slots: int) -> int | None:
    """The most deviations with which so many slots still prove the target; None where none can."""
    if slots < needed(target):
        return None
    low, high = 0, slots
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if proves(slots - middle, slots, target) else (low, middle)
    return low


def enough_slots(target: float, quality: float, wanted: float = WANTED) -> int | None:
    """The fewest slots with at least the wanted power; None where 1,000 allowed deviations are too few.

    Power falls from slot to slot until one more deviation is allowed, and jumps there; so only the fewest
    slots for each number of deviations are looked at.
    """
    if quality <= target:
        return None
    slots = 0
    for deviations in range(_MOST_DEVIATIONS + 1):
        slots = _fewest_slots(target, deviations, slots)
        if chance_of_at_least(slots - deviations, slots, quality) >= wanted:
            return slots
    return None


def _fewest_slots(target: float, deviations: int, above: int) -> int:
    """The fewest slots, more than `above`, that prove the target in spite of so many deviations."""
    if deviations == 0:
        return needed(target)
    step, low = 1, above
    while not _proven_with(deviations, low + step, target):
        low, step = low + step, step * 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _proven_with(deviations, middle, target) else (middle, high)
    return high


def _proven_with(deviations: int, slots: int, target: float) -> bool:
    """The same as `proves`, from the tail alone: so many good by luck at most one time in twenty."""
    return chance_of_at_least(slots - deviations, slots, target) <= 0.05


def _share_of_budget(target: float, deviating: Fraction | None, window_s: float | None) -> float | None:
    allowed = allowed_share(target)
    if deviating is None or window_s is None or allowed is None:
        return None
    return float(deviating / (allowed * exact(window_s)))


def often(chance: float) -> str:
    """A chance in whole per cent; what is never certain is never shown as 0 or 100 %."""
    if chance >= 0.995:
        return "more than 99 %"
    return "less than 1 %" if chance < 0.005 else f"{round(chance * 100)} %"
