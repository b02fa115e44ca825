"""The lab's log, which nobody fills: so many lines of a kind in a minute, each cut, in a file that is begun anew."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rtk.console.lines import Bounded
from rtk.console.log_stream import LogStream, written_beside
from rtk.log import LogFormat, formatter

MOST_LINES = 60  # of a kind within a minute, as a console has them


@contextmanager
def bounded_log(of: LogFormat, file: Path) -> Iterator[None]:
    """While this lasts, write what this process logs to standard error, which is `file` where the lab was started."""
    handler = LogStream()
    handler.setFormatter(formatter(of))
    handler.addFilter(Bounded(MOST_LINES))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    try:
        with written_beside(file):
            yield
    finally:
        root.removeHandler(handler)
