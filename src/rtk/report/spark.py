"""Values as rows of block characters with the threshold drawn in, for terminals."""

from collections.abc import Sequence

from msgspec import Struct
from rich.text import Text

from rtk.figures import chosen_number
from rtk.insight.facts import Outcome, Threshold
from rtk.report.columns import drawable
from rtk.report.marks import OUTCOMES, STYLES
from rtk.report.text import ascii_only, plain

_BLOCKS = " ▁▂▃▄▅▆▇█"
Reading = tuple[float | None, Outcome]


class Canvas(Struct, frozen=True):
    """How much room there is (characters), and whether it can show more than ASCII."""

    width: int
    rows: int = 4
    unicode: bool = True


def spark(readings: Sequence[Reading], threshold: Threshold, canvas: Canvas) -> list[Text]:
    """The last readings that fit, one column each, and a row of marks under them.

    Deviated ones are red and marked, a missed slot is a gap with its own mark; without any value there is only
    the row of marks.
    """
    bound = drawable(threshold.lower if threshold.upper is None else threshold.upper)
    label = "" if bound is None else plain(chosen_number(bound, threshold.unit), 16)
    label = label if canvas.unicode else ascii_only(label)[:16]
    shown = list(readings)[-max(1, canvas.width - len(label) - 1) :]
    values = [drawable(value) for value, _ in shown]
    top = max((v for v in values if v is not None), default=None)
    if top is None:
        return [_marks(shown, canvas.unicode, all_marked=True)]
    # The threshold stays within the drawing, with some room above it.
    top = max(top, (bound or 0.0) * 1.12) or 1.0
    levels = [None if v is None else max(1, round(max(v, 0.0) / top * canvas.rows * 8)) for v in values]
    line = None if bound is None else min(canvas.rows - 1, int(max(bound, 0.0) / top * canvas.rows))
    rows = []
    for row in range(canvas.rows - 1, -1, -1):
        rows.append(_row(row, shown, levels, row == line, canvas.unicode))
        if row == line:
            rows[-1].append(f" {label}", "dim")
    return [*rows, _marks(shown, canvas.unicode, all_marked=False)]


def _row(row: int, shown: Sequence[Reading], levels: Sequence[int | None], is_line: bool, unicode: bool) -> Text:
    """One row of the drawing; neighbours of the same style are one span, which keeps it cheap."""
    rule = ("┄" if unicode else "-") if is_line else " "
    text, piece, style = Text(no_wrap=True), "", ""
    for (_, outcome), level in zip(shown, levels, strict=True):
        filled = 0 if level is None else min(8, max(0, level - row * 8))
        # ASCII has no part of a block: half of one or more is a whole one.
        block = (_BLOCKS[filled] if unicode else "#" if filled >= 4 else " ") if filled else rule
        wanted = ("red" if outcome == "deviated" else "") if filled and block != " " else "dim"
        if wanted != style:
            text.append(piece, style)
            piece, style = "", wanted
        piece += block
    text.append(piece, style)
    return text


def _marks(shown: Sequence[Reading], unicode: bool, all_marked: bool) -> Text:
    text = Text(no_wrap=True)
    for _, outcome in shown:
        mark = OUTCOMES[outcome]
        if outcome == "met" and not all_marked:
            text.append(" ")
        else:
            text.append(mark.symbol if unicode else mark.plain, STYLES[mark.tone])
    return text
