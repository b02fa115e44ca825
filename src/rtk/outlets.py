"""Where a command's words leave it: standard output, standard error and the logs. Nothing leaves by another way.

Texts lose what a terminal would obey (see `rtk.printable`), whoever writes them: a command, an extension, a log, a
traceback. Colours and the live view are drawn by `rtk.report.terminal` alone, which treats the texts in them alike.
"""

import logging
import os
import select
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from rtk.log import TOOLKIT, join_toolkit
from rtk.printable import printable

_FORMATTER = logging.Formatter()


class Outlet:
    """A stream of text on which no control character is written. All else is as with the stream itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def drawn(self) -> TextIO:
        """The stream for what is drawn, colours and moves of the cursor included."""
        return self._stream

    def write(self, text: str) -> int:
        """Write a text, made printable."""
        self._stream.write(printable(text) if isinstance(text, str) else text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts, made printable."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class PrintableLog(logging.Filter):
    """Makes a line of a log printable, its traceback included; every line goes on."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Make it printable. The Chaos Toolkit indents further lines of a message: none can pass for another line."""
        with suppress(Exception):  # a message that does not fit its arguments is reported by the handler
            record.msg, record.args = printable(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        record.exc_text = record.exc_text and printable(record.exc_text)
        return True


PRINTABLE = PrintableLog()


def open_closed() -> None:
    """Let standard input, output and error that are closed be as with `/dev/null`.

    To be called before anything else is opened: that would get their numbers, and what is written to standard error
    by somebody's library, or read by a process that inherits it, would be in that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It gets the lowest number that is free, which is this one; processes that are started have it as well.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open to the end
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


@contextmanager
def kept() -> Iterator[None]:
    """Have standard output and error as before once this is over, where an extension took them away or closed them."""
    before = {"stdout": sys.stdout, "stderr": sys.stderr}
    try:
        yield
    finally:
        for name, stream in before.items():
            found = getattr(sys, name)
            if found is None or getattr(found, "closed", False):
                setattr(sys, name, stream)


def flush() -> None:
    """Write out what standard output and error hold, as far as they are there and take it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()


def printable_logs() -> None:
    """See to it that the handlers there are, of the Chaos Toolkit and of everybody, write printable lines only.

    Ours are among those of the Chaos Toolkit from then on.
    """
    join_toolkit()
    for handler in (*logging.getLogger(TOOLKIT).handlers, *logging.getLogger().handlers):
        handler.addFilter(PRINTABLE)  # one that is there already is not added again


@contextmanager
def outlets() -> Iterator[None]:
    """Make everything printable that is written to standard output, to standard error and into the logs.

    That stays in force when an error nobody expected ends the process: its traceback is still to be written.
    """
    printable_logs()
    before, unexpected = (sys.stdout, sys.stderr), False
    sys.stdout, sys.stderr = (each if hasattr(each, "drawn") else Outlet(each) for each in before)
    try:
        yield
    except Exception as error:
        unexpected = not type(error).__module__.startswith("click.")  # with those a command ends as it should
        raise
    finally:
        if not unexpected:
            sys.stdout, sys.stderr = before


def unread() -> bool:
    """Whether nobody reads standard output or standard error any more."""
    poll = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # it is none of the system's, or closed
            poll.register(stream.fileno(), 0)
    return bool(poll.poll(0))
