"""What an experiment runs and calls, in plain lines: its names in the opening, its calls whole for whoever decides."""

import textwrap
from collections.abc import Iterator

from rtk.experiment.code import Code
from rtk.printable import printable
from rtk.report.text import plain

NOTHING = "It runs no program, calls no Python module and asks no host."
_PIECE = 4_000  # characters that are broken into lines at once
_INDENT = "    "  # of each further line of a call, so that none passes for another call, or for a word of ours


def named(code: Code) -> list[str]:
    """Return its names, a line for each kind of which there are any."""
    kinds = {
        "Programs": code.programs,
        "Python modules": code.modules,
        "Hosts": code.hosts,
        "Variables read": code.variables,
    }
    return [f"{kind}: {', '.join(plain(each, 120) for each in names)}" for kind, names in kinds.items() if names]


def whole(code: Code, width: int = 100) -> Iterator[str]:
    """Yield every call from its first character to its last, and its names. A line of a script is a line here."""
    for call in code.calls:
        lines = (" ".join(printable(line).split()) for line in call.split("\n"))
        # Of a very long line only a piece at a time is wrapped: the time that takes grows by more than its length.
        pieces = (line[begin : begin + _PIECE] for line in lines for begin in range(0, len(line), _PIECE))
        indent = ""
        for piece in pieces:
            for part in textwrap.wrap(piece, max(20, width - len(_INDENT)), break_on_hyphens=False):
                yield f"{indent}{part}"
                indent = _INDENT
    yield from named(code) if code.calls or code.variables else [NOTHING]
