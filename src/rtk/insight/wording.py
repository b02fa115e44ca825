"""What a run says in sentences: the verdict with its certainty, what decided it, and what it does not say."""

from dataclasses import dataclass

from rtk.insight.bounds import proven_at_least, proven_at_most
from rtk.insight.facts import Facts
from rtk.insight.moments import invalid_condition
from rtk.insight.next_step import after_invalid, after_not_begun
from rtk.insight.shape import Clustering, Figures, InvalidReason, SeenLapse
from rtk.insight.tally import Tally
from rtk.insight.verdict import Case, fails, proves, slots
from rtk.insight.words import bound, chance, count, duration, listing, share

JUDGED = ("completed", "aborted", "interrupted")
SURE = "95 % sure if measurements are independent"
_OTHER_DAYS = (
    "It says nothing about other days: more measurements in a run prove more about that run, only measuring for longer "
    "covers other days."
)
_INDEPENDENT = (
    "The certainty holds if measurements are independent; those close together often are not, "
    "because outages come in stretches."
)
_INTERVAL = "Each bound holds with 95 %, so that the two together are a 90 % interval."
_NO_BASELINE = "Without a baseline it does not say what caused the deviations."
_GIVE_TARGET = "There is no objective to judge it by: give one with --target, such as --target 95%."


@dataclass(frozen=True, slots=True)
class Story:
    """What the sentences are made of."""

    facts: Facts
    case: Case
    figures: Figures
    clustering: Clustering | None
    baseline: Tally
    lapses: tuple[SeenLapse, ...] = ()

    @property
    def target(self) -> float:
        return self.case.target if self.case.target is not None else 0.0

    @property
    def measured(self) -> int:
        return self.case.met + self.case.deviated

    def least(self) -> str:
        return bound(self.figures.proven_at_least, self.case.target)

    def most(self) -> str:
        return bound(self.figures.proven_at_most, self.case.target)


def headline(story: Story) -> str:
    """The verdict in one sentence, with its certainty; that the baseline was broken already comes before it."""
    broken = f"{_broken(story)} " if is_broken(story.baseline, story.case.target) else ""
    return f"{broken}{_verdict(story)}"


def is_broken(baseline: Tally, target: float | None) -> bool:
    """Whether the baseline itself missed the target: its upper bound lies below it."""
    highest = proven_at_most(baseline.met, baseline.measured)
    return target is not None and highest is not None and highest < target


def _broken(story: Story) -> str:
    most = bound(proven_at_most(story.baseline.met, story.baseline.measured), story.case.target)
    return (
        f"The baseline was broken already: at most {most} of its measurements were good, "
        f"where {share(story.case.target)} was promised."
    )


def next_step(story: Story) -> str:
    """What a person does next where there is no verdict; empty where there is one."""
    if not story.case.judged:
        return after_not_begun(story.facts) if story.facts.status in (*JUDGED, "failed") else ""
    if story.case.invalid:
        return after_invalid(story.facts, story.case.invalid, story.lapses)
    return ""


def _verdict(story: Story) -> str:
    if not story.case.judged:
        return _not_judged(story.facts)
    if story.case.invalid:
        return f"{_invalid(story)}, so the run is evidence neither for nor against the objective."
    if not story.measured:
        return f"{_while(story.facts)} nothing was measured, so the run proves nothing."
    return f"{_while(story.facts)} {_held(story)}"


def why(story: Story) -> str:
    """What decided the verdict."""
    if not story.case.judged:
        return _refused(story.facts) or _not_judged(story.facts)
    if story.case.invalid:
        if story.case.invalid is InvalidReason.EFFECT_GONE:
            return " ".join(lapsed_sentence(lapse) for lapse in story.lapses[:3])
        failed = invalid_condition(story.facts)
        reason = f": {failed.failure.rstrip('.')}" if failed and failed.failure else ""
        return f"{_not_applied(story.facts)}{reason}."
    if story.case.target is None:
        return _GIVE_TARGET
    verdict = story.figures.verdict
    return _why_pass(story) if verdict == "pass" else _why_fail(story) if verdict == "fail" else _why_open(story)


def limits(story: Story) -> tuple[str, ...]:
    """What the verdict may not be read as."""
    if not story.case.judged or story.case.invalid or not story.measured:
        return ()
    found = [_OTHER_DAYS, _INDEPENDENT, _INTERVAL]
    if story.clustering is not None and story.clustering.clustered:
        found.append(_in_stretches(story.clustering))
    if story.figures.missed:
        missed = f"{story.figures.missed:,} of {count(slots(story.case), 'slot')} were missed"
        found.append(f"{missed}: to pass, every one of them counts as deviated.")
    found += [lapsed_sentence(lapse) for lapse in story.lapses[:3]]
    if story.case.stopped:
        found.append(f"{_stopped(story.facts)}, and a stopped run never passes.")
    if not story.baseline.measured and story.facts.conditions:
        found.append(_NO_BASELINE)
    return tuple(found)


def _not_judged(facts: Facts) -> str:
    if facts.status == "failed":
        return "The hypothesis was not met before the run, so no condition was applied and nothing is judged."
    if facts.status not in JUDGED:
        return "The run has not ended, and there is no verdict before its end."
    ended = facts.stop.prose if facts.stop else "The run ended"
    return f"{ended} before its conditions began, so there is nothing to judge."


