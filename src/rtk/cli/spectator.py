"""Draw a run for somebody at a terminal: the live view, the final screen, the address of its page.

Who draws needs rich, which is 2 MiB and some 20 ms of a start: a run in a pipe or in CI goes without this module. It is
imported before the run begins, not at its end, when files may have gone or descriptors may be short.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.live import LiveView
from rtk.report.screen import MARGIN, screen
from rtk.report.story import PAGE
from rtk.report.terminal import terminal
from rtk.report.text import plain
from rtk.verify.progress import Progress

LONGEST_ADDRESS = 2000


class Spectator:
    """Somebody who watches a run at the terminal of standard error."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def viewing(self) -> Iterator[None]:
        """Show the live view meanwhile."""
        view = LiveView(self._progress)
        view.start()
        try:
            yield
        finally:
            view.stop()

    def show_end(self, insight: Insight, facts: Facts) -> None:
        """Show on one screen how it ended."""
        terminal(stderr=True).print(screen(insight, facts))
        self.show_page(facts.files.get(PAGE, ""))

    def show_page(self, page: str) -> None:
        """Show the address of the run's page on a line of its own, whole however narrow the terminal."""
        if page:
            line = Text.assemble(f"{' ' * MARGIN}{PAGE}: ", plain(page, LONGEST_ADDRESS))
            terminal(stderr=True).print(line, "", sep="\n", soft_wrap=True)
