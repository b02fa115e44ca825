"""How that is set which a sentence asks for: by an option where one types commands, in a field where there are forms.

Sentences of an insight are the same everywhere and name neither. What is added to them is made here, by where they are
read: a page of the console never names an option, a report of a command never a field.
"""

from collections.abc import Mapping
from enum import StrEnum

from rtk.insight.outage_length import OutageSource
from rtk.insight.proof import LengthFrom
from rtk.insight.shape import Insight, InvalidReason
from rtk.insight.stops import StopCause


class Medium(StrEnum):
    """Where a sentence is read: in what a command writes, or on a page of the console."""

    COMMAND = "command"
    PAGE = "page"


class Setting(StrEnum):
    """What can be set so that the next run says more."""

    TARGET = "target"
    DURATION = "duration"
    OUTAGE_LASTS = "outage-lasts"
    OCCURS_LASTS = "occurs-lasts"
    COOL_DOWN = "cool-down"
    REQUIRE_BASELINE = "require-baseline"
    MAX_DURATION = "max-duration"


_BY_OPTION = {
    Setting.TARGET: "Give one with --target, such as --target 95%.",
    Setting.DURATION: "Measure for longer with --for.",
    Setting.OUTAGE_LASTS: "If you know how long outages last on average, say so with --outage-lasts.",
    Setting.OCCURS_LASTS: "Say so with --occurs, such as --occurs 2/30d,20m for 20 minutes.",
    Setting.COOL_DOWN: "A cool-down gives it time, such as --cool-down 1m.",
    Setting.REQUIRE_BASELINE: "With --require-baseline, such a run ends before any condition is applied.",
    Setting.MAX_DURATION: "These are set with --max-duration and --warm-up.",
}
_IN_A_FORM = {
    Setting.TARGET: "Edit the verification and choose an objective.",
    Setting.DURATION: "To measure for longer, edit the verification: “Under the conditions for”. Runs measured before "
    "such a change no longer count toward the promise.",
    Setting.OUTAGE_LASTS: "If you know how long outages last, edit the objective or the verification and set “An "
    "outage lasts, on average”.",
    Setting.OCCURS_LASTS: "Edit the verification and set “For”, beside how often it is expected.",
    Setting.COOL_DOWN: "A cool-down gives it time: edit the verification and set “Cool-down after”.",
    Setting.REQUIRE_BASELINE: "To end such a run before any condition, edit the verification and tick “Apply no "
    "condition where the baseline is broken already”.",
    Setting.MAX_DURATION: "Edit the verification and set “Stop after” or “Warm-up before”.",
}
_HOW: Mapping[Medium, Mapping[Setting, str]] = {Medium.COMMAND: _BY_OPTION, Medium.PAGE: _IN_A_FORM}


def how(setting: Setting, medium: Medium) -> str:
    """Return how something is set, in a sentence for where it is read."""
    return _HOW[medium][setting]


def next_step(insight: Insight, medium: Medium) -> str:
    """Return what a person does next, with how to do it."""
    setting: Setting | None = None
    figures = insight.figures
    if insight.invalid_reason is InvalidReason.BASELINE_BROKEN:
        setting = Setting.REQUIRE_BASELINE
    elif not insight.is_evidence:
        setting = Setting.MAX_DURATION if insight.stop_cause is StopCause.MAX_DURATION else None
    elif insight.objective is None:
        setting = Setting.TARGET
    elif figures.verdict in ("fail", "inconclusive"):
        # The step says for how long to measure where what was planned, or what was measured, can prove nothing.
        needed, measured = figures.needed or 0, figures.met + figures.deviated
        undecided = figures.verdict == "inconclusive" and insight.stopped is None
        if figures.planned < needed or (undecided and 0 < measured < needed):
            setting = Setting.DURATION
    return f"{insight.next_step} {how(setting, medium)}" if setting and insight.next_step else insight.next_step


def limits(insight: Insight, medium: Medium) -> tuple[str, ...]:
    """Return the limits of a result, with how to say what they rest on where nobody said it."""
    outage, seen = insight.outage, insight.proof is not None and insight.proof.length_from == LengthFrom.SEEN
    failed = insight.figures.verdict == "fail"  # which does not rest on it
    if not insight.limits or failed or seen or outage is None or outage.source is not OutageSource.ASSUMED:
        return insight.limits
    return (*insight.limits, how(Setting.OUTAGE_LASTS, medium))
