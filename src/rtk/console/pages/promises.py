"""How promises stand, as pages show it: a state, the sentences, and the few figures beside them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from rtk.console.store.standings import Standing
from rtk.figures import bound, count, duration
from rtk.insight import standing_wording
from rtk.insight.standing import LOWEST_FIRST, lowest
from rtk.insight.standing_shape import StandingState
from rtk.insight.standing_wording import STATES
from rtk.report.text import capital


class Stands(NamedTuple):
    """A verification's promise. `proven` is a bound in words, empty where there is none; moments may be None.

    `decided` is what decided the state, for beside it.
    `measured` is how many runs count and how long they measured.
    `sure` says what the per cent of its certainty mean, empty where there are none.
    `counted` says which runs count and why the others do not, empty where all do.
    """

    state: StandingState
    headline: str
    decided: str
    says: tuple[str, ...]
    proven: str
    runs: str
    measured: str
    counted: str
    latest_at: datetime | None
    expires_at: datetime | None
    lasts: str
    attempt: int
    sure: str


class PromiseSummary(NamedTuple):
    """An objective's promise: the lowest state of its verifications, and how many stand how, in words."""

    state: StandingState
    counts: str


def shown(found: Standing | None) -> Stands | None:
    """Return how a promise stands; None of what promises nothing."""
    if found is None:
        return None
    promise = found.promise
    headline, *says = found.says
    proven = "" if promise.at_least is None else f"at least {bound(promise.at_least, promise.target)} good"
    if promise.state is StandingState.BROKEN and promise.at_most is not None and promise.at_most < promise.target:
        proven = f"at most {bound(promise.at_most, promise.target)} good"
    return Stands(
        promise.state,
        headline,
        f"{capital(standing_wording.decided(promise, found.frequency_s))}.",
        tuple(says),
        proven,
        count(promise.runs, "run"),
        standing_wording.measured(promise, found.frequency_s),
        found.counted,
        _moment(promise.latest_at),
        _moment(promise.expires_at),
        duration(promise.lasts_s),
        promise.attempt,
        standing_wording.sure(promise),
    )


def together(found: Iterable[Standing]) -> PromiseSummary:
    """Return how an objective stands by its verifications."""
    states = [each.promise.state for each in found]
    if len(set(states)) == 1:  # the badge beside it says which
        return PromiseSummary(lowest(states), f"by {count(len(states), 'verification')}")
    return PromiseSummary(lowest(states), counted(states) or "no verification")


def counted(states: Iterable[StandingState]) -> str:
    """Return how many stand how, the lowest first: "1 broken, 4 kept"; empty where there is none."""
    many = Counter(states)
    return ", ".join(f"{many[each]:,} {STATES[each].lower()}" for each in LOWEST_FIRST if many[each])


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
