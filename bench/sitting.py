"""How a row takes its trials: contenders in turn, disturbed trials void and repeated, never counted."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.burners import COUNT
from bench.row import Figures, Row, Trial
from bench.weather import Watch, Weather

ROUNDS = 5
TRIES = 8


class NoQuiet(Exception):
    """A trial was disturbed every time it was tried."""


@dataclass
class Sitting:
    """One row's trials. `quick` takes one short round whatever the weather: it shows that all works, not how fast.

    `seed` is what simulated rows begin with, None for their own. `beside` is an earlier checkout to compare with.
    """

    name: str
    quick: bool = False
    seed: int | None = None
    beside: Path | None = None
    watch: Callable[[], Watch] = Watch
    tries: int = TRIES
    trials: list[Trial] = field(default_factory=list)
    what: str = ""
    must: str = ""

    @property
    def rounds(self) -> int:
        """How many trials of each contender are taken."""
        return 1 if self.quick else ROUNDS

    @property
    def burners(self) -> int:
        """How many processes burn CPU where some are to."""
        return 1 if self.quick else COUNT

    def either(self, full: float, quick: float) -> float:
        """A length or a rate: that of a full run or that of a quick one."""
        return quick if self.quick else full

    def asks(self, what: str, must: str) -> None:
        """Say what is measured and what it must be, before the first trial: so a row without a number has them."""
        self.what, self.must = what, must

    def row(self, measured: str, held: bool | None) -> Row:
        """The row from the trials so far."""
        return Row(self.what, self.must, measured, held, tuple(self.trials))

    def interleaved(self, contenders: Mapping[str, Callable[[], Figures]]) -> dict[str, list[Figures]]:
        """Every contender's figures, round by round; each round begins with another one. Raises `NoQuiet`."""
        found: dict[str, list[Figures]] = {contender: [] for contender in contenders}
        order = list(contenders)
        for _ in range(self.rounds):
            for contender in order:
                found[contender].append(self.trial(contender, contenders[contender]))
            order.append(order.pop(0))
        return found

    def trial(self, contender: str, take: Callable[[], Figures]) -> Figures:
        """The figures of a trial that nothing disturbed. Raises `NoQuiet` after so many tries."""
        for _ in range(self.tries):
            watch = self.watch()
            figures = take()
            weather = watch.read()
            counts = self.quick or weather.is_quiet
            self.trials.append(Trial(contender, weather, figures if counts else None))
            self._say(contender, figures, weather, counts)
            if counts:
                return figures
        raise NoQuiet(f"{contender}: disturbed in all of {self.tries} tries, at last {weather}")

    def untimed(self, contender: str, take: Callable[[], Figures]) -> Figures:
        """The figures of a trial in which no time is measured, so that no weather makes it void."""
        watch = self.watch()
        figures = take()
        weather = watch.read()
        self.trials.append(Trial(contender, weather, figures))
        self._say(contender, figures, weather, True)
        return figures

    def _say(self, contender: str, figures: Figures, weather: Weather, counts: bool) -> None:
        told = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
        print(f"{self.name}: {contender}: {told if counts else 'void'} [{weather}]", file=sys.stderr, flush=True)
