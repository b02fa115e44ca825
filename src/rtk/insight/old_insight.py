"""How insights said before there were codes beside their sentences what is a code now: here alone these are read.

The sentences are those of the time. They are no longer made, and stay as they are when others are worded anew.
"""

import re
from collections.abc import Iterable

from rtk.insight.cause import judged, of_conditions
from rtk.insight.shape import Attribution, Comparison, RestoreProblem, Unrestored

_CAUSES = {
    "No condition was applied": Attribution.NO_CONDITION,
    "There is no baseline": Attribution.NO_BASELINE,
    "Nothing was measured in the baseline": Attribution.BASELINE_NOT_MEASURED,
    "Nothing was measured in the conditions": Attribution.CONDITIONS_NOT_MEASURED,
}
_NOT_PLAYED = "Rollbacks were due and were not played."
_ROLLBACK = re.compile(
    r'The rollback "(?P<name>.*?)" (?P<went>failed|interrupted|was interrupted)(?: after (?P<tries>\d{1,9}) tries)?'
    r"(?:: (?P<failure>.*?))?\.(?: Run by hand: (?P<by_hand>.*))?",
    re.DOTALL,
)
_NOT_GONE = "proof that "


def attribution_of(cause: str, comparisons: tuple[Comparison, ...]) -> Attribution | None:
    """Return what an insight says of the cause; None where it says it in words that are not known here."""
    told = next((code for beginning, code in _CAUSES.items() if cause.startswith(beginning)), None)
    found = of_conditions(comparisons)
    return told or (judged(found) if found else None)


def unrestored_of(sentences: Iterable[str]) -> tuple[Unrestored, ...]:
    """Return what was not undone; nothing where one of the sentences is not known here."""
    found = []
    for sentence in sentences:
        if sentence == _NOT_PLAYED:
            found.append(Unrestored(RestoreProblem.NOT_PLAYED))
            continue
        told = _ROLLBACK.fullmatch(sentence)
        if told is None:
            return ()
        problem = RestoreProblem.FAILED if told["went"] == RestoreProblem.FAILED else RestoreProblem.INTERRUPTED
        if told["name"].startswith(_NOT_GONE):
            problem = RestoreProblem.NOT_GONE
        found.append(Unrestored(problem, told["name"], int(told["tries"] or 1), told["failure"], told["by_hand"]))
    return tuple(found)
