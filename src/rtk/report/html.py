"""A run as one self-contained HTML file: readable without network and without script."""

from collections.abc import Iterable, Iterator
from html import escape

from rtk.figures import NO_DATA, elapsed, number, precise_duration
from rtk.insight.facts import Facts, SlotMeasurement
from rtk.insight.shape import Insight
from rtk.report.axis import utc
from rtk.report.chart import charts, threshold_words
from rtk.report.columns import columns
from rtk.report.frame import WIDE
from rtk.report.marks import MOMENTS, OUTCOMES, status_mark
from rtk.report.story import RunReport, Table, story
from rtk.report.style import STYLE
from rtk.report.text import plain, with_units

MOST_ROWS = 500
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(insight: Insight, facts: Facts) -> str:
    """The whole document; below 1 MB however many measurements there are."""
    told = story(insight, facts)
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(told.verdict.word)}, {escape(told.began)}: {escape(told.title)}</title>"
        f"<style>{STYLE}</style></head><body><main>"
    )
    limits, figures = (*told.limits, *told.notes), ""
    if told.numbers:
        table = Table(("figure", "value", "how it is computed"), tuple(each.cells for each in told.figures))
        figures = f"<section><h2>All figures</h2>{_table(table, 'words')}</section>"
    files = (f"<dt>{escape(name)}</dt><dd><code>{escape(place)}</code></dd>" for name, place in told.files)
    parts = [
        head,
        *_head(told),
        *_answers(told),
        *((*_chart(facts), *_phases(told)) if told.numbers else ()),
        *_moments(told),
        *(_undo(told) if told.undo or told.numbers else ()),
        f'<section><h2>Limits of this result</h2><ul class="plain">{_items(limits)}</ul></section>' if limits else "",
        figures,
        *_measurements(facts),
        f"<footer><dl><dt>run</dt><dd>{escape(plain(facts.run_id))}</dd>{''.join(files)}</dl></footer>",
        "</main></body></html>\n",
    ]
    return "".join(parts)


def _head(told: RunReport) -> Iterator[str]:
    yield (
        f'<header><p class="eyebrow">Reliability Toolkit, report of a run</p><h1>{escape(told.title)}</h1>'
        f'<p class="objective">{_words(told.objective)}</p><p class="when">{_words(told.when)}</p>'
        f"{f'<p>{_words(told.standing)}</p>' if told.standing else ''}</header>"
    )
    if told.alarm:
        by_hand = "".join(f"<p>By hand: <code>{escape(one.by_hand)}</code></p>" for one in told.undo if one.by_hand)
        yield (
            f'<div class="alarm" role="alert"><p><strong>{escape(told.restored.show())}.</strong> '
            f"{_words(told.alarm)}</p>{by_hand}</div>"
        )
    why = f'<p class="why">{_words(told.why)}</p>' if told.why else ""
    if told.former:
        why += f'<p class="why">{_words(told.former)}</p>'
    if told.next_step:
        why += f'<p class="why"><strong>Next:</strong> {_words(told.next_step)}</p>'
    yield (
        f'<section class="verdict {told.verdict.tone}" aria-label="Verdict"><p class="badge">'
        f'<span class="symbol" aria-hidden="true">{told.verdict.symbol}</span>{escape(told.verdict.word)}</p>'
        f'<div><p class="headline">{_words(told.headline)}</p>{why}</div></section>'
    )


def _answers(told: RunReport) -> Iterator[str]:
    if len(told.answers) > 1:
        yield '<dl class="answers">'
    for question, answer, detail, _ in told.answers[1:]:
        yield (
            f'<div><dt>{escape(question)}</dt><dd class="answer">{_words(answer)}</dd>'
            f'<dd class="detail">{_words(detail)}</dd></div>'
        )
    if len(told.answers) > 1:
        yield "</dl>"
    if told.numbers:
        yield '<dl class="numbers">'
        for figure in told.numbers:
            none = "" if figure.known else " none"
            yield (
                f'<div><dt>{escape(figure.label)}</dt><dd class="value{none}">{_words(figure.value)}</dd>'
                f'<dd class="hint">{_words(figure.explanation)}</dd></div>'
            )
        yield "</dl>"


