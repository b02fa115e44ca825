"""Fewer points, no deviation hidden: of each stretch the worst stands for all of it.

`frontend/src/chart/thin.ts` thins likewise in the browser; `tests/vectors/thinning.json` holds both to it.
"""

import math
from collections.abc import Sequence
from itertools import compress

from rtk.insight.columns import DEVIATED, MET, MISSED, only
from rtk.insight.facts import Threshold

# A missed slot comes before a met one: a gap must not vanish among good points.
_FROM_WORST = (DEVIATED, MISSED, MET)
_NONE = Threshold()


def thinned(
    kinds: bytes, values: Sequence[float], most: int, threshold: Threshold = _NONE
) -> list[tuple[float | None, int]]:
    """Return so many at most, each as its value and the code of its outcome; a value that is no number is none.

    All stretches are of one length, the first of them one longer where that is needed. One of the worst of a stretch
    without a value leaves it without.
    """
    length, longer = divmod(len(kinds), most)
    found: list[tuple[float | None, int]] = []
    begin = 0
    for place in range(min(len(kinds), most)):
        end = begin + length + (place < longer)
        stretch = kinds[begin:end]
        outcome = next(code for code in _FROM_WORST if code in stretch)
        same = list(compress(values[begin:end], stretch.translate(only(outcome))))
        found.append((None if any(map(math.isnan, same)) else worst_of(same, threshold), outcome))
        begin = end
    return found


def outside(value: float, threshold: Threshold) -> float:
    """Return how far outside the threshold a value lies; without a threshold greater is worse."""
    above = value - threshold.upper if threshold.upper is not None else -math.inf
    below = threshold.lower - value if threshold.lower is not None else -math.inf
    furthest = max(above, below)
    return furthest if math.isfinite(furthest) else value


def further(one: float | None, other: float | None, threshold: Threshold) -> float | None:
    """Return the value of the two that lies further outside; of two that are as far outside, the greater is worse."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=lambda value: (outside(value, threshold), value))


def worst_of(values: Sequence[float], threshold: Threshold) -> float | None:
    """Return the value of several that lies furthest outside, which is the least of them or the greatest."""
    return further(min(values), max(values), threshold)
