"""Where run records live: `$XDG_STATE_HOME/rtk/runs`, for the owner's eyes only.

They are kept for 30 days, and for as long as somebody needs them: a run that has not come to its end is still to be
undone, and one that has not been published is still to be sent.
"""

import os
import secrets
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from rtk.errors import CannotRecord
from rtk.verify.record import is_finished

KEPT_S = 30 * 86400.0
SUFFIX = ".record"
PUBLISHED = ".published"  # what publishing keeps beside a record; it goes with it


def runs_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The directory of run records."""
    state = environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(state) / "rtk" / "runs"


def record_path(run_id: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the record of a run is."""
    return runs_directory(environ) / f"{run_id}{SUFFIX}"


def new_run_id(now: float) -> str:
    """A UUID of version 7 (RFC 9562): ids of later runs sort after those of earlier ones."""
    number = (int(now * 1000) << 80) | secrets.randbits(80)
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    return str(uuid.UUID(int=(number & ~(0x3 << 62)) | (0x2 << 62)))


def prepare(
    now: float, environ: Mapping[str, str] = os.environ, is_wanted: Callable[[Path], bool] = lambda _: False
) -> Path:
    """Make the directory and drop records that are past their time, unless they are unfinished or `is_wanted`.

    Raises `CannotRecord` before anything began.
    """
    directory = runs_directory(environ)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One that was there already says only when it is asked that nothing can be kept in it.
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise CannotRecord(
            f"run records cannot be kept in {directory}: {error.strerror}; expected a writable directory, "
            "name another one with XDG_STATE_HOME"
        ) from None
    for path in directory.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            if path.stat().st_mtime >= now - KEPT_S:
                continue
            never_began = path.stat().st_size == 0  # it has no entry
            if (never_began or is_finished(path)) and not is_wanted(path):
                path.unlink()
                path.with_suffix(PUBLISHED).unlink(missing_ok=True)
    return directory