def _chart(facts: Facts) -> Iterator[str]:
    names = ", ".join(plain(name, 80) for name in facts.measures[:5])
    yield f"<section><h2>What was measured{': ' + escape(names) if names else ''}</h2>"
    if not len(facts.measurements):
        yield f"<p>Nothing was measured: {NO_DATA}.</p></section>"
        return
    found = columns(facts, WIDE.columns)
    yield '<figure><ul class="legend">'
    yield _key("met", '<circle class="met" cx="11" cy="6" r="3.6"/>')
    yield _key("deviated", '<path class="deviated" d="M11 .5l5.5 5.5-5.5 5.5-5.5-5.5z"/>')
    if any(c.silent for c in found) and any(c.high is not None for c in found):
        yield _key("deviated without a value", '<path class="deviated silent" d="M11 1l5 5-5 5-5-5z"/>')
    if any(c.missed for c in found):
        yield _key("not measured", '<rect class="missed" x="5" y="2" width="12" height="8"/>')
    if bound := threshold_words(facts):
        yield _key(bound, '<path class="threshold" d="M0 6H22"/>')
    if facts.conditions:
        yield _key("condition", '<rect class="lane condition" y="2" width="22" height="8" rx="2"/>')
    if facts.rollbacks:
        yield _key("rollback", '<rect class="lane rollback" y="2" width="22" height="8" rx="2"/>')
    yield f"</ul>{charts(facts, found)}"
    yield (
        "<figcaption>Time since the run began, and below it the time of day in UTC. A condition is tinted while "
        "it acted and hatched until it was undone or its time was over.</figcaption></figure></section>"
    )


def _key(word: str, drawing: str) -> str:
    return f'<li><svg viewBox="0 0 22 12" aria-hidden="true">{drawing}</svg>{escape(word)}</li>'


def _phases(told: RunReport) -> Iterator[str]:
    yield '<section><h2>Before, during and after</h2><div class="scroll" tabindex="0" role="region" '
    yield f'aria-label="Phases">{_table(told.phases, last_is_total=True)}</div>'
    if told.quantiles:
        yield f"<p>{_words(told.quantiles)}</p>"
    if told.comparisons:
        yield f'<ul class="sentences">{_items(told.comparisons)}</ul>'
    yield "</section>"


def _table(table: Table, kind: str = "", last_is_total: bool = False) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = []
    for index, (first, *rest) in enumerate(table.rows):
        total = ' class="total"' if last_is_total and index == len(table.rows) - 1 else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        rows.append(f'<tr{total}><th scope="row">{escape(first)}</th>{cells}</tr>')
    of = f' class="{kind}"' if kind else ""
    return f"<table{of}><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _words(text: str) -> str:
    """A sentence as HTML; a figure keeps its unit on its line."""
    return with_units(escape(text))


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{_words(text)}</li>" for text in texts)


def _moments(told: RunReport) -> Iterator[str]:
    yield '<section><h2>What happened when</h2><p class="note">Minutes since the run began, and times in UTC.</p>'
    yield '<ol class="moments">'
    for moment in told.moments:
        mark = MOMENTS.get(moment.kind)
        symbol = "" if mark is None else f'<span aria-hidden="true">{mark.symbol}</span> '
        yield (
            f'<li><span>{moment.clock}</span><span class="wall">{moment.utc}</span>'
            f'<span class="{moment.kind}">{symbol}{_words(moment.text)}</span></li>'
        )
    yield "</ol></section>"


def _undo(told: RunReport) -> Iterator[str]:
    yield "<section><h2>What was undone</h2>"
    if not told.undo:
        yield f"<p>{escape(told.undone)}</p></section>"
        return
    yield '<table class="words"><thead><tr><th scope="col">rollback</th><th scope="col">how it went</th>'
    yield '<th scope="col">detail</th></tr></thead><tbody>'
    for one in told.undo:
        by_hand = f"<br>By hand: <code>{escape(one.by_hand)}</code>" if one.by_hand else ""
        mark = status_mark(one.status)
        yield f'<tr><th scope="row">{escape(one.name)}</th>'
        yield f'<td><span class="tone {mark.tone}">{escape(mark.show())}</span></td>'
        yield f"<td>{escape(one.detail)}{by_hand}</td></tr>"
    yield "</tbody></table></section>"


def _measurements(facts: Facts) -> Iterator[str]:
    total = len(facts.measurements)
    if not total:
        return
    kept = _kept(facts)
    left = total - len(kept)
    yield f"<details><summary>{'All' if not left else 'Some of the'} {total:,} measurements</summary>"
    if left:
        yield (
            f'<p class="note">{len(kept):,} are shown, deviated ones and those not made first; {left:,} are left out. '
            "The journal holds every one, and so does the CSV file of the run's page on a console.</p>"
        )
    yield '<div class="scroll words" tabindex="0" role="region" aria-label="Measurements"><table class="words">'
    heads = ("phase", "slot", "due", "due, UTC", "outcome", "value", "took", "reason")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    yield f"<thead><tr>{head}</tr></thead><tbody>"
    for m in kept:
        took = None if m.started is None or m.ended is None else m.ended - m.started
        cells = (
            f"{m.slot:,}",
            elapsed(m.due, min(1.0, facts.frequency_s)),
            utc(facts.started_at + m.due, "%H:%M:%S"),
            OUTCOMES[m.outcome].show(),
            plain(number(m.value, facts.threshold.unit), 40),
            precise_duration(took),
            plain(m.reason, 200) if m.reason else "",
        )
        yield f'<tr><th scope="row">{m.phase}</th>{"".join(f"<td>{escape(c)}</td>" for c in cells)}</tr>'
    yield "</tbody></table></div></details>"


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
