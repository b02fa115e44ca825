"""A run as one self-contained HTML file: readable without network and without script."""

from rtk.figures import NO_DATA, elapsed, number, precise_duration
from rtk.insight.facts import Facts, SlotMeasurement
from rtk.insight.shape import Insight
from rtk.report.axis import utc
from rtk.report.chart import charts, threshold_words
from rtk.report.columns import columns
from rtk.report.frame import WIDE
from rtk.report.layout import rendered
from rtk.report.marks import MOMENTS, OUTCOMES, status_mark
from rtk.report.story import Table, story
from rtk.report.style import STYLE
from rtk.report.text import plain, with_units

MOST_ROWS = 500


def html(insight: Insight, facts: Facts) -> str:
    """The whole document; below 1 MB however many measurements there are."""
    told = story(insight, facts)
    found = columns(facts, WIDE.columns) if told.numbers else []
    return rendered(
        "report.html.jinja",
        (("words", with_units), ("plain", plain)),
        told=told,
        facts=facts,
        style=STYLE,
        no_data=NO_DATA,
        marks=MOMENTS,
        status_mark=status_mark,
        measures=", ".join(plain(name, 80) for name in facts.measures[:5]),
        legend={
            "silent": any(each.silent for each in found) and any(each.high is not None for each in found),
            "missed": any(each.missed for each in found),
            "bound": threshold_words(facts),
        },
        chart=charts(facts, found) if told.numbers and len(facts.measurements) else "",
        limits=(*told.limits, *told.notes),
        figures=Table(
            ("figure", "value", "how it is computed"), tuple(each.cells for each in told.figures if told.numbers)
        ),
        total=len(facts.measurements),
        measurements=_measurements(facts),
    )


def _measurements(facts: Facts) -> Table:
    """Those that are listed, one a row."""
    rows = []
    for m in _kept(facts):
        took = None if m.started is None or m.ended is None else m.ended - m.started
        cells = (
            m.phase,
            f"{m.slot:,}",
            elapsed(m.due, min(1.0, facts.frequency_s)),
            utc(facts.started_at + m.due, "%H:%M:%S"),
            OUTCOMES[m.outcome].show(),
            plain(number(m.value, facts.threshold.unit), 40),
            precise_duration(took),
            plain(m.reason, 200) if m.reason else "",
        )
        rows.append(cells)
    return Table(("phase", "slot", "due", "due, UTC", "outcome", "value", "took", "reason"), tuple(rows))


def _kept(facts: Facts) -> list[SlotMeasurement]:
    """At most 500 measurements in slot order, deviated and missed ones before met ones."""
    if len(facts.measurements) <= MOST_ROWS:
        return list(facts.measurements)
    rank = {"deviated": 0, "missed": 1, "met": 2}
    buckets: tuple[list[int], list[int], list[int]] = ([], [], [])
    for index, m in enumerate(facts.measurements):
        bucket = buckets[rank[m.outcome]]
        if len(bucket) < MOST_ROWS:
            bucket.append(index)
    chosen = [index for bucket in buckets for index in bucket][:MOST_ROWS]
    return [facts.measurements[index] for index in sorted(chosen)]
