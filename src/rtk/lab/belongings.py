"""An instance's own directory, as the lab reads and writes it from outside.

Scripts may put there what they like: a link to a file of the machine, a pipe that nobody fills, a directory in place of
a file. So each part of a path is opened by itself, no link is followed, and only plain files are read.
"""

import os
import stat
from contextlib import ExitStack, suppress
from pathlib import Path

MOST = 8 * 2**20  # bytes of a file that are ever read


class Disturbed(OSError):
    """What should be a directory or a plain file of the instance is something else."""


def read(directory: Path, name: str, most: int = MOST) -> bytes:
    """Return the first bytes of a plain file, none where there is none. `name` is a path within `directory`."""
    try:
        handle = _opened(directory, name, os.O_RDONLY | os.O_NONBLOCK, make=False)
    except OSError:
        return b""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return b""
    with open(handle, "rb") as file:  # noqa: PTH123  it has no path
        return file.read(most)


def write_program(directory: Path, name: str, text: str) -> None:
    """Write a file that is executable and new, and the directories it lies in. Raises Disturbed."""
    try:
        handle = _opened(directory, name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, make=True)
    except OSError as problem:
        raise Disturbed(problem.errno, f"{name} is not as the lab left it: {os.strerror(problem.errno or 0)}") from None
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  it has no path
        file.write(text)


def _opened(directory: Path, name: str, flags: int, *, make: bool) -> int:
    *folders, last = Path(name).parts
    with ExitStack() as passed:
        handle = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        passed.callback(os.close, handle)
        for folder in folders:
            if make:
                _ensure(folder, handle)
            handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            passed.callback(os.close, handle)
        return os.open(last, flags | os.O_NOFOLLOW, 0o700, dir_fd=handle)


def _ensure(name: str, outer: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=outer)
