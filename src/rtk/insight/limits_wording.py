"""What a verdict may not be read as, in sentences: what it rests on, and what it leaves open."""

from rtk.figures import duration, rounded
from rtk.insight import clustering_wording
from rtk.insight.facts import Facts
from rtk.insight.gamma import lower_quartile
from rtk.insight.outage_length import LEAST_OUTAGES
from rtk.insight.proof import LengthFrom, Proof
from rtk.insight.wording import Story, lapsed_sentence, not_measured, stopped_sentence, unmeasured

_OTHER_DAYS = (
    "It covers this run only, not other days: more measurements in a run prove more about that run, and only measuring "
    "for longer covers other days."
)
_THIS_RUN = (
    "A fail is about this run's own measurements and does not depend on how long outages last. One outage can do that "
    "to a service that keeps its promise over months."
)
_NO_BASELINE = "Without a baseline it does not say how the service is without the condition."
_SURE = '"95 % sure" means that of 20 such statements at most 1 is wrong.'


def limits(story: Story) -> tuple[str, ...]:
    """What the verdict may not be read as."""
    if not story.case.judged or story.case.invalid or not story.measured:
        return ()
    failed = story.figures.verdict == "fail"
    # Neither the length of outages nor independence decides a fail: it would only repeat the bound that it has.
    found = [_OTHER_DAYS, *((_THIS_RUN, _SURE) if failed else (_length(story), _SURE, _independent(story)))]
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
    """What slots that were not measured mean for the verdict."""
    missed = not_measured(story)
    if story.case.remaining:
        missed += f" ({story.case.remaining:,} cut off by the stop)"
    if story.figures.verdict == "fail":
        return f"{missed}: a fail counts only what was measured."
    return f"{missed}: the proof takes {'it' if story.figures.missed == 1 else 'them'} as the worst case."


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
    return f"{told}{short} Where outages are longer than that, less is proven, and a short run cannot show it."


def _length_seen(story: Story, proof: Proof) -> str:
    """What the run saw of outages, and how long they may last by that: the bound is longer than what was seen."""
    mean = proof.length * lower_quartile(proof.outages) / proof.outages
    seen, most = (duration(rounded(slots * story.facts.frequency_s)) for slots in (mean, proof.length))
    each = f"1 outage of {seen}" if proof.outages == 1 else f"{proof.outages:,} outages of {seen} on average"
    saw = f"With {unmeasured(story)}, this run saw {each}" if story.figures.missed else f"This run saw {each}"
    few = "So few say little about others" if proof.outages < LEAST_OUTAGES else "Others may last longer"
    return (
        f"{saw}. {few}: one can only be 75 % sure that outages last {most} or less on average. That is longer than the "
        f"{story.outage.lasting()} {story.outage.source}, so {most} is what counts."
    )


def _independent(story: Story) -> str:
    """The second figure: what each slot by itself would prove."""
    return (
        f"Were each measurement independent of the others, between {story.least()} and {story.most()} would be good, "
        "95 % sure of each end (a 90 % interval). Outages come in stretches, so measurements rarely are independent."
    )
