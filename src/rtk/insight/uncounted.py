"""Runs that do not count toward the standing of their promise: why, and how many, in words."""

from collections.abc import Mapping
from enum import StrEnum

from rtk.figures import count, duration


class Uncounted(StrEnum):
    """Why a run that has ended does not count; where several hold, the first of them in this order."""

    TOO_OLD = "too-old"
    UNJUDGED = "unjudged"
    APART = "apart"
    EARLIER = "earlier-revision"


_ONE = {
    Uncounted.TOO_OLD: "is older than {}",
    Uncounted.UNJUDGED: "is invalid or has no verdict",
    Uncounted.APART: "measured something else than the verification says",
    Uncounted.EARLIER: "was measured before the verification was changed",
}
_MANY = {
    Uncounted.TOO_OLD: "are older than {}",
    Uncounted.UNJUDGED: "are invalid or have no verdict",
    Uncounted.EARLIER: "were measured before the verification was changed",
}
_VERDICTS = {"pass": "pass", "fail": "fail"}
COUNTS = "This run counts toward the promise."
_ANEW = "Run it again to prove it for the verification as it is now."


def sentence(counting: int, beside: Mapping[Uncounted, int], lasts_s: float) -> str:
    """Return how many runs count and why the others do not; empty where all of them do. Runs count for `lasts_s`."""
    others = sum(beside.values())
    if not others:
        return ""
    parts = []
    for why in Uncounted:
        if many := beside.get(why, 0):
            words = _ONE[why] if many == 1 else _MANY.get(why, _ONE[why])
            parts.append(f"{many:,} {words.format(duration(lasts_s))}")
    verb = "counts" if counting == 1 else "count"
    return f"Of {count(counting + others, 'run')} that ended, {counting:,} {verb} toward this: {', '.join(parts)}."


def reason(why: Uncounted, lasts_s: float) -> str:
    """Return why one run does not count, such as "does not count: is older than 30 days"."""
    return f"does not count: {_ONE[why].format(duration(lasts_s))}"


def no_longer_counts(why: Uncounted, lasts_s: float, verdict: str) -> str:
    """Return that the verdict of a run does not count, why, and what to do where running again would help."""
    because = _ONE[why].format(duration(lasts_s))
    told = f"This {_VERDICTS.get(verdict, 'run')} does not count toward the promise: it {because}."
    return f"{told} {_ANEW}" if why in (Uncounted.TOO_OLD, Uncounted.EARLIER) else told