def _refused(facts: Facts) -> str:
    """Why the gate was not met, where that was recorded."""
    if facts.status != "failed" or facts.gate is None:
        return ""
    asked = "Asked once" if facts.gate.tries == 1 else f"Asked {facts.gate.tries:,} times, the last time"
    reason = " ".join(facts.gate.reason.split()).rstrip(".") or "no reason was told"
    return f"{asked}: {reason}."


def _invalid(story: Story) -> str:
    if story.case.invalid is not InvalidReason.EFFECT_GONE:
        return _not_applied(story.facts)
    names = listing(tuple(dict.fromkeys(lapse.condition for lapse in story.lapses)))
    without, slots_due = story.case.lapsed, count(slots(story.case) - story.case.remaining, "slot")
    return f"The effect of {names} did not show in {without:,} of {slots_due}"


def lapsed_sentence(lapse: SeenLapse) -> str:
    """A stretch without effect, in a sentence."""
    reason = f" ({lapse.reason.rstrip('.')})" if lapse.reason else ""
    gone = f'The effect of "{lapse.condition}" was gone after {duration(lapse.after_s)} of {duration(lapse.of_s)}'
    back = f" and came back {duration(lapse.lasted_s)} later" if lapse.lasted_s is not None else ""
    count_as = "counts as missed" if lapse.slots == 1 else "count as missed"
    return f"{gone}{reason}{back}; {count(lapse.slots, 'slot')} without it {count_as}."


def _not_applied(facts: Facts) -> str:
    failed = invalid_condition(facts)
    return f'The condition "{failed.name}" was not applied' if failed else "A condition was not applied"


def _while(facts: Facts) -> str:
    names = tuple(dict.fromkeys(condition.name for condition in facts.conditions))
    return f"While {listing(names)} lasted," if names else "With no condition applied,"


def _held(story: Story) -> str:
    verdict, target = story.figures.verdict, share(story.case.target)
    if verdict == "pass":
        return f"at least {story.least()} of measurements were good ({SURE})."
    if verdict == "fail":
        return f"at most {story.most()} of measurements were good ({SURE}), where {target} was promised."
    if story.case.target is None:
        between = f"between {story.least()} and {story.most()} of measurements were good"
        return f"{between} (a 90 % interval if measurements are independent)."
    return f"{_good(story)}: this neither proves {target} nor rules it out."


def _good(story: Story) -> str:
    verb = "was" if story.measured == 1 else "were"
    return f"{story.case.met:,} of {count(story.measured, 'measurement')} {verb} good"


def _why_pass(story: Story) -> str:
    if not story.figures.missed:
        return f"{_good(story)}, which proves at least {story.least()}; {share(story.target)} was promised."
    least = bound(proven_at_least(story.case.met, slots(story.case)), story.target)
    missed = count(story.figures.missed, "missed slot")
    proven = f"{_good(story)}; even with {missed} counted as deviated that proves at least {least}"
    return f"{proven}, and {share(story.target)} was promised."


def _why_fail(story: Story) -> str:
    text = f"{_good(story)}, which leaves room for at most {story.most()}; {share(story.target)} was promised."
    if not story.case.stopped:
        return text
    cut_off = count(story.case.remaining, "slot")
    return f"{text} {_stopped(story.facts)}; the {cut_off} it cut off, all met, could not have saved it."


def _why_open(story: Story) -> str:
    case, target = story.case, story.target
    if not story.measured:
        return "Nothing was measured, and what was not measured proves nothing."
    reasons = []
    if case.stopped:
        reasons.append(f"{_stopped(story.facts)}, and a stopped run never passes.")
        if _would_fail_uncut(story):
            reasons.append(f"The {count(case.remaining, 'slot')} it cut off, all met, could have saved it.")
    if story.clustering is not None and case.clustered and proves(case.met, slots(case), target):
        reasons.append(_in_stretches(story.clustering))
    if proves(case.met, story.measured, target) and not proves(case.met, slots(case), target):
        reasons.append(_missed_decided(story))
    return " ".join(reasons) or _between(story)


def _would_fail_uncut(story: Story) -> bool:
    case = story.case
    return fails(Case(story.target, case.planned, case.met, case.deviated, case.missed), story.target)


def _missed_decided(story: Story) -> str:
    least = bound(proven_at_least(story.case.met, slots(story.case)), story.target)
    missed = count(story.figures.missed, "missed slot")
    return f"With {missed} counted as deviated, {least} is proven, short of {share(story.target)}."


def _between(story: Story) -> str:
    text = f"{_good(story)}, which proves at least {story.least()} and leaves room for {story.most()}"
    if story.measured < (story.figures.needed or 0):
        return f"{text}; {story.figures.needed:,} clean measurements would prove {share(story.target)}."
    return f"{text}; {share(story.target)} lies between them."


def _in_stretches(clustering: Clustering) -> str:
    return (
        f"Deviations came in stretches ({stretches(clustering)}), so the measurements "
        "are not independent and their number proves less than it seems."
    )


def stretches(clustering: Clustering) -> str:
    """What the runs test saw: what it calls a run is called a stretch here, where a run is something else."""
    seen = "1 stretch" if clustering.runs == 1 else f"{clustering.runs:,} stretches"
    expected = f"{clustering.expected:,.1f} were expected"
    return f"{seen} of equal outcomes where {expected}; runs test: {chance(clustering.p)}"


def _stopped(facts: Facts) -> str:
    if facts.stop:
        return facts.stop.prose
    return "The run was interrupted" if facts.status == "interrupted" else "The run was stopped early"
