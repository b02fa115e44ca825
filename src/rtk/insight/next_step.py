"""What a person does next where a run gave no verdict: one step for its one cause."""

from rtk.insight.facts import ActivitySpan, Facts
from rtk.insight.moments import invalid_condition
from rtk.insight.shape import InvalidReason, SeenLapse
from rtk.insight.stops import StopCause
from rtk.insight.words import duration, listing

_AGAIN = "Run it again; nothing was applied, so that there is nothing to undo."
_GATE = (
    "Bring the service into its steady state, or correct the hypothesis, then run it again; "
    "no condition is applied before every probe is within its tolerance."
)
_AFTER = {
    StopCause.CONTROL: "See why the control stopped the run, then run it again.",
    StopCause.SAFEGUARD: "Ask who keeps the safeguard, or run it again once the safeguard allows it.",
    StopCause.NOT_READY: "Mend what kept the run from being guarded, then run it again.",
    StopCause.RECORD: "Make room where records are kept, or let XDG_STATE_HOME name another place, then run it again.",
    StopCause.MAX_DURATION: "Give the run more time with --max-duration, or a shorter baseline with --warm-up.",
    StopCause.DIED: "See with chaos recover --list whether anything is left to undo, then run it again.",
}


def after_not_begun(facts: Facts) -> str:
    """The step after a run that ended before its conditions."""
    if facts.status == "failed":
        return _GATE
    return _AFTER.get(facts.stop.cause, _AGAIN) if facts.stop else _AGAIN


def after_invalid(facts: Facts, reason: InvalidReason, lapses: tuple[SeenLapse, ...]) -> str:
    """The step after a run whose condition was not there."""
    if reason is InvalidReason.EFFECT_GONE:
        names = listing(tuple(dict.fromkeys(lapse.condition for lapse in lapses)))
        whole = duration(max(lapse.of_s for lapse in lapses))
        return (
            f'Let {names} last for the whole phase ({whole}), or say in its extension how long it "lasts", '
            "so that what follows counts as its consequence."
        )
    failed = invalid_condition(facts)
    return _after_failed(failed) if failed else _AGAIN


def _after_failed(condition: ActivitySpan) -> str:
    if condition.unproven:
        return (
            f'See whether "{condition.name}" did what it should; if that only takes longer, give its effect '
            'more time with "within".'
        )
    return f'Play "{condition.name}" by itself to see why it fails, mend it, then run it again.'
