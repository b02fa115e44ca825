"""What a run says in sentences: the verdict with its certainty, what decided it, and what it does not say."""

from msgspec import Struct

from rtk.figures import bound, chosen_share, count, duration, listing, rounded
from rtk.insight.baseline import Baseline
from rtk.insight.facts import Facts
from rtk.insight.moments import invalid_condition
from rtk.insight.outage_length import OutageLength
from rtk.insight.promise import allowing, promised_share
from rtk.insight.proof import Proof
from rtk.insight.refusal import is_refused, not_judged, refused
from rtk.insight.shape import Clustering, Figures, InvalidReason, SeenLapse
from rtk.insight.status import RunStatus
from rtk.insight.verdict import Case, fails, highest, is_gone, slots

_NO_OBJECTIVE = "There is no objective to judge it by."


class Story(Struct, frozen=True):
    """What the sentences are made of."""

    facts: Facts
    case: Case
    figures: Figures
    clustering: Clustering | None
    baseline: Baseline
    lapses: tuple[SeenLapse, ...]
    unmissed: Proof | None  # the proof, had no slot been missed
    outage: OutageLength

    @property
    def target(self) -> float:
        return self.case.target if self.case.target is not None else 0.0

    @property
    def quantile(self) -> str:
        """The promise as it was made where it is one about a quantile, else empty."""
        return self.facts.objective.quantile if self.facts.objective else ""

    @property
    def promised(self) -> str:
        """The share that was promised, with the quantile that it is of."""
        return promised_share(self.target, self.quantile)

    @property
    def measured(self) -> int:
        return self.case.met + self.case.deviated

    @property
    def proves(self) -> bool:
        """Whether any share is proven."""
        return self.case.proof is not None and self.case.proof.at_least > 0

    def proven(self) -> str:
        """The share that is proven, with the length of outages that it holds for."""
        return bound(self.case.proof.at_least if self.case.proof else None, self.case.target)

    def lasting(self) -> str:
        """How long the outages are that the proof holds for."""
        slots = self.case.proof.length if self.case.proof else self.case.outage_slots
        return f"outages of {duration(rounded(slots * self.facts.frequency_s))} on average"

    def least(self) -> str:
        return bound(self.figures.proven_at_least, self.case.target)

    def most(self) -> str:
        return bound(self.figures.proven_at_most, self.case.target)


def headline(story: Story) -> str:
    """The verdict in one sentence, with its certainty; that the baseline was broken already comes before it."""
    if not story.baseline.is_broken or is_refused(story.facts) or story.case.invalid:
        return _verdict(story)
    return f"{story.baseline.broken()}. {_verdict(story)}"


def _verdict(story: Story) -> str:
    if not story.case.judged:
        return not_judged(story.facts)
    if story.case.invalid:
        if story.case.invalid is InvalidReason.BASELINE_BROKEN:
            told = story.baseline.broken()
        elif story.case.invalid is InvalidReason.EFFECT_GONE:
            names = listing(tuple(dict.fromkeys(lapse.condition for lapse in story.lapses)))
            without, slots_due = story.case.lapsed, count(slots(story.case) - story.case.remaining, "slot")
            told = f"The effect of {names} did not show in {without:,} of {slots_due}"
        else:
            told = _not_applied(story.facts)
        return f"{told}, so the run is evidence neither for nor against the objective."
    if not story.measured:
        return f"{_while(story.facts)} nothing was measured, so the run proves nothing."
    return _held(story)


def why(story: Story) -> str:
    """What decided the verdict."""
    if not story.case.judged:
        return refused(story.facts) or not_judged(story.facts)
    if story.case.invalid:
        return _why_invalid(story)
    if story.case.target is None:
        return _NO_OBJECTIVE
    if story.figures.verdict == "pass":
        read = f"; with {unmeasured(story)}, that" if story.figures.missed else ", which"
        return f"{_good(story)}{_outages(story)}{read} proves the {story.promised} that was promised."
    if story.figures.verdict != "fail":
        return _why_open(story)
    if story.case.stopped:  # which chose the slots, so that a fail has to hold whatever it cut off
        cut_off = f"the {count(story.case.remaining, 'slot')} it cut off, all met, could not have saved it"
        told = f"{_without(story)}; {story.promised} was promised. {stopped_sentence(story.facts)}; {cut_off}."
    else:
        more = f"Were more than {story.most()} good, fewer than 1 run in 20 would show so few"
        told = f"{_outages(story)}{_without(story)}. {more}."
    return f"{_good(story)}{told}"


def _why_invalid(story: Story) -> str:
    """Every reason that there is, the one that is told first."""
    parts = []
    if story.case.invalid is InvalidReason.BASELINE_BROKEN:
        parts.append("What the condition added to that cannot be told apart.")
        if story.measured:
            parts.append(f"{_while(story.facts)} {_good(story)}, which judges nothing.")
    if failed := invalid_condition(story.facts):
        reason = f": {failed.failure.rstrip('.')}" if failed.failure else ""
        parts.append(f"{_not_applied(story.facts)}{reason}.")
    elif is_gone(story.case):
        parts += [lapsed_sentence(lapse) for lapse in story.lapses[:3]]
    return " ".join(parts)


def lapsed_sentence(lapse: SeenLapse) -> str:
    """A stretch without effect, in a sentence."""
    reason = f" ({lapse.reason.rstrip('.')})" if lapse.reason else ""
    gone = f'The effect of "{lapse.condition}" was gone after {duration(lapse.after_s)} of {duration(lapse.of_s)}'
    back = f" and came back {duration(lapse.lasted_s)} later" if lapse.lasted_s is not None else ""
    count_as = "counts as not measured" if lapse.slots == 1 else "count as not measured"
    return f"{gone}{reason}{back}; {count(lapse.slots, 'slot')} without it {count_as}."


