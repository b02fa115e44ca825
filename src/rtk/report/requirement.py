"""What proof of a target requires, as lines: how long to measure, how likely it is to pass, what a plan can show."""

from rtk.experiment.plan import Plan
from rtk.figures import bound, chosen_duration, chosen_share, count, duration, likelihood, share
from rtk.insight.plan_limits import LONGEST_S, MOST_SLOTS
from rtk.insight.requirement import Requirement
from rtk.report.conclusion import conclusion_of


def lines(found: Requirement, plan: Plan) -> list[str]:
    """The requirement in plain lines; where there is a plan, what comes of it is said first."""
    told = found.usual
    opening = []
    if found.planned:
        opening.append(conclusion_of(plan, {}).sentence())
        if told.provable is not None:
            verb = "proves" if told.slots == 1 else "prove"
            clean = count(told.slots, "clean measurement")
            opening.append(f"{clean} {verb} {bound(told.provable, told.target)} at best.")
        if found.fails_from is None:
            opening.append("So few measurements rule nothing out.")
        else:
            lasting = told.time_of(found.fails_from)
            opening.append(
                f"It fails where {found.fails_from:,} or more of {told.slots:,} deviate, which is {lasting}."
            )
        opening.append("")
    measured = f"To prove {chosen_share(told.target)}, measured every {chosen_duration(told.frequency_s)},"
    lasting = f"{told.time_of(told.needed)} ({count(told.needed, 'measurement')})"
    opening.append(f"{measured} nothing may deviate for {lasting}.")
    if told.needed > MOST_SLOTS or told.needed * told.frequency_s > LONGEST_S:
        opening.append(
            f"No run is that long: {duration(LONGEST_S)} and {count(MOST_SLOTS, 'measurement')} are the most."
        )
    # How likely services of different quality are to pass, in columns.
    this = ("passes this plan",) if found.planned else ()
    rows = [("a service that is", "passes the shortest plan", *this, "passes 9 times in 10 in about")]
    for each in found.services:
        passes = "never" if each.slots < each.needed else likelihood(each.power)
        enough = "no sensible time" if each.enough is None else each.time_of(each.enough)
        this = (passes,) if found.planned else ()
        rows.append((f"{share(each.quality)} good", likelihood(each.power_at_needed), *this, enough))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [*opening, "", *(f"  {line.rstrip()}" for line in table), "", told.lasting()]
