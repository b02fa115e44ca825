"""Fewer points, no deviation hidden: of each stretch the worst stands for all of it."""

from collections.abc import Iterator, Sequence
from itertools import compress
from math import isnan

from rtk.insight.columns import DEVIATED, MET, MISSED, only

_FROM_WORST = (DEVIATED, MISSED, MET)


def thinned(kinds: bytes, values: Sequence[float], most: int) -> list[tuple[float | None, int]]:
    """Return so many at most, each as its value and the code of its outcome; a value that is no number is none."""
    return [_worst(kinds[begin:end], values[begin:end]) for begin, end in _stretches(len(kinds), most)]


def _stretches(many: int, most: int) -> Iterator[tuple[int, int]]:
    """From where to where each stretch is: all of one length, the first of them one longer where that is needed."""
    length, longer = divmod(many, most)
    begin = 0
    for place in range(min(many, most)):
        end = begin + length + (place < longer)
        yield begin, end
        begin = end


def _worst(kinds: bytes, values: Sequence[float]) -> tuple[float | None, int]:
    """The value that stands for a stretch and its outcome: none where one of the worst has none, else the greatest."""
    outcome = next(code for code in _FROM_WORST if code in kinds)
    found = list(compress(values, kinds.translate(only(outcome))))
    return (None if any(map(isnan, found)) else max(found)), outcome
