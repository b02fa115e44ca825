"""The end of a run on a terminal: one screen that answers what a person asks first."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rtk.insight.facts import Facts
from rtk.insight.quantile_bound import name_of
from rtk.insight.shape import Insight
from rtk.report.columns import columns
from rtk.report.marks import MOMENTS, STYLES, Mark
from rtk.report.moments import and_more, most_telling, room_for
from rtk.report.spark import Canvas, Reading, spark
from rtk.report.story import PAGE, RunReport, story
from rtk.report.text import ascii_only, plain, whole_sentences

WIDEST = 120
FEW_MOMENTS, MOST_MOMENTS = 7, 14
_NARROW, _WIDE = 84, 112
MARGIN = 2
# Which columns of the phases' table fit a narrow terminal, and which a wide one before a quantile and the maximum.
_FEW_COLUMNS = ("phase", "met", "deviated", "not measured", "observed")
_MANY_COLUMNS = ("phase", "planned", "met", "deviated", "not measured", "observed")


def screen(insight: Insight, facts: Facts) -> RenderableType:
    """The end screen, for a rich console of 60 to 200 columns, with or without colour or Unicode."""
    return Screen(story(insight, facts), facts)


class Screen(Struct, frozen=True):
    """The end screen of a told run."""

    told: RunReport
    facts: Facts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the story out for the console's width and characters."""
        width = min(WIDEST, options.max_width) - 2 * MARGIN
        sheet = Sheet(self.told, self.facts, width, not options.ascii_only)
        for block in sheet.blocks():
            yield Text()
            yield from (Padding(part, (0, MARGIN), expand=False) for part in block)
        yield Text()


class Sheet(Struct, frozen=True):
    """The parts of the screen for one width and character set."""

    told: RunReport
    facts: Facts
    width: int
    unicode: bool

    def blocks(self) -> Iterator[Sequence[RenderableType]]:
        """All parts from top to bottom, in blocks that empty lines part."""
        told, width = self.told, self.width
        title = self._text(f"  {plain(told.title, width - len(told.verdict.word) - 4)}", "bold")
        about = (plain(told.objective, width), told.when)
        yield [self._mark(told.verdict) + title, *(self._text(text, "dim") for text in about)]
        why = [self._text(plain(told.why, 320), "dim")] if told.why else []
        then = [self._text(f"Next: {plain(told.next_step, 320)}", "bold")] if told.next_step else []
        yield [self._text(plain(told.headline, 320)), *why, *then]
        if len(told.answers) > 1:
            yield [self._answers()]
        if told.numbers:
            yield list(self._phases())
        # Beside the drawing stands the label of the threshold.
        found = columns(self.facts, max(1, width - 18))
        readings: list[Reading] = [(each.worst if each.deviated else each.high, each.outcome) for each in found]
        if readings:
            yield spark(readings, self.facts.threshold, Canvas(width, 3, self.unicode))
        yield [self._moments()]
        if told.alarm:
            by_hand = [self._text(f"by hand: {one.by_hand}") for one in told.undo if one.by_hand]
            yield [self._mark(told.restored) + self._text(f"  {told.alarm}", "bold"), *by_hand[:5]]
        # The page comes after the screen, on a line that is never broken: a broken address cannot be opened.
        files = [(name, place) for name, place in told.files if name != PAGE]
        if files:
            yield [self._text(f"{name}: ", "dim") + self._text(plain(place, 400)) for name, place in files[:6]]

    def _text(self, text: str, style: str = "") -> Text:
        return Text(text if self.unicode else ascii_only(text), style, overflow="fold")

    def _mark(self, mark: Mark, bold: bool = True) -> Text:
        style = STYLES[mark.tone]
        return self._text(mark.show(self.unicode), f"bold {style}" if bold else style)

    def _answers(self) -> RenderableType:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, overflow="crop")
        grid.add_column(min_width=12, max_width=24, overflow="fold")
        if self.width >= _NARROW:
            grid.add_column(ratio=1, overflow="fold")
        # The first answer is the verdict, which stands in the title.
        for question, answer, detail, mark in self.told.answers[1:]:
            bold = self._text(answer, f"bold {STYLES[mark.tone] if mark else ''}".strip())
            about = self._text(whole_sentences(detail, 120), "dim")
            cells = (bold, about) if self.width >= _NARROW else (bold,)
            grid.add_row(self._text(question), *cells)
        return grid

    def _phases(self) -> Iterator[RenderableType]:
        """What was measured in each phase, and what the quantile lacks that nothing bounds."""
        if self.width >= _WIDE:
            names: tuple[str, ...] = (*_MANY_COLUMNS, self._quantile(), "max")
        else:
            names = (*_FEW_COLUMNS, self._quantile()) if self.width >= _NARROW else _FEW_COLUMNS
        shown = [self.told.phases.head.index(name) for name in names]
        grid = Table.grid(padding=(0, 3 if self.width >= _NARROW else 2))
        for column in shown:
            grid.add_column(justify="left" if column == 0 else "right", no_wrap=True, overflow="crop")
        grid.add_row(*(self._text(self.told.phases.head[column], "dim") for column in shown))
        for row in self.told.phases.rows:
            grid.add_row(*(self._text(row[column]) for column in shown))
        yield grid
        lacking = self.told.lacking.get(self._quantile(), "") if self.width >= _NARROW else ""
        if lacking:
            yield self._text(lacking, "dim")

    def _quantile(self) -> str:
        """The quantile that was promised, else the p95."""
        promised = self.facts.objective
        name = name_of(promised.target) if promised and promised.quantile else "p95"
        return name if name in self.told.phases.head else "p95"

    def _moments(self) -> RenderableType:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, justify="right")
        grid.add_column(ratio=1, overflow="fold")
        shown = room_for(self.told.moments, FEW_MOMENTS, MOST_MOMENTS)
        for moment in most_telling(self.told.moments, shown):
            mark = MOMENTS.get(moment.kind)
            room = max(20, self.width - 12)
            style = "" if mark is None else STYLES[mark.tone]
            text = self._text(plain(moment.text, room), style)
            symbol = "" if mark is None else f"{mark.symbol if self.unicode else mark.plain} "
            grid.add_row(self._text(moment.clock, "dim"), self._text(symbol, style) + text)
        if more := and_more(self.told.moments, shown):
            grid.add_row(self._text(""), self._text(f"… {more}", "dim"))
        return grid
