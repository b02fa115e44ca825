"""SciPy's statistics, imported when they are first used: that takes seconds, and few workers play the tests of them."""

from typing import Any

LENT = ("beta", "binom", "binomtest", "chi2", "fisher_exact", "gamma", "mannwhitneyu", "norm")
# Whatever else pytest looks for in it is not there.


def __getattr__(name: str) -> Any:
    if name not in LENT:
        raise AttributeError(f"{name} is not lent by {__name__}: name it in LENT")
    from scipy import stats

    return getattr(stats, name)
