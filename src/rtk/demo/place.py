"""Where the demonstration keeps what it makes, and that there is one at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rtk.console.place import DataDirectory, default
from rtk.errors import BadInput, ToolkitError


class AlreadyPlaying(ToolkitError):
    """Another demonstration is at work in the same directory."""


class DemoDirectory:
    """The directory of a demonstration. Making one touches nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.console = DataDirectory(self.path / "console")
        self.state = self.path / "state"  # of lab and runs: those of the user are left alone
        self.token = self.path / "token"
        self.settings = self.path / "settings.yaml"  # the demonstration's own, which nobody has written
        self.journal = self.path / "journal.json"
        self.report = self.path / "insight.html"

    @contextmanager
    def alone(self) -> Iterator[IO[str]]:
        """Have the directory for oneself; yields the lock, which lasts as long as any process has it open.

        Raises AlreadyPlaying, and BadInput when the directory cannot be used.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.console.prepare()
            self.console.check_room()
            lock = (self.path / "demo.lock").open("w")
        except OSError as error:
            raise BadInput(
                f"cannot use {str(self.path)!r}: {error.strerror}; name another directory with --data"
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyPlaying(
                    f"a demonstration is playing in {str(self.path)!r} already, or is just ending; "
                    "wait for it, or play another one beside it with --data"
                ) from None
            yield lock


def place_of(given: str | None) -> DemoDirectory:
    """The directory that was named, else one in the platform's own place for data, beside that of `rtk up`."""
    return DemoDirectory(Path(given) if given else default().with_name("rtk-demo"))
