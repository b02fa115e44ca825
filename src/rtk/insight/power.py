"""Before a run: what a plan can prove at best, how likely it is to, and what it may cost the budget."""

from functools import lru_cache

from msgspec import Struct

from rtk.figures import bound, chosen_share, count, duration, likelihood, share
from rtk.insight.budget import allowed_share, exact
from rtk.insight.chain import Chain, chance_of_proof
from rtk.insight.outage_length import Learned, OutageLength, OutageSource, outage_length
from rtk.insight.plan_limits import MOST_SLOTS
from rtk.insight.proof import GOOD, Proof, needed, prove
from rtk.insight.verdict import deciding

WANTED = 0.9
# Slots of an outage. Looking at outages more closely shows no more of them: power depends on time, not on frequency.
_FINEST = 5.0


class Worst(Struct, frozen=True):
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
        beside = f", {duration(self.beside_s)} of it beside the planned phases, each time limit being used up"
        told = f"{duration(self.deviating_s)}{beside if self.beside_s else ''}"
        return (f"At worst, with every measurement deviating ({told}), it spends {share(self.spent)} of the budget.",)


class Prospects(Struct, frozen=True):
    """What can be expected of a plan, for outages of the mean length `outage`. Shares and chances are 0 to 1.

    `provable` is what is proven were all slots of the conditions met, None without slots; `quality` is the
    true share the powers are told for; `power` is the chance that a service so good passes the plan,
    `power_at_needed` the same at the fewest slots that can pass; `enough` is about the fewest slots with a power of
    at least 90 %, None where no number found is enough; `worst_spent` is the share of the budget spent were
    every slot of every phase to deviate, those of `beside_s` included; None without a window.
    """

    target: float
    slots: int
    frequency_s: float
    outage: OutageLength
    provable: float | None
    needed: int
    quality: float
    power: float
    power_at_needed: float
    enough: int | None
    worst_deviating_s: float | None
    worst_spent: float | None
    beside_s: float = 0.0

    @property
    def is_affordable(self) -> bool:
        """Whether the budget covers a run in which every slot deviates; true where there is no window, so no budget."""
        return (self.worst_spent or 0) <= 1

    def sentences(self) -> tuple[str, ...]:
        """The prospects in plain words, one sentence each."""
        cost = Worst(self.worst_deviating_s, self.worst_spent, self.beside_s).sentences()
        told = [self._provable(), self._chance(), *cost, self.lasting()]
        if self.outlasted:
            ends = "it can fail" if self.can_fail else "it cannot fail either"
            told.append(f"That is longer than this plan, which cannot prove anything; {ends}.")
        return (*told, _OTHER_DAYS)

    def lasting(self) -> str:
        """How long an outage is taken to last, and who said so."""
        if self.outage.source is OutageSource.ASSUMED:
            return f"{self.outage.taken()}; longer ones take more time to prove."
        short = "; a shorter outage than a slot counts as one slot" if self.outage.seconds < self.frequency_s else ""
        return f"{self.outage.taken()}{short}."

    @property
    def outlasted(self) -> bool:
        """Return whether an outage lasts for longer than the whole plan, which therefore cannot pass."""
        return 0 < self.slots < self.needed and self.slots * self.frequency_s < self.outage.seconds

    @property
    def can_fail(self) -> bool:
        """Return whether the plan is long enough to fail, were all of it to deviate."""
        return deciding(self.slots, self.target) is not None

    def time_of(self, slots: int) -> str:
        """How long so many slots take."""
        return duration(float(slots * exact(self.frequency_s)))

    def _provable(self) -> str:
        target = chosen_share(self.target)
        would = f"{self.needed:,} ({self.time_of(self.needed)}) would prove {target}"
        if self.provable is None:
            return f"No measurement is planned in the conditions; {self.needed:,} clean ones would prove {target}."
        verb = "proves" if self.slots == 1 else "prove"
        text = f"{count(self.slots, 'clean measurement')} {verb} {bound(self.provable, self.target)}"
        return f"{text}; {would}." if self.slots < self.needed else f"{text} at best."

    def _chance(self) -> str:
        service = f"A service that is {share(self.quality)} good passes"
        if self.slots < self.needed:
            text = f"{service} {count(self.needed, 'slot')} {likelihood(self.power_at_needed)} of the time"
        else:
            text = f"{service} this plan {likelihood(self.power)} of the time"
        if self.power >= WANTED:
            return f"{text}."
        if self.enough is None:
            return f"{text}; no plan of a sensible length makes it {share(WANTED)}."
        return f"{text}; {count(self.enough, 'slot')} ({self.time_of(self.enough)}) make it {share(WANTED)}."


