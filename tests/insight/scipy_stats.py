"""SciPy's statistics, imported when they are first used: that takes seconds, and few workers play the tests of them."""

from typing import Any


def __getattr__(name: str) -> Any:
    from scipy import stats

    return getattr(stats, name)
