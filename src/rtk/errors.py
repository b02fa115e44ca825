"""Every way a command can refuse or end badly, as one tree.

    ToolkitError                1   could not run
    ├── BadInput                1   a file, URL or value is not what was expected (what, where, expected)
    ├── Unreachable             1   a source could not be fetched
    ├── CannotRecord            1   the run record or the journal cannot be written
    └── Held                    6   another run acts on the same system (`rtk.verify.holders`)

The exit codes of a run that did start are in `rtk.cli.exit_codes`.
"""


class ToolkitError(Exception):
    """Something the user can act on; its text is one sentence and is printed without a traceback."""

    exit_code = 1


class BadInput(ToolkitError):
    """A file, URL or value is not what was expected.

    `place` is where in it, such as `objective.target`, and `says` what is wrong there, without the place; `spot` is the
    line and the column of a text. They are for whoever shows the sentence beside its place, and empty where not known.
    """

    def __init__(self, sentence: str, place: str = "", says: str = "", spot: tuple[int, int] | None = None) -> None:
        super().__init__(sentence)
        self.place = place
        self.says = says or sentence
        self.spot = spot

    @classmethod
    def at(cls, place: str, says: str) -> "BadInput":
        """Return what is wrong at a place; without one, what is wrong."""
        return cls(f"{place}: {says}" if place else says, place, says)

    @classmethod
    def in_text(cls, where: str, spot: tuple[int, int], says: str) -> "BadInput":
        """Return what is wrong in a line of a text, at a column of it."""
        return cls(f"{where}, line {spot[0]} column {spot[1]}: {says}", where, says, spot)


class Unreachable(ToolkitError):
    """A source could not be fetched."""


class CannotRecord(ToolkitError):
    """The run record or the journal cannot be written."""


class Unsendable(Exception):
    """A request cannot be sent. The service was never asked, so this says nothing about it."""


class NoData(Exception):
    """Whoever measures a service for others had no figure of it, which says nothing about the service."""
