"""A row of the table, and the trials it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.weather import Weather
from rtk.insight.stats import quantile

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """One timed trial of one contender; `figures` are None where the weather made it void."""

    contender: str
    weather: Weather
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `held` is None where nothing could be measured; then `measured` says why. `taken` is when it was.

    `table` is what there is to tell beside the figures, in Markdown.
    """

    what: str
    must: str
    measured: str
    held: bool | None
    trials: tuple[Trial, ...] = ()
    taken: str = ""
    table: str = ""

    @property
    def counted(self) -> int:
        """How many trials the numbers come from."""
        return sum(trial.figures is not None for trial in self.trials)

    @property
    def void(self) -> int:
        """How many trials were disturbed."""
        return len(self.trials) - self.counted


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over all trials that count."""

    median: float
    low: float
    high: float

    def tell(self, unit: str = "", digits: int = 2) -> str:
        """The median and the range in words, such as `1.20 ms (1.05 to 1.60)`."""
        return f"{self.median:.{digits}f}{unit} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def spread(found: Sequence[Figures], name: str) -> Spread:
    """The spread of a figure over trials."""
    values = [figures[name] for figures in found]
    return Spread(median(values), min(values), max(values))


def percentile(values: Sequence[float], percent: int) -> float:
    """The nearest-rank quantile of at least one value."""
    found = quantile(sorted(values), percent)
    assert found is not None, "a percentile needs at least one value"
    return found
