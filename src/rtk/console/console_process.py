"""A console that runs by itself: started in the background, and ended. Nothing here imports Django."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from rtk import helper
from rtk.console.place import DataDirectory, InUse, private
from rtk.console.postgres import Postgres
from rtk.errors import ToolkitError

START_LIMIT = 180.0  # seconds: a database that has to recover takes its time
STOP_LIMIT = 60.0  # for all that it does in order, its database above all
LAST_LIMIT = 5.0  # for its process, once it has let go of the data directory: a request may be under way still
_KILLED_LIMIT = 10.0
_POLL = 0.02


class ConsoleEnd(StrEnum):
    """What `rtk down` did to a console."""

    NONE_RAN = "none ran"
    ENDED = "ended"
    KILLED = "killed"  # its process did not end by itself


class CannotStart(ToolkitError):
    """The console in the background ended before it answered."""


class CannotStop(ToolkitError):
    """The console does not end."""


def start(place: DataDirectory, environ: Mapping[str, str]) -> list[str]:
    """Start a console in the background with these variables on top; what it says once it answers.

    Raises InUse when one runs already, and CannotStart, with its own last words, when it ends before that.
    """
    place.prepare()
    place.check_room()
    with place.alone():
        pass  # nobody else has it; the console takes it for itself in a moment
    with open(place.log, "ab", opener=private) as log:
        said_from = log.tell()
        process = subprocess.Popen(
            helper.command("rtk.console"),
            env={**os.environ, **environ, "RTK_DATA": str(place.path)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # it stays when this terminal closes
        )
    _until(lambda: process.poll() is not None or "lines" in place.told(), START_LIMIT)
    lines = place.told().get("lines")
    if process.poll() is not None or lines is None:
        raise CannotStart(_last_words(place, said_from))
    return [str(line) for line in lines]


def _last_words(place: DataDirectory, said_from: int) -> str:
    with place.log.open("rb") as log:
        log.seek(said_from)
        said = log.read().decode(errors="replace").splitlines()
    begins = [number for number, line in enumerate(said) if line.startswith("rtk: ")]
    if not begins:
        return f"the console did not start; see {str(place.log)!r}"
    return "\n".join(said[begins[-1] :]).removeprefix("rtk: ")


def stop(place: DataDirectory, patience: float = STOP_LIMIT) -> ConsoleEnd:
    """End the console of a data directory, and a database that one left behind.

    Returns once their processes are gone. One that does not end within `patience` is killed, which loses nothing that
    the console said it had; its database is stopped in order then. Raises InUse when it is still starting, and
    CannotStop when it cannot even be killed.
    """
    how = ConsoleEnd.NONE_RAN
    if place.in_use():
        pid = place.told().get("pid")
        if pid is None:
            raise InUse(f"a command is using {str(place.path)!r} but no console answers from it yet; try again")
        _tell(pid, signal.SIGTERM)
        how, its_end = ConsoleEnd.ENDED, min(patience, LAST_LIMIT)
        # It lets go of its directory first, and then its process ends.
        if not (_until(lambda: not place.in_use(), patience) and _until(lambda: not _is_there(pid), its_end)):
            how = ConsoleEnd.KILLED
            _tell(pid, signal.SIGKILL)
            if not _until(lambda: not (place.in_use() or _is_there(pid)), _KILLED_LIMIT):
                raise CannotStop(f"the console of {str(place.path)!r}, process {pid}, does not end")
    postgres = Postgres(place.path)
    left = postgres.running() is not None
    postgres.stop()
    return ConsoleEnd.ENDED if left and how is ConsoleEnd.NONE_RAN else how


def _tell(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has just ended by itself, or by another who stops it
        os.kill(pid, number)


def _is_there(pid: int) -> bool:
    """Return whether a process goes on. One that has ended does not, even before its parent has waited for it."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # it has gone just now, or there is no /proc
    except PermissionError:
        return True


def _until(done: Callable[[], bool], limit: float) -> bool:
    end = time.monotonic() + limit
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL)
    return True
