"""Which deviations since a condition began are its own, and when its harm was over.

A service deviates now and then without any condition: its background. So what deviates after a condition began is
counted as far as it is more than the background explains, and no further:

- Deviations that less than three good slots part are one episode. Three good ones in a row are a recovery.
- Outages of the background begin at the rate that the objective allows for outages of their mean length, or at the
  upper bound of the baseline's own rate where that is lower; at the baseline's rate where that is higher.
- The harm begins with the first episode that is likelier the condition's than the background's: fewer than half of all
  series of the background would have had so many outages by then. It goes on with what follows a recovery so soon that
  one series of the background in twenty would have had so many. An outage counts as often as it is long, in mean
  lengths.
- It lasts as long as the condition where no good slot came before the condition ended, or where it came in several
  outages and the calm that followed is not longer than the calm between them (95 % sure).

So how long one measures changes nothing: an outage long after the harm is not the harm's.
"""

from functools import lru_cache
from math import inf, sqrt
from statistics import NormalDist

from msgspec import Struct

from rtk.insight.bounds import RISK, chance_of_at_least, proven_at_least
from rtk.insight.gamma import quantile
from rtk.insight.proof import BAD, GOOD
from rtk.insight.recovery import IN_A_ROW

# Right after a condition began harm is to be expected; after a recovery it would be a surprise.
FIRST, LATER = 0.5, 0.05  # below which chance of the background an episode is the condition's
_CALM = GOOD * IN_A_ROW
# From so many on the approximation is right to four digits, and far quicker.
_MANY = 300  # outages


class Background(Struct, frozen=True):
    """How a service deviates by itself: bad slots per good one that are allowed, and how long outages last in slots.

    `least` and `most` are bounds of the rate at which outages begin, from the baseline.
    """

    allowed: float
    length: float
    least: float = 0.0
    most: float = inf

    def explains(self, outages: int, bad: int, chances: int, risk: float) -> bool:
        """Return whether so much would come of the background at least with this chance."""
        # Shorter outages may begin more often: the share that is allowed stays the same.
        length = min(self.length, bad / outages)
        rate = max(self.least, min(self.allowed / length, self.most))
        counted, expected = _weight(outages, bad, self.length), rate * chances
        return expected >= counted or expected >= _fewest(counted, risk)


class Harm(Struct, frozen=True):
    """The slots of a condition's harm: from `first` to before `until`, both 0 where there is none.

    `lasting` is whether it went on until the condition ended, `recovered` whether three in a row were good after it.
    """

    first: int
    until: int
    lasting: bool
    recovered: bool


@lru_cache(maxsize=4096)
def _fewest(outages: int, chance: float) -> float:
    """How many outages have to be expected for so many to be seen with this chance; of many to four digits, quickly."""
    if outages < _MANY:
        return quantile(outages, chance)
    root = 1 - 1 / (9 * outages) + NormalDist().inv_cdf(chance) / (3 * sqrt(outages))
    return outages * float(root**3)


def background_of(target: float, length: float, baseline: bytes) -> Background:
    """Return the background of a service that promises `target`; `baseline` are the slots measured before."""
    allowed = (1 - target) / target
    # Then only the objective says what the service does by itself.
    if not baseline:
        return Background(allowed, length)
    outages = baseline.count(GOOD + BAD) + baseline.startswith(BAD)
    chances = baseline.count(GOOD) - baseline.endswith(GOOD) + 1
    highest = 1 - (proven_at_least(chances - outages, chances) or 0.0)
    return Background(allowed, length, _weight(outages, baseline.count(BAD), length) / chances, highest)


def _weight(outages: int, bad: int, length: float) -> int:
    """So many outages count: one that lasts longer than the mean counts as often as it is long."""
    return max(outages, int(bad / length))


def harm_of(series: bytes, ends: int, background: Background) -> Harm:
    """Return the harm in a series of GOOD and BAD slots since the condition began; it ended before slot `ends`."""
    first, until = _found(series, background)
    if first is None:
        return Harm(0, 0, lasting=False, recovered=True)
    lasting = first < ends and not _over(series, first, until, ends)
    if lasting:  # to the last bad slot before the first recovery that is not over before the condition
        calm = series.find(_CALM, max(0, ends - IN_A_ROW + 1))
        until = max(until, series.rfind(BAD, 0, calm if calm >= 0 else len(series)) + 1)
    recovered = series.find(_CALM, until) >= 0
    return Harm(first, until, lasting, recovered)


def _found(series: bytes, background: Background) -> tuple[int | None, int]:
    """From where to where the harm goes, by its episodes: three good slots end one."""
    first, until, risk = None, 0, FIRST
    began, last, outages, bad, good = None, 0, 0, 0, 0
    start = series.find(BAD)
    while start >= 0:
        calm = series.find(_CALM, start)
        end = calm if calm >= 0 else len(series.rstrip(GOOD))
        began = start if began is None else began
        # A series that begins bad begins with an outage, before which no good slot stands.
        outages += series.count(GOOD + BAD, last, end) + (start == 0)
        bad += series.count(BAD, last, end)
        good += series.count(GOOD, last, end)
        last = end
        if not background.explains(outages, bad, good + (until == 0), risk):
            first, until, risk = began if first is None else first, end, LATER
            began, outages, bad, good = None, 0, 0, 0
        start = series.find(BAD, end)
    return first, until


def _over(series: bytes, first: int, until: int, ends: int) -> bool:
    """Whether the harm was over before the condition was."""
    calm = series.count(GOOD, until, ends)
    if until >= ends or not calm:
        return False
    outages = series.count(GOOD + BAD, first, until) + 1
    # A single outage has no calm between outages to hold this one against: a good slot ended it.
    if outages == 1:
        return True
    bad = series.count(BAD, first, until)
    each = 2 * bad / outages - 1  # so many slots of outages of this length say as much as one independent slot
    slots, more = (ends - until) / each, series.count(BAD, until, ends) / each
    return 1 - chance_of_at_least(round(more) + 1, round(slots), bad / (until - first)) < RISK
