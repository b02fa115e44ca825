"""A run as one self-contained HTML file: readable without network and without script."""

from collections.abc import Iterable

from rtk.figures import NO_DATA, elapsed, number, precise_duration
from rtk.insight.facts import Facts
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

# By this the file stays below 1 MB however long the run was.
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
    """At most 500 of them in slot order, one a row: of more, deviated and missed ones rather than met ones."""
    listed: Iterable[int] = range(len(facts.measurements))
    if len(facts.measurements) > MOST_ROWS:
        buckets: dict[str, list[int]] = {"deviated": [], "missed": [], "met": []}
        for index, m in enumerate(facts.measurements):
            if len(bucket := buckets[m.outcome]) < MOST_ROWS:
                bucket.append(index)
        listed = sorted([index for bucket in buckets.values() for index in bucket][:MOST_ROWS])
    rows = []
    for index in listed:
        m = facts.measurements[index]
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
