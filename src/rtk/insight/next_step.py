"""What a person does next after a run: one step for its verdict, or for the one cause why there is none.

No step names an option or a field: how something is set is another thing on a terminal than on a page, see
`rtk.report.setting`.
"""

from rtk.figures import chosen_share, count, duration, listing, rounded
from rtk.insight.facts import Facts
from rtk.insight.moments import invalid_condition, restored
from rtk.insight.shape import InvalidReason, SeenLapse
from rtk.insight.status import JUDGED, RunStatus
from rtk.insight.stops import StopCause
from rtk.insight.wording import Story, decided_by_unmeasured, is_too_short

_AGAIN = "Run it again: nothing was applied, so nothing has to be undone."
_GATE = (
    "Bring the service into its steady state, or correct the hypothesis, then run it again; "
    "no condition is applied before every probe is within its tolerance."
)
_BROKEN = "Find out why the service missed its target before the condition, then run it again once it keeps it."
_AFTER = {
    StopCause.CONTROL: "Find out why the control stopped the run, then run it again.",
    StopCause.SAFEGUARD: "Ask the owner of the safeguard, or run it again once the safeguard allows it.",
    StopCause.NOT_READY: "Fix what kept the run from being guarded, then run it again.",
    StopCause.RECORD: "Make the folder of records writable, or set XDG_STATE_HOME to another, then run it again.",
    StopCause.MAX_DURATION: "Give the run more time, or a shorter baseline.",
    StopCause.BASELINE_BROKEN: "Find out why the service misses its target without any condition, then run it again.",
    StopCause.DIED: "Check with chaos recover --list whether anything is left to undo, then run it again.",
}
_PASSED = "Nothing in this run has to be fixed. Run it again after each change, and regularly."
_FAILED = (
    "Find out what went wrong when measurements deviated, fix it, then run it again. If the service need not be this "
    "good under this condition, promise less."
)
_NOTHING_MEASURED = "Find out why nothing was measured, then run it again."
_STOPPED = "Find out why it was stopped, then run it again to its end: only a whole run can pass."
_UNDECIDED = "Measure for longer to find out which it is, or fix what deviated and run it again."
_PROMISE = "Say which share of measurements is to be good, so that a run can be judged."
_UNDO = "First undo what the run left behind."


def next_step(story: Story) -> str:
    """Return what a person does next; empty while the run goes on."""
    if not story.case.judged:
        return after_not_begun(story.facts) if story.facts.status in (*JUDGED, RunStatus.FAILED) else ""
    if story.case.invalid:
        return after_invalid(story.facts, story.case.invalid, story.lapses)
    known = {None: _PROMISE, "pass": _PASSED, "fail": _FAILED}
    needed, planned, verdict = story.figures.needed or 0, story.figures.planned, story.figures.verdict
    step = known.get(verdict) or _after_undecided(story)
    # Only more time is asked for where the run went to its end, and was too short for what it was to prove.
    undecided = verdict == "inconclusive" and bool(story.measured) and not story.case.stopped
    left_short = undecided and is_too_short(story) and not decided_by_unmeasured(story)
    # Else the step says to run it again, and nobody shall run a plan again that cannot pass.
    if verdict in ("fail", "inconclusive") and not left_short and planned < needed:
        long, enough = (duration(rounded(each * story.facts.frequency_s)) for each in (planned, needed))
        outages = f"for outages of {story.outage.lasting()}"
        step += f" The planned {long} cannot pass: that takes {enough} without a deviation, {outages}."
    # Before all else: what is left in place would be part of the next run.
    return f"{_UNDO} {step}" if restored(story.facts) is False else step


def _after_undecided(story: Story) -> str:
    if not story.measured:
        return _NOTHING_MEASURED
    if story.case.stopped:
        return _STOPPED
    if decided_by_unmeasured(story):
        missed = story.figures.missed
        slots = f"{count(missed, 'slot')} {'was' if missed == 1 else 'were'}"
        return f"Find out why {slots} not measured, then run it again."
    if not is_too_short(story):
        return _UNDECIDED
    lasting = duration(rounded((story.figures.needed or 0) * story.facts.frequency_s))
    if not story.case.deviated:
        return f"Measure for {lasting}: if nothing deviates in that time, {chosen_share(story.target)} is proven."
    return f"Measure for longer than {lasting}: that is what a run needs in which nothing deviates."


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
    if failed is None:
        return _AGAIN
    if failed.unproven:
        return (
            f'Check whether "{failed.name}" did what it should; if it only needs longer, give its effect '
            'more time with "within".'
        )
    return f'Play "{failed.name}" by itself to see why it fails, fix it, then run it again.'
