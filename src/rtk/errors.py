"""Every way a command can refuse or end badly, as one tree.

    ToolkitError                1   could not run
    ├── BadInput                1   a file, URL or value is not what was expected (what, where, expected)
    ├── Unreachable             1   a source could not be fetched
    ├── CannotRecord            1   the run record or the journal cannot be written
    └── Held                    6   another run acts on the same system (`rtk.verify.holders`)

The exit codes of a run that did start are in `rtk.cli.ending`.
"""


class ToolkitError(Exception):
    """Something the user can act on; its text is one sentence and is printed without a traceback."""

    exit_code = 1


class BadInput(ToolkitError):
    """A file, URL or value is not what was expected."""


class Unreachable(ToolkitError):
    """A source could not be fetched."""


class CannotRecord(ToolkitError):
    """The run record or the journal cannot be written."""
