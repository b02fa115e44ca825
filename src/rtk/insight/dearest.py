"""What one occurrence costs by several runs of a verification: the dearest counts, and another may be dearer."""

from collections.abc import Iterable

from msgspec import Struct

from rtk.figures import count
from rtk.insight.occurrence import Allowance, Occurrence, Unpriced
from rtk.insight.occurrence_wording import coverage, covered
from rtk.insight.occurs import Occurs

_OPEN = (Unpriced.NEEDS_LASTS, Unpriced.NOT_RECOVERED)  # it cost something, and nobody knows how much


class Dearest(Struct, frozen=True):
    """The dearest of `runs` that say a cost, which covers the share `covered` of cases; `unpriced` more do not say it.

    `occurrence` is that of the dearest run, None where no run says a cost.
    """

    answer: Allowance
    runs: int
    unpriced: int
    covered: float
    occurrence: Occurrence | None
    sentence: str


def dearest_of(found: Iterable[Occurrence], occurs: Occurs) -> Dearest | None:
    """Return the dearest of those of which as much is expected; None where no run says anything of it.

    Costs of runs for which something else was expected are of another question, and are left out.
    """
    same = [each for each in found if _expects(each.occurs) == _expects(occurs)]
    priced = [each for each in same if each.cost_s is not None]
    runs, unpriced = len(priced), sum(each.unpriced in _OPEN for each in same)
    if not runs and not unpriced:
        return None
    # What is not known of a run may cost anything; what is beyond already stays so, since a cost only grows.
    answer = Allowance.UNKNOWN if unpriced else Allowance.WITHIN
    if any(each.answer is Allowance.BEYOND for each in priced):
        answer = Allowance.BEYOND
    sentence = f"Of {count(unpriced, 'run')} the whole cost is not known." if unpriced else ""
    dearest = max(priced, key=lambda each: each.cost_s or 0.0, default=None)
    if dearest is not None:
        of = f"By the run that cost most of {count(runs, 'run')}" if runs > 1 else "By one run"
        told = f"{dearest.sentence[:1].lower()}{dearest.sentence[1:]}"
        sentence = f"{of}: {told} {coverage(runs)} {sentence}".rstrip()
    return Dearest(answer, runs, unpriced, covered(runs), dearest, sentence)


def _expects(occurs: Occurs) -> tuple[float, float, float | None, float]:
    return occurs.times, occurs.per_s, occurs.lasts_s, occurs.allowance
