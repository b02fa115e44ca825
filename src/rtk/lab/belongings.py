"""An instance's own directory, as the lab reads and writes it from outside.

Scripts may put there what they like: a link to a file of the machine, a pipe that nobody fills, a directory in place of
a file. So each part of a path is opened by itself, no link is followed, and only plain files are read.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

COMMANDS = "commands"  # where scripts are brought, and what they print is kept
# As much as a shepherd keeps of what a script prints.
MOST = 8 * 2**20  # bytes of a file that are ever read


class Disturbed(OSError):
    """What should be a directory or a plain file of the instance is something else."""


def read(directory: Path, name: str, most: int = MOST) -> bytes:
    """Return the first bytes of a plain file, none where there is none. `name` is a path within `directory`."""
    try:
        # A pipe that nobody fills would else keep whoever opens it.
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
        # New: what a script has put in its place, such as a link, is refused.
        handle = _opened(directory, name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, make=True)
    except OSError as problem:
        raise Disturbed(problem.errno, f"{name} is not as the lab left it: {os.strerror(problem.errno or 0)}") from None
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  it has no path
        file.write(text)


def make_usable(directory: Path, folder: str) -> None:
    """See to it that the lab can write into the instance's directory, and that no file stands in a folder's place."""
    with suppress(OSError), _listable(directory) as top:
        try:
            with _listable(folder, top):
                return
        except OSError:  # a link, which is not followed, or a file
            os.unlink(folder, dir_fd=top)


def opened_to_append(path: Path) -> BinaryIO:
    """Open a plain file, at once, to add to its end. Raises OSError where there is a link or a pipe in its place."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Disturbed(errno.EINVAL, f"{path.name} is no plain file")
    return open(handle, "ab", buffering=0)  # noqa: PTH123  it has no path


def remove(directory: Path) -> None:
    """Remove a directory with all that is in it, however deep that is and whatever its modes, as far as one may.

    What lies deeper is moved up, so that neither the depth of calls nor the number of open files bounds it.
    """
    with suppress(OSError):
        with _listable(directory) as top:
            while left := os.listdir(top):  # noqa: PTH208  a handle, which has no path
                for name in left:
                    _remove_from(top, name)
        directory.rmdir()


def _remove_from(top: int, name: str) -> None:
    with suppress(IsADirectoryError):
        os.unlink(name, dir_fd=top)
        return
    with _listable(name, top) as folder:
        for inner in os.listdir(folder):  # noqa: PTH208  as above
            try:
                os.unlink(inner, dir_fd=folder)
            except IsADirectoryError:
                with _listable(inner, folder):  # and so one that may be moved
                    os.rename(inner, secrets.token_hex(16), src_dir_fd=folder, dst_dir_fd=top)
    os.rmdir(name, dir_fd=top)


@contextmanager
def _listable(name: str | Path, outer: int | None = None) -> Iterator[int]:
    """Open a directory to list and change it, once its owner may."""
    found = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=outer)
    try:
        os.chmod(f"/proc/self/fd/{found}", 0o700)  # noqa: PTH101  not by its name, which may be another by now
        handle = os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=found)
    finally:
        os.close(found)
    try:
        yield handle
    finally:
        os.close(handle)


def _opened(directory: Path, name: str, flags: int, *, make: bool) -> int:
    *folders, last = Path(name).parts
    with ExitStack() as passed:
        handle = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        passed.callback(os.close, handle)
        for folder in folders:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=handle)
            handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            passed.callback(os.close, handle)
        return os.open(last, flags | os.O_NOFOLLOW, 0o700, dir_fd=handle)
