"""What an objective promises, in words: one way on every page, in every report and in every sentence."""

from msgspec import Struct

from rtk.figures import chosen_share, duration


class ServiceLevelObjective(Struct, frozen=True):
    """A promise: a share of good measurements over a window. `window_s` None: no budget can be told.

    `quantile` is the promise as it was made where it is one about a quantile, such as "p95 <= 300ms", else empty.
    """

    target: float
    window_s: float | None = None
    name: str = ""
    quantile: str = ""


def promise(target: float, quantile: str = "", window_s: float | None = None) -> str:
    """Return the promise in short: "95 % over 1 day", "p95 <= 300ms over 1 day"."""
    window = "" if window_s is None else f" over {duration(window_s)}"
    return f"{quantile or chosen_share(target)}{window}"


def promised_share(target: float, quantile: str = "") -> str:
    """Return the share, with the quantile that it is of: "95 %", "95 % (p95 <= 300ms)"."""
    return f"{chosen_share(target)} ({quantile})" if quantile else chosen_share(target)


def allowing(most: str) -> str:
    """Return the upper bound of what was good as part of a sentence: a few bad measurements may have been chance."""
    return f"allowing for chance, at most {most}"


def promise_at_length(target: float, quantile: str = "", window_s: float | None = None) -> str:
    """Return the promise as the beginning of a sentence: "95 % of measurements good over 1 day"."""
    window = "" if window_s is None else f" over {duration(window_s)}"
    if quantile:
        return f"{quantile}{window}, so {chosen_share(target)} of measurements within their tolerances and this limit"
    return f"{chosen_share(target)} of measurements good{window}"
