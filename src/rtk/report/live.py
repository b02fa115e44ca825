"""A run while it goes on: counts and events on a terminal, never a judgement.

The view reads a `Progress` four times a second from a thread of its own; whatever goes wrong in it ends the
view, not the run.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import suppress

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from rtk.figures import count, duration, elapsed, fine_share
from rtk.report.marks import OUTCOMES, STYLES
from rtk.report.spark import Canvas, spark
from rtk.report.terminal import terminal
from rtk.report.text import ascii_only, plain
from rtk.verify.progress import Progress

PER_SECOND = 4
_WIDEST = 100


class LiveView:
    """The live view of a run: `start()` it, and `stop()` it before anything else is printed."""

    def __init__(self, progress: Progress, console: Console | None = None) -> None:
        self._console = console or terminal(stderr=True)
        self._picture = Picture(progress)
        self._live = Live(self._picture, console=self._console, auto_refresh=False, transient=True)
        self._over = threading.Event()
        # A daemon: a terminal that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._refresh, name="live-view", daemon=True)

    def start(self) -> None:
        """Show the view; a terminal that cannot is left alone."""
        with suppress(Exception):
            self._live.start(refresh=True)
            self._thread.start()

    def stop(self) -> None:
        """Take the view away; safe to call twice, and without a start."""
        self._over.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=1)
        with suppress(Exception):
            self._live.stop()

    def _refresh(self) -> None:
        with suppress(Exception):
            while not self._over.wait(1 / PER_SECOND):
                self._live.refresh()


class Picture:
    """What the live view shows at this moment."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the present state; a drawing that fails is a line that says so."""
        # Two blanks are left at either side.
        width = min(_WIDEST, options.max_width) - 4
        try:
            drawn = list(_parts(self._progress, max(20, width), not options.ascii_only))
        except Exception as error:  # noqa: BLE001 the view must never end the run
            drawn = [Text(f"The live view cannot be drawn ({type(error).__name__}); the run goes on.")]
        yield Segment.line()
        for line in drawn:
            # Lines are cut, never wrapped, so rich's slower way through a layout is not needed.
            yield Segment("  ")
            yield from line.render(console)
            yield Segment.line()


def _parts(progress: Progress, width: int, unicode: bool) -> Iterator[Text]:
    now, readings, events = progress.now(), progress.last_values(), progress.last_events()
    yield _text(plain(progress.title, width), unicode, "bold")
    yield Text()
    yield _phase(progress, now, width, unicode)
    waiting = progress.waiting()
    if waiting.answers and (progress.phase_ends is None or now >= progress.phase_ends):
        # The phase's time is over: a full bar that stands still is to be no riddle.
        # Rounded up, since it says at most.
        most = f", at most {duration(float(math.ceil(waiting.at_most_s)))}" if waiting.at_most_s else ""
        told = f"waiting for {count(waiting.answers, 'answer')} under way{most}"
        yield _text(plain(told, width), unicode, "dim")
    if progress.activity:
        yield _text(f"under way: {plain(progress.activity, width - 12)}", unicode, "dim")
    if progress.stopping:
        yield _text(f"stopping: {plain(progress.stopping, width - 12)}", unicode, "bold yellow")
    if readings:
        yield Text()
        yield from spark(readings, progress.threshold, Canvas(width, 4, unicode))
    yield Text()
    counts = Text(no_wrap=True)
    for outcome, mark in OUTCOMES.items():
        counts.append(f"{mark.symbol if unicode else mark.plain} ", STYLES[mark.tone])
        counts.append(f"{outcome} ").append(f"{getattr(progress, outcome):,}   ", "bold")
    counts.append(f"of {count(progress.planned, 'slot')}", "dim")
    if progress.budget_spent is not None:
        counts.append("   budget spent ", "dim").append(fine_share(progress.budget_spent), "bold")
    yield counts
    if events:
        yield Text()
        for at, told in events:
            yield _text(f"{elapsed(at):>7}  ", unicode, "dim") + _text(plain(told, width - 9), unicode)


def _text(text: str, unicode: bool, style: str = "") -> Text:
    return Text(text if unicode else ascii_only(text), style, no_wrap=True, overflow="crop")


def _phase(progress: Progress, now: float, width: int, unicode: bool) -> Text:
    """The phase, how far it is, and how long the run still takes."""
    since = max(0.0, now - progress.phase_started)
    text = _text(f"{progress.phase:<11}", unicode, "bold")
    told = duration(float(round(since)))
    if progress.phase_ends is not None:
        whole = max(1e-9, progress.phase_ends - progress.phase_started)
        room = max(8, min(40, width - 50))
        done = round(min(1.0, since / whole) * room)
        full, rest = ("━", "─") if unicode else ("=", ".")
        text += Text.assemble((full * done, "blue"), (rest * (room - done), "dim"))
        told = f"  {elapsed(min(since, whole))} of {elapsed(whole)}"
    if progress.run_ends is not None:
        told += f", {elapsed(max(0.0, progress.run_ends - now))} left"
    return text + _text(told, unicode)
