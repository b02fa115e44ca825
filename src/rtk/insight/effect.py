"""Which slots were measured under the conditions' effect, told from what the probes of the effect said.

A slot counts as under the effect when the last ask before it and the first ask after it both showed the effect: in
between nobody looked. Once the time that a condition `lasts` is over it counts whatever the probes say, for what
follows is the condition's consequence.
"""

from bisect import bisect_left
from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby
from math import inf

from msgspec import Struct


class EffectState(StrEnum):
    """What the probes of an effect say: it shows, it is gone, or its time is over and nobody asks any more."""

    SHOWN = "shown"
    GONE = "gone"
    OVER = "over"


class EffectChange(Struct, frozen=True):
    """The state of an effect from a moment on (seconds since the run began); `index` is the condition's place.

    `before` is when the last ask began that found otherwise, None where there was none.
    """

    condition: str
    index: int
    at: float
    state: EffectState
    before: float | None = None
    reason: str | None = None


class Lapse(Struct, frozen=True):
    """A stretch without effect: slots due after `began` and before `ended` were not measured under it.

    `since` is when the effect was first shown; `ended` is infinite where the effect did not come back.
    """

    condition: str
    began: float
    ended: float
    since: float
    reason: str | None = None


def lapses_of(changes: Iterable[EffectChange]) -> tuple[Lapse, ...]:
    """Return the stretches without effect, in order of time."""
    ordered = sorted(changes, key=lambda change: (change.index, change.at))
    found: list[Lapse] = []
    for _, group in groupby(ordered, key=lambda change: change.index):
        own = list(group)
        since, gone = own[0].at, None
        for change in own:
            if change.state is EffectState.GONE:
                gone = gone or change
            elif gone:
                found.append(_lapse(gone, change.at, since))
                gone = None
        if gone:
            found.append(_lapse(gone, inf, since))
    return tuple(sorted(found, key=lambda lapse: (lapse.began, lapse.ended)))


def _lapse(gone: EffectChange, ended: float, since: float) -> Lapse:
    # From the last ask that showed the effect: in between nobody looked, and doubt is no evidence.
    return Lapse(gone.condition, gone.at if gone.before is None else gone.before, ended, since, gone.reason)


class Lapsed:
    """Whether a moment lies within a lapse; made once for many slots."""

    def __init__(self, lapses: Iterable[Lapse]) -> None:
        self._began: list[float] = []
        self._ended: list[float] = []
        # Those of several conditions may overlap: joined, one search tells of any moment.
        for lapse in lapses:
            if self._ended and lapse.began < self._ended[-1]:
                self._ended[-1] = max(self._ended[-1], lapse.ended)
            else:
                self._began.append(lapse.began)
                self._ended.append(lapse.ended)

    def __call__(self, due: float) -> bool:
        """Return whether a slot due then was without the effect of a condition."""
        index = bisect_left(self._began, due) - 1
        return index >= 0 and due < self._ended[index]
