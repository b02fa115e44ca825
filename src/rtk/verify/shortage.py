"""Whether a probe failed for something that the measurer lacked: that says nothing of the system, and is missed.

Errors come wrapped: `requests` wraps those of `urllib3`, which wraps those of the socket; the Chaos Toolkit wraps
them all, and keeps no cause. So the whole chain is looked through.
"""

import errno
import os
import re
from collections.abc import Callable
from contextlib import suppress
from tempfile import gettempdir
from traceback import extract_tb
from types import TracebackType

from rtk.errors import NoData, Unsendable
from rtk.insight.facts import MissedReason

_ERRNOS = {
    errno.EMFILE: MissedReason.NO_DESCRIPTORS,
    errno.ENFILE: MissedReason.NO_DESCRIPTORS,
    errno.ENOMEM: MissedReason.NO_MEMORY,
    errno.ENOBUFS: MissedReason.NO_MEMORY,
    errno.EADDRNOTAVAIL: MissedReason.NO_ADDRESS,
}
_CURL_OUT_OF_MEMORY = 27
_LINKS = ("__cause__", "__context__", "reason")  # urllib3 keeps what made it give up as `reason`
_STARTERS = frozenset({"subprocess", "multiprocessing.popen_fork", "multiprocessing.popen_spawn_posix"})
# CPython has no type and no number for these; the second is a lock of a thread, for which there was no memory.
_NO_THREAD = "can't start new thread"
_NO_LOCK = "can't allocate lock"
_FORKS = re.compile(r"\b(fork|forkpty|posix_spawnp?)\(")
_ROOM = 1024 * 1024  # bytes: whoever was refused more has given back what it had written
_NEARLY = 16  # descriptors: with so few left, whatever has just failed may have failed for them


def shortage_of(error: BaseException) -> MissedReason | None:
    """Return what the measurer lacked when a probe raised this; None where it lacked nothing."""
    found: MissedReason | None = None
    left, seen = [error], set[int]()
    while left:
        each = left.pop()
        if id(each) in seen:  # errors may be made from each other
            continue
        seen.add(id(each))
        if found := _lacking(each):
            break
        wrapped = [*(getattr(each, link, None) for link in _LINKS), *each.args, *getattr(each, "exceptions", ())]
        left.extend(one for one in wrapped if isinstance(one, BaseException))
    if found is MissedReason.NO_MEMORY and _descriptors_are_out():
        return MissedReason.NO_DESCRIPTORS  # libcurl calls it memory where it was a pair of sockets
    return found or (MissedReason.NO_DESCRIPTORS if _descriptors_are_out() else None)


def _lacking(error: BaseException) -> MissedReason | None:
    if isinstance(error, OSError):
        if error.errno == errno.EAGAIN and _starts_a_process(error.__traceback__):
            return MissedReason.NO_THREADS
        if error.errno == errno.ENOSPC and any(map(is_full, (gettempdir(), os.curdir))):
            return MissedReason.NO_SPACE
        return _ERRNOS.get(error.errno or 0)
    if isinstance(error, Unsendable | NoData):
        return MissedReason.NOT_SENDABLE if isinstance(error, Unsendable) else MissedReason.NO_DATA
    if isinstance(error, RuntimeError) and _NO_THREAD in str(error):
        return MissedReason.NO_THREADS
    is_memory = (
        isinstance(error, MemoryError)
        or (type(error) is RuntimeError and str(error) == _NO_LOCK)
        or (type(error).__module__ == "pycurl" and error.args[:1] == (_CURL_OUT_OF_MEMORY,))
    )
    return MissedReason.NO_MEMORY if is_memory else None


def _starts_a_process(traceback: TracebackType | None) -> bool:
    """Whether an error comes from starting a process: the same number means something else of a socket."""
    last = None
    while traceback:
        if traceback.tb_frame.f_globals.get("__name__") in _STARTERS:
            return True
        traceback, last = traceback.tb_next, traceback
    return last is not None and bool(_FORKS.search(extract_tb(last)[-1].line or ""))


def is_full(directory: str, statvfs: Callable[[str], os.statvfs_result] = os.statvfs) -> bool:
    """Return whether the disk of a directory has hardly any room; of another disk the system may have said so."""
    try:
        disk = statvfs(directory)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _ROOM or (disk.f_files > 0 and disk.f_favail == 0)


def _descriptors_are_out() -> bool:
    """Whether hardly a descriptor is free now: the lowest free number is close to the limit."""
    import resource  # noqa: PLC0415 - only where something failed

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return False
    try:
        lowest = os.dup(2)
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    with suppress(OSError):
        os.close(lowest)
    return lowest >= limit - _NEARLY