def _not_applied(facts: Facts) -> str:
    failed = invalid_condition(facts)
    return f'The condition "{failed.name}" was not applied' if failed else "A condition was not applied"


def _while(facts: Facts, *, over: bool = True) -> str:
    names = tuple(dict.fromkeys(condition.name for condition in facts.conditions))
    verb = "lasted" if over else "lasts" if len(names) == 1 else "last"
    return f"While {listing(names)} {verb}," if names else "With no condition applied,"


def _held(story: Story) -> str:
    verdict, target = story.figures.verdict, story.promised
    if verdict == "pass":
        proven = f", which proves {story.quantile}" if story.quantile else ""
        return (
            f"{_while(story.facts, over=False)} at least {story.proven()} of the time is good ({_sure(story)}){proven}."
        )
    during = _while(story.facts)
    if verdict == "fail":
        most, uncut, case = story.most(), "", story.case
        # Where a stop chose the slots, the bound with all others good is the one that lies below the target.
        if case.stopped and case.remaining:
            most = bound(highest(case), case.target)
            uncut = f", had the {count(case.remaining, 'slot')} that were cut off been good"
        share = f"{allowing(most)} of its time{uncut}"
        return f"{during} {_good(story)} in this run: {share} (95 % sure), where {target} was promised."
    if story.case.target is None:
        proven = f"at least {story.proven()} is proven ({_sure(story)})" if story.proves else "nothing is proven"
        return f"{during} {_good(story)}; {proven}."
    if not story.case.deviated and not story.case.stopped:
        missed = story.unmissed is not None and story.unmissed.reaches(story.target)
        lacking = "too many slots were not measured" if missed else "the run was too short"
        return f"{during} nothing deviated, but {lacking} to prove {target}."
    return f"{during} {_good(story)}: this neither proves {target} nor rules it out."


def _sure(story: Story) -> str:
    return f"95 % sure, for {story.lasting()}"


def _good(story: Story) -> str:
    verb = "was" if 1 in (story.measured, story.case.met) else "were"
    return f"{story.case.met:,} of {count(story.measured, 'measurement')} {verb} good"


def _without(story: Story) -> str:
    """That slots were not measured, where no stop cut them off."""
    return f"; {not_measured(story)}" if story.figures.missed > story.case.remaining else ""


def _why_open(story: Story) -> str:
    case = story.case
    if not story.measured:
        return "Nothing was measured, and what was not measured proves nothing."
    reasons = []
    if case.stopped:
        reasons.append(f"{stopped_sentence(story.facts)}, and a stopped run never passes.")
        # As if nothing had been cut off: a fail of this means that the stop alone kept it open.
        uncut = Case(story.target, case.planned, case.met, case.deviated, case.missed)
        if fails(uncut, story.target):
            reasons.append(f"The {count(case.remaining, 'slot')} it cut off, all met, could have saved it.")
    if decided_by_unmeasured(story):
        short = f"{story.proven()} is proven, short of {chosen_share(story.target)}"
        reasons.append(f"With {unmeasured(story)}, {short}.")
    if reasons:
        return " ".join(reasons)
    proves = f"at least {story.proven()} for {story.lasting()}" if story.proves else "nothing"
    read = f"; with {unmeasured(story)}, that" if story.figures.missed else ", which"
    text = f"{_good(story)}{_outages(story)}{read} proves {proves}"
    if is_too_short(story):
        needed = story.figures.needed or 0
        lasting = duration(rounded(needed * story.facts.frequency_s))
        return f"{text}; {needed:,} clean measurements ({lasting}) would prove {chosen_share(story.target)}."
    between = f"{chosen_share(story.target)} lies between them"
    return f"{text}; this run's own share was at most {story.most()}, and {between}."


def decided_by_unmeasured(story: Story) -> bool:
    """Whether the target would be proven, had every slot been measured."""
    proof, target = story.case.proof, story.target
    return bool(story.unmissed and proof and story.unmissed.reaches(target) and not proof.reaches(target))


def is_too_short(story: Story) -> bool:
    """Whether so few measurements could not prove the target however good they were."""
    return story.measured < (story.figures.needed or 0)


def unmeasured(story: Story) -> str:
    """Return how slots that were not measured are read, as part of a sentence."""
    return f"the {count(story.figures.missed, 'slot')} not measured taken as the worst case"


def not_measured(story: Story) -> str:
    """Return how many slots were not measured, as a part of a sentence: "9 of 30 slots were not measured"."""
    missed = story.figures.missed
    return f"{missed:,} of {count(slots(story.case), 'slot')} {'was' if missed == 1 else 'were'} not measured"


def _outages(story: Story) -> str:
    """How many outages were seen, and how long they lasted on average."""
    outages = story.clustering.outages if story.clustering else 0
    if not outages:
        return ""
    each = duration(rounded(story.case.deviated / outages * story.facts.frequency_s))
    return f", with 1 outage of {each}" if outages == 1 else f", with {outages:,} outages of {each} on average"


def stopped_sentence(facts: Facts) -> str:
    """Return that the run was stopped, and why, as a sentence without its full stop."""
    if facts.stop:
        return facts.stop.prose
    return "The run was interrupted" if facts.status == RunStatus.INTERRUPTED else "The run was stopped early"
