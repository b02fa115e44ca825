"""How long an outage lasts on average: what evidence is counted by, and where that length comes from."""

from dataclasses import dataclass
from enum import StrEnum

LEAST_SLOTS, LEAST_S = 3, 10.0  # what is assumed where nobody said


class OutageSource(StrEnum):
    """Who said how long an outage lasts: the file or an option, or nobody, so that it is assumed."""

    DECLARED = "declared"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class OutageLength:
    """The mean length of an outage in seconds, and its source."""

    seconds: float
    source: OutageSource

    def slots(self, frequency_s: float) -> float:
        """Return the length in slots; one that is shorter than a slot is seen as one slot."""
        return max(1.0, self.seconds / frequency_s)


def outage_length(frequency_s: float, *declared_s: float | None) -> OutageLength:
    """Return the longest declared length; where nobody declared one, three slots or 10 s, whichever is longer."""
    given = [each for each in declared_s if each is not None]
    if given:
        return OutageLength(max(given), OutageSource.DECLARED)
    return OutageLength(max(LEAST_SLOTS * frequency_s, LEAST_S), OutageSource.ASSUMED)
