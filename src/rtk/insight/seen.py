"""The outages that a run saw in all its phases: what later runs of its objective learn from.

An outage does not end with a phase, so the slots of all phases count as one series. Slots that were missed within an
outage are read as part of it, which makes it longer; other missed slots are read as good.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from rtk.insight.facts import PHASES, Phase
from rtk.insight.proof import BAD, GOOD, MISSED
from rtk.insight.tally import PhaseTally

_WITHIN = re.compile(b"(?<=%b)%b+(?=%b)" % (BAD, MISSED, BAD))


class SeenOutages(Struct, frozen=True):
    """So many `outages` were over within the run; `seconds` is how long all lasted, one that was not over included."""

    outages: int
    seconds: float


def seen_outages(tallies: Mapping[Phase, PhaseTally], frequency_s: float) -> SeenOutages:
    """Return the outages of a run, of the tallies of its phases."""
    # What was missed at the end neither ends an outage nor makes it longer.
    series = b"".join(bytes(tallies[phase].outcomes) for phase in PHASES if phase in tallies).rstrip(MISSED)
    if MISSED in series:
        series = _WITHIN.sub(lambda missed: BAD * len(missed[0]), series).replace(MISSED, GOOD)
    begun = series.count(GOOD + BAD) + series.startswith(BAD)
    return SeenOutages(begun - series.endswith(BAD), series.count(BAD) * frequency_s)
