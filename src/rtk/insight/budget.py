"""The error budget: what an objective allows, and what a run spent of it.

Computed in fractions of the numbers as they were written, because floats are off where it shows:
1 - 0.9 is less than one tenth, and turns 720 affordable runs into 719.
"""

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from rtk.insight.proof import check_target


class Budget(Struct, frozen=True):
    """What a run cost its objective. Times are seconds; None where a figure has no meaning."""

    budget_s: float | None
    deviating_s: float
    spent: float | None
    burn_rate: float | None
    exhausted_after_s: float | None
    affordable: int | None
    observed_impact: float | None


class Spending(Struct, frozen=True):
    """What a budget is computed from: `met` and `deviated` are of the conditions, `deviating_s` of all phases."""

    target: float | None
    window_s: float | None
    frequency_s: float
    duration_s: float
    met: int
    deviated: int
    deviating_s: Fraction


class Balance(Struct, frozen=True):
    """What runs spent of a budget within one window. Times are seconds; None without a window.

    `spent` is a share of the budget and may exceed 1; `left_s` is never below 0, and `over_s` what was spent beyond.
    """

    budget_s: float | None
    deviating_s: float
    spent: float | None
    left_s: float | None
    over_s: float | None


def balance_of(target: float, window_s: float | None, deviating_s: Iterable[float]) -> Balance:
    """The balance of an objective after these deviating times (seconds), each of one run."""
    whole = _times(allowed_share(target), window_s)
    spent = sum((exact(each) for each in deviating_s), Fraction())
    left = None if whole is None else whole - spent
    return Balance(
        budget_s=_float(whole),
        deviating_s=float(spent),
        spent=_float(spent / whole if whole else None),
        left_s=_float(None if left is None else max(left, Fraction())),
        over_s=_float(None if left is None else max(-left, Fraction())),
    )


def budget_of(spending: Spending) -> Budget:
    """Budget, deviating time and impact of all phases; the burn rate of the conditions."""
    allowed = allowed_share(spending.target)
    whole = _times(allowed, spending.window_s)
    deviating = spending.deviating_s
    measured = spending.met + spending.deviated
    # Of what was measured: a missed slot does not say how fast the budget burns.
    burn = Fraction(spending.deviated, measured) / allowed if allowed is not None and measured else None
    return Budget(
        budget_s=_float(whole),
        deviating_s=float(deviating),
        spent=_float(deviating / whole if whole else None),
        burn_rate=_float(burn),
        exhausted_after_s=_float(exact(spending.window_s) / burn if burn and spending.window_s else None),
        affordable=whole // deviating if whole and deviating else None,
        observed_impact=_float(deviating / exact(spending.duration_s) if spending.duration_s > 0 else None),
    )


def allowed_share(target: float | None) -> Fraction | None:
    """1 - target, exactly: the share of measurements that may deviate."""
    if target is None:
        return None
    check_target(target)
    return 1 - exact(target)


def exact(x: float) -> Fraction:
    """The decimal number that a float was written as: 0.9 is nine tenths, so that 1 - 0.9 is one tenth."""
    return Fraction(str(x))


def _times(allowed: Fraction | None, window_s: float | None) -> Fraction | None:
    return None if allowed is None or window_s is None else allowed * exact(window_s)


def _float(x: Fraction | None) -> float | None:
    return None if x is None else float(x)
