"""What a verdict may not be read as, in sentences: what it rests on, and what it leaves open."""

from rtk.figures import duration, rounded
from rtk.insight import clustering_wording
from rtk.insight.gamma import lower_quartile
from rtk.insight.outage_length import LEAST_OUTAGES
from rtk.insight.proof import LengthFrom
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
_RARELY = "Outages come in stretches, so measurements rarely are independent."
_SURE = '"95 % sure" means that of 20 such statements at most 1 is wrong.'


def limits(story: Story) -> tuple[str, ...]:
    """What the verdict may not be read as."""
    if not story.case.judged or story.case.invalid or not story.measured:
        return ()
    found = [_OTHER_DAYS]
    if story.figures.verdict == "fail":
        # Neither the length of outages nor independence decides a fail: it would only repeat the bound that it has.
        found += [_THIS_RUN, _SURE]
        read = "a fail counts only what was measured"
    else:
        ends = f"between {story.least()} and {story.most()} would be good, 95 % sure of each end (a 90 % interval)"
        found += [_length(story), _SURE, f"Were each measurement independent of the others, {ends}. {_RARELY}"]
        read = f"the proof takes {'it' if story.figures.missed == 1 else 'them'} as the worst case"
    if story.clustering is not None and story.clustering.clustered:
        found.append(clustering_wording.limit(story.clustering))
    if story.figures.missed:
        cut_off = f" ({story.case.remaining:,} cut off by the stop)" if story.case.remaining else ""
        found.append(f"{not_measured(story)}{cut_off}: {read}.")
    # An effect that flickers has any number of them.
    found += [lapsed_sentence(lapse) for lapse in story.lapses[:3]]
    if story.case.stopped:
        completes = story.facts.stop is not None and story.facts.stop.cause.completes
        beyond = ". Slots beyond the stop are not judged." if completes else ", and a stopped run never passes."
        found.append(f"{stopped_sentence(story.facts)}{beyond}")
    if not story.baseline.measured and story.facts.conditions:
        found.append(_NO_BASELINE)
    return tuple(found)


def _length(story: Story) -> str:
    """How long outages are taken to last, and where that comes from."""
    proof, outage, slot_s = story.case.proof, story.outage, story.facts.frequency_s
    if proof is None or proof.length_from is not LengthFrom.SEEN:
        short = " An outage shorter than a slot counts as one slot." if outage.seconds < slot_s else ""
        longer = "Where outages are longer than that, less is proven, and a short run cannot show it."
        return f"{outage.taken()}.{short} {longer}"
    # The bound of what outages last is longer than what the run saw of them.
    mean = proof.length * lower_quartile(proof.outages) / proof.outages
    seen, most = (duration(rounded(slots * slot_s)) for slots in (mean, proof.length))
    each = f"1 outage of {seen}" if proof.outages == 1 else f"{proof.outages:,} outages of {seen} on average"
    saw = f"With {unmeasured(story)}, this run saw {each}" if story.figures.missed else f"This run saw {each}"
    few = "So few say little about others" if proof.outages < LEAST_OUTAGES else "Others may last longer"
    return (
        f"{saw}. {few}: one can only be 75 % sure that outages last {most} or less on average. That is longer than the "
        f"{outage.lasting()} {outage.source}, so {most} is what counts."
    )
