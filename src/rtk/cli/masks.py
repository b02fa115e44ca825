"""No secret on the terminal or in a log file, whoever writes there: this command, an extension, or a traceback."""

import logging
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TextIO

from rtk.errors import ToolkitError
from rtk.log import TOOLKIT
from rtk.outlets import flush
from rtk.printable import printable
from rtk.verify.redact import Redactor
from rtk.verify.toolkit import Toolkit

_OWN = frozenset(vars(logging.makeLogRecord({})))  # what every line of a log has; anything else an extension added
_FORMATTER = logging.Formatter()


class _Stream:
    """A stream of text on which no secret is written. All else is as with the stream itself."""

    def __init__(self, stream: TextIO, mask: Callable[[str], str], drawn: Callable[[str], str]) -> None:
        """`mask` is for texts, `drawn` for what has colours in it."""
        self._stream = stream
        self._mask = mask
        self._drawn = drawn

    def write(self, text: str) -> int:
        self._stream.write(self._mask(text) if isinstance(text, str) else text)
        return len(text)

    @property
    def drawn(self) -> "_Stream":
        """The stream for what is drawn, as `rtk.outlets` has it, on which no secret is written either."""
        return _Stream(getattr(self._stream, "drawn", self._stream), self._drawn, self._drawn)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Masks(logging.Filter):
    """While in force, what goes to the terminal and into the Chaos Toolkit's log passes a redactor.

    Log lines of threads that come back later pass it too, and so does the traceback of an error nobody expected.
    """

    def __init__(self, redact: Redactor) -> None:
        """`redact` is used until there is one that knows more."""
        super().__init__()
        self._redact = redact
        self._streams: tuple[TextIO, TextIO] | None = None

    def know(self, redact: Redactor) -> None:
        """Go on with a redactor that knows more."""
        self._redact = redact

    def of(self, toolkit: Toolkit) -> Toolkit:
        """Go on with the redactor of an experiment made ready; return that."""
        self._redact = toolkit.redact
        return toolkit

    def __call__(self, text: str) -> str:
        """Return a text without secrets, also those that only show once control characters are taken out of it."""
        found = self._redacted(text)
        seen = printable(found)
        return found if seen == found else self._redacted(seen)

    def _redacted(self, text: str) -> str:
        self._redact.learn()
        return self._redact(text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the secrets out of a line, its traceback included; every line goes on."""
        record.msg, record.args = self(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self(record.exc_text)
        for name in vars(record).keys() - _OWN:
            setattr(record, name, self._redact.within(getattr(record, name)))
        return True

    def __enter__(self) -> Self:
        for handler in (*logging.getLogger(TOOLKIT).handlers, *logging.getLogger().handlers):
            handler.addFilter(self)
        self._streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (_Stream(each, self, self._redacted) for each in self._streams)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if isinstance(error, ToolkitError):  # its sentence is told by whoever called
            error.args = tuple(self(each) if isinstance(each, str) else each for each in error.args)
        unexpected = isinstance(error, Exception) and not isinstance(error, ToolkitError)
        if self._streams and not unexpected:
            flush()
            sys.stdout, sys.stderr = self._streams
