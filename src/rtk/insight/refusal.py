"""A run that is not judged: what kept it from beginning, in sentences."""

from rtk.insight.facts import Facts
from rtk.insight.status import JUDGED, RunStatus
from rtk.insight.stops import StopCause


def is_refused(facts: Facts) -> bool:
    """Return whether the run was to begin only where the baseline is not broken, and it was."""
    return facts.stop is not None and facts.stop.cause is StopCause.BASELINE_BROKEN and facts.status == RunStatus.FAILED


def not_judged(facts: Facts) -> str:
    """Return why there is nothing to judge."""
    if facts.stop and is_refused(facts):
        told = facts.stop.sentence  # with the figures by which it was refused: what was under way settled later
        return f"{told[0].upper()}{told[1:]}."
    if facts.status == RunStatus.FAILED:
        return "The hypothesis was not met before the run, so no condition was applied and nothing is judged."
    if facts.status not in JUDGED:
        return "The run has not ended, and there is no verdict before its end."
    ended = facts.stop.prose if facts.stop else "The run ended"
    return f"{ended} before its conditions began, so there is nothing to judge."


def refused(facts: Facts) -> str:
    """Return why the run did not begin, where that was recorded: the gate, or a baseline that had to be kept."""
    if is_refused(facts):
        return "It was to begin only where the baseline is not broken, so no condition was applied."
    if facts.status != RunStatus.FAILED or facts.gate is None:
        return ""
    asked = "Asked once" if facts.gate.tries == 1 else f"Asked {facts.gate.tries:,} times, the last time"
    reason = " ".join(facts.gate.reason.split()).rstrip(".") or "no reason was told"
    return f"{asked}: {reason}."
