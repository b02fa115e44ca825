"""What proof of a target requires, as lines: how long to measure, how likely it is to pass, what a plan can show."""

from collections.abc import Iterator, Sequence

from rtk.experiment.plan import Plan
from rtk.figures import bound, chosen_duration, chosen_share, count, duration, likelihood, share
from rtk.insight.plan_limits import LONGEST_S, MOST_SLOTS
from rtk.insight.power import Prospects
from rtk.insight.requirement import Requirement
from rtk.report.conclusion import conclusion_of


def lines(found: Requirement, plan: Plan) -> list[str]:
    """The requirement in plain lines; where there is a plan, what comes of it is said first."""
    told = found.usual
    opening = [conclusion_of(plan, {}).sentence(), *_shows(found), ""] if found.planned else []
    measured = f"To prove {chosen_share(told.target)}, measured every {chosen_duration(told.frequency_s)},"
    lasting = f"{told.time_of(told.needed)} ({count(told.needed, 'measurement')})"
    return [
        *opening,
        f"{measured} nothing may deviate for {lasting}.",
        *_too_long(told),
        "",
        *_aligned(list(_table(found))),
        "",
        told.lasting(),
    ]


def _too_long(told: Prospects) -> Iterator[str]:
    """That no single run can prove it."""
    if told.needed > MOST_SLOTS or told.needed * told.frequency_s > LONGEST_S:
        yield f"No run is that long: {duration(LONGEST_S)} and {count(MOST_SLOTS, 'measurement')} are the most."


def _shows(found: Requirement) -> Iterator[str]:
    """What the plan can show at best, and from when on it fails."""
    told = found.usual
    if told.provable is not None:
        verb = "proves" if told.slots == 1 else "prove"
        yield f"{count(told.slots, 'clean measurement')} {verb} {bound(told.provable, told.target)} at best."
    if found.fails_from is None:
        yield "So few measurements rule nothing out."
        return
    lasting = told.time_of(found.fails_from)
    yield f"It fails where {found.fails_from:,} or more of {told.slots:,} deviate, which is {lasting}."


def _table(found: Requirement) -> Iterator[Sequence[str]]:
    this = ("passes this plan",) if found.planned else ()
    yield ("a service that is", "passes the shortest plan", *this, "passes 9 times in 10 in about")
    for each in found.services:
        mine = (_passes(each),) if found.planned else ()
        yield (f"{share(each.quality)} good", likelihood(each.power_at_needed), *mine, _enough(each))


def _passes(service: Prospects) -> str:
    return "never" if service.slots < service.needed else likelihood(service.power)


def _enough(service: Prospects) -> str:
    return "no sensible time" if service.enough is None else service.time_of(service.enough)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
