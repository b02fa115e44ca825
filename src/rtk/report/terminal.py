"""A terminal to draw on, with colours, tables and a live view. What is drawn is ours; every text in it is printable."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from rtk.printable import printable


class Terminal(Console):
    """A console of rich that draws nothing but printable texts, also those that others print beside a live view."""

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render it; orders to the terminal are those of rich itself."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def terminal(*, stderr: bool = False) -> Terminal:
    """Return the terminal, or what stands in its place, at standard output or standard error."""
    stream = sys.stderr if stderr else sys.stdout
    # Past an outlet of ours, which takes colours and moves of the cursor out of what others write.
    return Terminal(file=getattr(stream, "drawn", stream))
