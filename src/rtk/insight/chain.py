"""How likely a plan is to prove a target, where a service is good for a while, then an outage begins and lasts.

Such a service is a two-state Markov chain in slots: stationary, with a given share of good slots and a given mean
length of its outages. Of such a chain the chance of every number of outages and of bad slots is known in closed form:
the ways to split them into stretches, times how likely each way is. Where outages are many, only every few numbers of
them are looked at, around the mean that renewal theory gives, and where they are long only every few numbers of bad
slots; that is right to three hundredths.
"""

from collections.abc import Iterator
from math import exp, inf, lgamma, log, log1p, sqrt

from msgspec import Struct

from rtk.insight.proof import Counts, needed, proves

_MANY = 20  # outages to be expected, from which on not each number of them is looked at
_SMALLEST = -500.0  # logarithm of a chance; of one much smaller, a float keeps no digits for those that follow
_EDGES = tuple((first, last) for first in (True, False) for last in (True, False))


class Chain(Struct, frozen=True):
    """A service: `share` of its slots is good, and an outage lasts `length` slots on average (1 or more)."""

    share: float
    length: float

    @property
    def begins(self) -> float:
        """The chance that an outage begins after a good slot."""
        return min(1.0, (1 - self.share) / (self.share * self.length))


def chance_of_proof(chain: Chain, slots: int, target: float, outage_slots: float) -> float:
    """Return the chance that so many slots of a chain prove the target, for outages of the given mean length."""
    plan = _Plan(chain, slots, target, outage_slots)
    if slots * (1 - chain.share) / chain.length > _MANY:
        return _sampled(plan)
    clean = chain.share * exp((slots - 1) * log1p(-chain.begins)) if chain.begins < 1 else 0.0
    total = clean if slots >= needed(target, outage_slots) else 0.0
    # Over an eighth of a mean length chances change little: one number of bad slots stands for so many.
    most, before, step = 0, 0, max(1, int(chain.length / 8))
    for outages in range(1, slots + 1):
        # From one number of outages to the next, the most bad slots change about as much as they did before.
        most, before = _most_bad(plan, outages, True, 2 * most - before), most
        most_of = {True: most, False: _most_bad(plan, outages, False, most)}
        if max(most_of.values()) < outages:
            break  # more outages prove even less
        for first, last in _EDGES:
            # The middle of each step stands for it.
            bads = range(outages + step // 2, most_of[last] + 1, step)
            total += step * _chance(plan, outages, (first, last), bads)
    return min(total, 1.0)


class _Plan(Struct, frozen=True):
    """A service, measured for so many slots, and what is to be proven of it."""

    chain: Chain
    slots: int
    target: float
    outage_slots: float


def _sampled(plan: _Plan) -> float:
    """The same where outages are many: of every few numbers of outages and of bad slots, within six deviations."""
    up, down = 1 / plan.chain.begins, plan.chain.length
    cycle = up + down
    mean = plan.slots / cycle
    spread = sqrt(plan.slots * (up * (up - 1) + down * (down - 1)) / cycle**3)
    proven = total = 0.0
    highest, most = -1e308, 0
    # Two outages have a good slot between them, so there are at most half as many as slots.
    for outages in _around(mean, spread, plan.slots // 2):
        most = _most_bad(plan, outages, True, most)
        bads = _around(outages * down, sqrt(outages * down * max(down - 1, 0.0)), plan.slots - outages)
        for bad, likelihood in zip(bads, _likelihoods(plan, outages, (True, True), bads), strict=True):
            # Chances are told relative to the highest so far: by themselves they are too small for floats.
            if likelihood > highest:
                proven, total, highest = (
                    proven * exp(highest - likelihood),
                    total * exp(highest - likelihood),
                    likelihood,
                )
            weight = exp(likelihood - highest)
            total += weight
            proven += weight if bad <= most else 0.0
    return proven / total if total else 0.0


def _chance(plan: _Plan, outages: int, edges: tuple[bool, bool], bads: range) -> float:
    """Return the chance of so many outages in any of these numbers of bad slots.

    Where the numbers are consecutive, each chance follows from the one before, without a logarithm of its own.
    """
    first = next(_likelihoods(plan, outages, edges, bads), -inf)
    stretches, begins = outages - 1 + sum(edges), plan.chain.begins
    if bads.step > 1 or begins == 1 or stretches == 0 or first < _SMALLEST:
        return sum(map(exp, _likelihoods(plan, outages, edges, bads)))
    chance, total = exp(first), 0.0
    onward = (1 - 1 / plan.chain.length) / (1 - begins)
    for bad in range(bads.start, min(bads.stop, plan.slots - stretches + 1)):
        total += chance
        good = plan.slots - bad
        chance *= onward * bad / (bad - outages + 1) * (good - stretches) / max(good - 1, 1)
    return total


def _around(mean: float, spread: float, most: int) -> range:
    # What lies beyond six deviations is far less than what the sampling itself is off by.
    step = max(1, round(spread / 8))
    low, high = max(1, round(mean - 6 * spread)), min(most, round(mean + 6 * spread))
    return range(low, max(low, high) + 1, step)


def _likelihoods(plan: _Plan, outages: int, edges: tuple[bool, bool], bads: range) -> Iterator[float]:
    """The logarithm of the chance of so many outages in each number of bad slots; `edges`: begins good, ends good."""
    first, last = edges
    chain = plan.chain
    stretches = outages - 1 + first + last  # of good slots
    begin, end = _log(chain.begins), _log(1 / chain.length)
    stay_good, stay_bad = _log(1 - chain.begins), _log(1 - 1 / chain.length)
    start = _log(chain.share if first else 1 - chain.share)
    began, ended = outages - (not first), stretches - first
    for bad in bads:
        good = plan.slots - bad
        if bad < outages or good < stretches or (stretches == 0) != (good == 0):
            yield -inf
            continue
        ways = _choose(good - 1, stretches - 1) + _choose(bad - 1, outages - 1)
        still_good, still_bad = good - last - began, bad - (not last) - ended
        moves = _times(began, begin) + _times(ended, end) + _times(still_good, stay_good) + _times(still_bad, stay_bad)
        yield start + ways + moves


def _most_bad(plan: _Plan, outages: int, ends_good: bool, near: int) -> int:
    """The most bad slots with which a series of so many outages proves the target; fewer than outages for none.

    `near` is where to look first: so many with one outage fewer.
    """
    low, high = outages - 1, plan.slots + 1
    middle, step = min(max(near, outages), plan.slots), 1
    while high - low > 1:
        good = plan.slots - middle
        chances = max(good - ends_good + 1, outages)
        if proves(Counts(plan.slots, good, outages, chances), plan.target, plan.outage_slots):
            low, following = middle, middle + step
        else:
            high, following = middle, middle - step
        step *= 2
        middle = following if low < following < high else (low + high) // 2
    return low


def _choose(n: int, k: int) -> float:
    """The logarithm of n over k; of one way to choose nothing of nothing."""
    return 0.0 if n == k == -1 else lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _log(chance: float) -> float:
    return log(chance) if chance > 0 else -inf


def _times(n: int, each: float) -> float:
    # None of it is nothing also where its chance is 0: nothing times an infinite logarithm is no number.
    return n * each if n else 0.0
