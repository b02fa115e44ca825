"""Descriptors that are ours. Somebody else's code may close one, and its number then stands for another file."""

import errno
import os
from pathlib import Path

File = tuple[int, int]


def file_of(number: int) -> File:
    """Return which file a descriptor stands for. Raises `OSError` for one that is closed."""
    found = os.fstat(number)
    return found.st_dev, found.st_ino


def is_still(number: int, file: File) -> bool:
    """Return whether a descriptor stands for this file yet."""
    try:
        return file_of(number) == file
    except OSError:
        return False


def close(number: int, file: File) -> None:
    """Close a descriptor, unless it is another's by now."""
    if is_still(number, file):
        os.close(number)


def reopened(path: Path, file: File) -> int:
    """Return a new descriptor to append to a file. Raises `OSError` where another file has its name by now."""
    number = os.open(path, os.O_WRONLY | os.O_APPEND)
    if is_still(number, file):
        return number
    os.close(number)
    raise OSError(errno.EBADF, os.strerror(errno.EBADF))
