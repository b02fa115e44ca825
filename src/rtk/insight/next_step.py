"""What a person does next where a run gave no verdict: one step for its one cause."""

from rtk.figures import duration, listing
from rtk.insight.facts import ActivitySpan, Facts
from rtk.insight.moments import invalid_condition
from rtk.insight.shape import InvalidReason, SeenLapse
from rtk.insight.status import RunStatus
from rtk.insight.stops import StopCause

_AGAIN = "Run it again: nothing was applied, so nothing has to be undone."
_GATE = (
    "Bring the service into its steady state, or correct the hypothesis, then run it again; "
    "no condition is applied before every probe is within its tolerance."
)
_BROKEN = (
    "Find out why the service missed its target before the condition, then run it again once it keeps it; "
    "--require-baseline ends such a run before any condition is applied."
)
_AFTER = {
    StopCause.CONTROL: "Find out why the control stopped the run, then run it again.",
    StopCause.SAFEGUARD: "Ask the owner of the safeguard, or run it again once the safeguard allows it.",
    StopCause.NOT_READY: "Fix what kept the run from being guarded, then run it again.",
    StopCause.RECORD: "Make the folder of records writable, or set XDG_STATE_HOME to another, then run it again.",
    StopCause.MAX_DURATION: "Give the run more time with --max-duration, or a shorter baseline with --warm-up.",
    StopCause.BASELINE_BROKEN: "Find out why the service misses its target without any condition, then run it again.",
    StopCause.DIED: "Check with chaos recover --list whether anything is left to undo, then run it again.",
}


def after_not_begun(facts: Facts) -> str:
    """The step after a run that ended before its conditions."""
    if facts.status == RunStatus.FAILED and not (facts.stop and facts.stop.cause is StopCause.BASELINE_BROKEN):
        return _GATE
    return _AFTER.get(facts.stop.cause, _AGAIN) if facts.stop else _AGAIN


def after_invalid(facts: Facts, reason: InvalidReason, lapses: tuple[SeenLapse, ...]) -> str:
    """The step after a run that is evidence of nothing."""
    if reason is InvalidReason.BASELINE_BROKEN:
        return _BROKEN
    if reason is InvalidReason.EFFECT_GONE:
        names = listing(tuple(dict.fromkeys(lapse.condition for lapse in lapses)))
        whole = duration(max(lapse.of_s for lapse in lapses))
        return (
            f'Make {names} last for the whole phase ({whole}), or say in its extension how long it "lasts", '
            "so that what follows counts as its consequence."
        )
    failed = invalid_condition(facts)
    return _after_failed(failed) if failed else _AGAIN


def _after_failed(condition: ActivitySpan) -> str:
    if condition.unproven:
        return (
            f'Check whether "{condition.name}" did what it should; if it only needs longer, give its effect '
            'more time with "within".'
        )
    return f'Play "{condition.name}" by itself to see why it fails, fix it, then run it again.'
