"""What a verdict may not be read as, in sentences: what it rests on, and what it leaves open."""

from rtk.figures import count, duration, rounded
from rtk.insight import clustering_wording
from rtk.insight.facts import Facts
from rtk.insight.gamma import lower_quartile
from rtk.insight.outage_length import LEAST_OUTAGES
from rtk.insight.proof import LengthFrom, Proof
from rtk.insight.verdict import slots
from rtk.insight.wording import Story, lapsed_sentence, stopped_sentence, unmeasured

_OTHER_DAYS = (
    "It covers this run only, not other days: more measurements in a run prove more about that run, and only measuring "
    "for longer covers other days."
)
_THIS_RUN = (
    "A fail is an observation about this run's own time: one outage can do that to a service that keeps its promise "
    "over months."
)
_NOT_OF_A_FAIL = "What is proven rests on how long outages last; a fail does not."
_NO_BASELINE = "Without a baseline it does not say how the service is without the condition."
_SURE = '"95 % sure" means that of 20 such statements at most 1 is wrong.'


def limits(story: Story) -> tuple[str, ...]:
    """What the verdict may not be read as."""
    if not story.case.judged or story.case.invalid or not story.measured:
        return ()
    found = [_OTHER_DAYS, _length(story)]
    if story.figures.verdict == "fail":
        found.append(_THIS_RUN)
    found += [_SURE, _independent(story)]
    if story.clustering is not None and story.clustering.clustered:
        found.append(clustering_wording.limit(story.clustering))
    if story.figures.missed:
        found.append(_missed(story))
    found += [lapsed_sentence(lapse) for lapse in story.lapses[:3]]
    if story.case.stopped:
        found.append(_unjudged(story.facts))
    if not story.baseline.measured and story.facts.conditions:
        found.append(_NO_BASELINE)
    return tuple(found)


def _missed(story: Story) -> str:
    """What slots that were not measured mean: a proof holds whatever they were, and a fail is of what was measured."""
    verb = "was" if story.figures.missed == 1 else "were"
    missed = f"{story.figures.missed:,} of {count(slots(story.case), 'slot')} {verb} not measured"
    if story.case.remaining:
        missed += f" ({story.case.remaining:,} cut off by the stop)"
    if story.figures.verdict == "fail" or not story.proves:
        return f"{missed}: what was not measured is evidence of nothing."
    either = "it was" if story.figures.missed == 1 else "they were"
    return f"{missed}: what is proven holds whether {either} good or bad."


def _unjudged(facts: Facts) -> str:
    """What a stop means for the verdict."""
    if facts.stop and facts.stop.cause.completes:
        return f"{stopped_sentence(facts)}. Slots beyond the stop are not judged."
    return f"{stopped_sentence(facts)}, and a stopped run never passes."


def _length(story: Story) -> str:
    """How long outages are taken to last, and where that comes from."""
    proof, outage = story.case.proof, story.outage
    if proof is not None and proof.length_from is LengthFrom.SEEN:
        return _length_seen(story, proof)
    told = f"{outage.taken()}."
    short = " An outage shorter than a slot counts as one slot." if outage.seconds < story.facts.frequency_s else ""
    if story.figures.verdict == "fail":
        return f"{told}{short} {_NOT_OF_A_FAIL}"
    return f"{told}{short} Where outages are longer than that, less is proven, and a short run cannot show it."


def _length_seen(story: Story, proof: Proof) -> str:
    """What the run saw of outages, and how long they may last by that: the bound is longer than what was seen."""
    mean = proof.length * lower_quartile(proof.outages) / proof.outages
    seen, most = (duration(rounded(slots * story.facts.frequency_s)) for slots in (mean, proof.length))
    each = f"1 outage of {seen}" if proof.outages == 1 else f"{proof.outages:,} outages of {seen} on average"
    saw = f"With {unmeasured(story)}, this run saw {each}" if story.figures.missed else f"This run saw {each}"
    few = "So few say little about others" if proof.outages < LEAST_OUTAGES else "Others may last longer"
    return (
        f"{saw}. {few}: the average may be as long as {most} (75 % sure that it is no longer). That is longer than the "
        f"{story.outage.lasting()} {story.outage.source}, so {most} is what counts."
        f"{f' {_NOT_OF_A_FAIL}' * (story.figures.verdict == 'fail')}"
    )


def _independent(story: Story) -> str:
    """The second figure: what each slot by itself would prove."""
    return (
        f"Were each measurement independent of the others, between {story.least()} and {story.most()} would be good, "
        "95 % sure of each end (a 90 % interval). Outages come in stretches, so measurements rarely are independent."
    )
