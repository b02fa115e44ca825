"""Stage 7, insight: pure functions from a run's measurements to verdict, budget and comparison. No I/O.

`judge` is for whoever has outcomes of their own: `from rtk.insight import judge`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rtk.insight.judgement import Judgement, judge

__all__ = ["Judgement", "judge"]


def __getattr__(name: str) -> Any:
    """Import what is public when it is asked for, since a run that measures needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rtk.insight import judgement  # noqa: PLC0415 - see above

    return getattr(judgement, name)