_OTHER_DAYS = "More measurements in a run prove more about that run; only measuring for longer covers other days."


def prospects(  # noqa: PLR0913 - what a plan says, a name each
    target: float,
    slots: int,
    frequency_s: float,
    *,
    outage_lasts_s: float | None = None,
    learned: Learned | None = None,
    quality: float | None = None,
    window_s: float | None = None,
    all_slots: int | None = None,
    beside_s: float = 0.0,
) -> Prospects:
    """What a plan of `slots` in its conditions can prove of `target`.

    `outage_lasts_s` is how long an outage lasts on average, None where nobody said; `learned` is what earlier runs
    teach. `quality` is the service's true share of good measurements; by default it deviates a fifth as often as the
    target allows (99 % for a target of 95 %). `all_slots` counts every planned phase, `beside_s` is how long the phases
    of no planned length take at most; with `window_s` they give the worst cost.
    """
    good = default_quality(target) if quality is None else quality
    outage = outage_length(frequency_s, outage_lasts_s, learned=learned)
    length = outage.slots(frequency_s)
    least = needed(target, length)
    cost = worst(target, slots if all_slots is None else all_slots, frequency_s, window_s, beside_s)
    clean = prove(GOOD * slots, length)
    return Prospects(
        target=target,
        slots=slots,
        frequency_s=frequency_s,
        outage=outage,
        provable=_provable(clean, target),
        needed=least,
        quality=good,
        power=power(target, slots, good, length),
        power_at_needed=power(target, least, good, length),
        enough=enough_slots(target, good, length),
        worst_deviating_s=cost.deviating_s,
        worst_spent=cost.spent,
        beside_s=beside_s,
    )


def _provable(clean: Proof | None, target: float) -> float | None:
    """What a clean series proves; where that is the target to the last slot, rounding takes nothing off it."""
    if clean is None:
        return None
    return max(clean.at_least, target) if clean.reaches(target) else clean.at_least


def worst(target: float, slots: int, frequency_s: float | None, window_s: float | None, beside_s: float = 0.0) -> Worst:
    """What so many slots in all phases cost at most, and `beside_s` of phases of no planned length."""
    allowed = allowed_share(target)
    if frequency_s is None:
        return Worst(None, None, beside_s)
    longest = slots * exact(frequency_s) + exact(beside_s)
    budget = None if window_s is None or allowed is None else allowed * exact(window_s)
    return Worst(float(longest), None if budget is None else float(longest / budget), beside_s)


def default_quality(target: float) -> float:
    """A service that deviates a fifth as often as the target allows."""
    return float(1 - (1 - exact(target)) / 5)


@lru_cache(maxsize=1024)
def power(target: float, slots: int, quality: float, outage_slots: float) -> float:
    """The chance that a service with this true share passes, with outages that are as long as they are taken to be."""
    if slots < needed(target, outage_slots):
        return 0.0
    length = min(outage_slots, _FINEST)
    coarse = max(round(slots * length / outage_slots), needed(target, length))
    return chance_of_proof(Chain(quality, length), coarse, target, length)


@lru_cache(maxsize=1024)
def enough_slots(target: float, quality: float, outage_slots: float, wanted: float = WANTED) -> int | None:
    """About the fewest slots with at least the wanted power; None where not even the longest plan has it.

    Power falls a little from slot to slot until one more outage is allowed, and jumps there. So a shorter plan may by
    chance have it too, but none so long that is shorter by a lot.
    """
    if outage_slots > _FINEST:
        coarse = enough_slots(target, quality, _FINEST, wanted)
        found = None if coarse is None else round(coarse * outage_slots / _FINEST)
        return None if found is None or found > MOST_SLOTS else found
    low = needed(target, outage_slots) - 1
    high = low + 1
    while quality <= target or power(target, high, quality, outage_slots) < wanted:
        low, high = high, 2 * high
        if high > MOST_SLOTS or quality <= target:
            return None
    # To one per cent: nobody plans a run more closely.
    while high - low > max(1, high // 100):
        middle = (low + high) // 2
        low, high = (low, middle) if power(target, middle, quality, outage_slots) >= wanted else (middle, high)
    return high
