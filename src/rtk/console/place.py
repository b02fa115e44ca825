"""The data directory: where it is, its key, and whose it is while a console runs from it."""

import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rtk.console import options
from rtk.errors import BadInput, ToolkitError

LEAST_FREE = 200 * 2**20  # bytes: an empty database takes 40 MiB, and a disk that is full stops everything
_LOOKED_AT = 0.005  # seconds


class InUse(ToolkitError):
    """Another console, or a command that needs it for itself, is using the data directory."""


class DataDirectory:
    """A data directory. Making one touches nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.log = self.path / "console.log"
        self._state = self.path / "console.json"
        self._lock = self.path / "console.lock"

    def prepare(self) -> None:
        """Make the directory, unless it is there. Raises BadInput when that cannot be."""
        try:
            # Root's database is run by another user, who has to pass through; nobody may list it.
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise BadInput(f"cannot use the data directory {str(self.path)!r}: {error.strerror}") from None

    def check_room(self, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> None:
        """Raise BadInput when the disk is as good as full."""
        left = free(self.path)
        if left < LEAST_FREE:
            raise BadInput(
                f"only {left // 2**20} MiB are free for the data directory {str(self.path)!r}; "
                f"expected at least {LEAST_FREE // 2**20} MiB"
            )

    def key(self) -> str:
        """The key that signs sessions and links: made at the first call, then kept, readable by its owner alone."""
        import secrets

        path = self.path / "secret-key"
        try:
            with open(path, "x", opener=private) as file:
                file.write(secrets.token_urlsafe(50))
        # Of two that begin at once both have the key of the first.
        except FileExistsError:
            pass
        except OSError as error:
            raise BadInput(f"cannot write {str(path)!r}: {error.strerror}") from None
        return path.read_text().strip()

    def has_key(self) -> bool:
        """Whether a key was made here before."""
        return (self.path / "secret-key").exists()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have the directory for oneself, until the end of the process at the latest. Raises InUse."""
        with self._opened_lock() as file:
            while not _had(file, fcntl.LOCK_EX):
                if not _had(file, fcntl.LOCK_SH):
                    if url := self.told().get("url"):
                        raise InUse(f"a console runs from {str(self.path)!r} already, at {url}; 'rtk down' stops it")
                    raise InUse(f"another rtk command is using {str(self.path)!r}; wait for it to end")
                fcntl.flock(file, fcntl.LOCK_UN)  # nobody has it: others were only looking
                time.sleep(_LOOKED_AT)
            self._state.unlink(missing_ok=True)  # of one that was killed
            try:
                yield
            finally:
                self._state.unlink(missing_ok=True)

    def _opened_lock(self) -> IO[str]:
        try:
            return open(self._lock, "a", opener=private)
        except OSError as error:
            raise BadInput(f"cannot use the data directory {str(self.path)!r}: {error.strerror}") from None

    def in_use(self) -> bool:
        """Whether somebody has the directory for themselves."""
        try:
            with self._lock.open() as file:
                return not _had(file, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    def tell(self, **state: Any) -> None:
        """Write down for other commands what the console that has the directory is doing."""
        partial = self._state.with_suffix(".partial")
        with open(partial, "w", opener=private) as file:
            json.dump(state, file)
        # Whoever reads it meanwhile reads all of what was there before.
        partial.replace(self._state)

    def told(self) -> dict[str, Any]:
        """What the running console wrote down; empty when none runs, or none has told yet."""
        if not self.in_use():
            return {}
        try:
            state: dict[str, Any] = json.loads(self._state.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return state

    def database_url(self) -> str:
        """DATABASE_URL. Raises BadInput where the running console has one and we have not, or the other way round."""
        url = options.text("DATABASE_URL")
        own = self.told().get("own", bool(url))
        if own and not url:
            raise BadInput("the console that runs uses a PostgreSQL of its own; name it in DATABASE_URL here as well")
        if url and not own:
            raise BadInput("the console that runs uses the database in its data directory; unset DATABASE_URL here")
        return url


def _had(file: IO[str], lock: int) -> bool:
    """Whether a lock could be had at once. Looking whether a directory is in use takes a shared one for a moment."""
    try:
        fcntl.flock(file, lock | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def private(path: str, flags: int) -> int:
    """An opener of files that only their owner can read."""
    return os.open(path, flags, 0o600)


def place_of(given: str | None) -> DataDirectory:
    """The data directory that was named, else that of RTK_DATA, else the platform's own."""
    named = given or options.text("RTK_DATA")
    return DataDirectory(Path(named) if named else default())


def default() -> Path:
    """Where data goes without a word: with the user's own, or for root with the machine's."""
    if os.geteuid() == 0:
        return Path("/var/lib/rtk")
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/rtk")
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "rtk"
