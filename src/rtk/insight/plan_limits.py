"""The limits of a plan, here alone: files, options, forms, the API and records all refuse by these."""

from typing import Any

from msgspec import Struct

DAY_S = 86_400.0


class Range(Struct, frozen=True):
    """From `least` to `most`, which is within; `least` is not, where it is `above` that."""

    least: float
    most: float
    above: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value is within; what is no number is not."""
        return (self.least < value if self.above else self.least <= value) and value <= self.most

    def bounds(self) -> dict[str, Any]:
        """The same as what msgspec and pydantic call it."""
        return {"gt" if self.above else "ge": self.least, "le": self.most}


SHORTEST_S = 0.001
LONGEST_S = 30 * DAY_S
LONGEST_WINDOW_S = 366 * DAY_S
SHORTEST_PROOF_S = 60.0
MOST_SLOTS = 10_000_000
MOST_IN_FLIGHT = 1_000
MOST_TIMES = 1_000_000_000
LONGEST_NAME = 500  # characters
LONGEST_QUANTILE = 600

FREQUENCY = Range(0, DAY_S, above=True)
LENGTH = Range(0, LONGEST_S)  # of a phase
DURATION = Range(0, LONGEST_S, above=True)  # after which a run is stopped
WINDOW = Range(0, LONGEST_WINDOW_S, above=True)
OUTAGE = Range(0, LONGEST_S, above=True)
TIME_LIMIT = Range(0, LONGEST_S, above=True)  # of a probe
PROOF = Range(SHORTEST_PROOF_S, LONGEST_WINDOW_S)
TIMES = Range(0, MOST_TIMES, above=True)
PER = LASTS = WINDOW  # how often conditions occur, and how long then
BUDGET = Range(0, 1, above=True)  # a share of it
