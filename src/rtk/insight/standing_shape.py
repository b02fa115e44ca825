"""The shape of a standing: what all judged runs of a promise prove together."""

from enum import StrEnum
from typing import Any

from msgspec import Struct, to_builtins

from rtk.insight.proof import LengthFrom

LASTS_S = 30 * 86_400.0  # how long a run counts where nobody says otherwise
STANDING_RISK = 0.02  # it is looked at every night: at 0.05 a broken promise would seem kept on some night too often
FEWEST_RUNS = 10  # with fewer nobody can tell whether runs differ


class StandingState(StrEnum):
    """How a promise stands."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_PROVEN = "not-proven"
    LAPSED = "lapsed"
    NEVER_TRIED = "never-tried"


class StandingReason(StrEnum):
    """What decided how a promise stands."""

    PROVEN = "proven"
    FAILED = "failed"
    BELOW = "below"
    TOO_FEW_RUNS = "too-few-runs"
    RUNS_DIFFER = "runs-differ"
    TOO_LITTLE = "too-little"
    EXCLUSIONS = "exclusions"
    TOO_OLD = "too-old"
    NEVER_TRIED = "never-tried"


class Exclusion(Struct, frozen=True):
    """A run that somebody said should not count, and why."""

    run_id: str
    reason: str


class PromiseStanding(Struct, frozen=True):
    """How a promise stands under one kind of failure, by all judged runs of a revision that still count.

    Shares are 0 to 1, moments seconds since the epoch. `at_least` is proven at 98 % for outages of `length` slots on
    average; where runs differ (`dispersion` below 0.01) it is the bound by runs. `at_most` is the upper bound of the
    time that was measured. Of `runs` that count, `passed` and `failed` did so; `slots`, `outages` begun and `chances`
    to begin one are theirs, and of the slots so many were `measured`. `dispersion` is None with fewer than ten runs.
    `unseen` is up to which share occasions of a kind may be that none of these runs met. `needed` are the clean slots
    that would prove the target, had they been measured besides. `expires_at` is when a kept promise lapses unless it is
    tried again, `latest_at` the end of the latest run that counts. `attempt` counts revisions that were tried, from 1.
    """

    state: StandingState
    reason: StandingReason
    target: float
    at_least: float | None = None
    at_most: float | None = None
    runs: int = 0
    passed: int = 0
    failed: int = 0
    slots: int = 0
    measured: int = 0
    outages: int = 0
    chances: int = 0
    length: float | None = None
    length_from: LengthFrom | None = None
    dispersion: float | None = None
    unseen: float | None = None
    needed: int | None = None
    latest_at: float | None = None
    expires_at: float | None = None
    lasts_s: float = LASTS_S
    attempt: int = 1
    excluded: tuple[Exclusion, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        whole: dict[str, Any] = to_builtins(self)
        return whole
