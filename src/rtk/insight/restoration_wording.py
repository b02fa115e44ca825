"""What was not undone, in sentences."""

from rtk.insight.shape import RestoreProblem, Unrestored

NOT_PLAYED = "The rollbacks were not run, so what the conditions changed may still be in place."
_WENT = {
    RestoreProblem.FAILED: "failed",
    RestoreProblem.INTERRUPTED: "was interrupted",
    RestoreProblem.NOT_GONE: "failed",
}


def sentence_of(left: Unrestored) -> str:
    """Return what was not undone, with what to run by hand."""
    by_hand = f" Run by hand: {left.by_hand}" if left.by_hand else ""
    return f"{problem_of(left)}{by_hand}"


def problem_of(left: Unrestored) -> str:
    """Return the same without the command, for where that stands by itself."""
    if left.problem is RestoreProblem.NOT_PLAYED:
        return NOT_PLAYED
    tries = f" after {left.tries} tries" if left.tries > 1 else ""
    reason = f": {left.failure.rstrip('.')}" if left.failure else ""
    return f'The rollback "{left.name}" {_WENT[left.problem]}{tries}{reason}.'
