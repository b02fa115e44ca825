"""What the measurer lacks is missed, never deviated: told from errors however they are wrapped."""

import errno
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pycurl
import pytest
import requests
import urllib3
from chaoslib.exceptions import ActivityFailed

from rtk.insight.facts import MissedReason
from rtk.verify import shortage
from rtk.verify.shortage import is_full, shortage_of

LACKING = [
    (OSError(errno.EMFILE, "Too many open files"), MissedReason.NO_DESCRIPTORS),
    (OSError(errno.ENFILE, "Too many open files in system"), MissedReason.NO_DESCRIPTORS),
    (OSError(errno.ENOMEM, "Cannot allocate memory"), MissedReason.NO_MEMORY),
    (OSError(errno.ENOBUFS, "No buffer space available"), MissedReason.NO_MEMORY),
    (MemoryError(), MissedReason.NO_MEMORY),
    (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), MissedReason.NO_ADDRESS),
    (RuntimeError("can't start new thread"), MissedReason.NO_THREADS),
    (RuntimeError("can't allocate lock"), MissedReason.NO_MEMORY),
    (pycurl.error(27, "Out of memory"), MissedReason.NO_MEMORY),
]
OF_THE_SYSTEM = [
    ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
    OSError(errno.EHOSTUNREACH, "No route to host"),
    TimeoutError(),
    RuntimeError("too many open files, says the service"),
    BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
    RuntimeError("the service says: can't allocate lock"),
    pycurl.error(7, "Failed to connect"),
    pycurl.error(28, "Timed out"),
    ActivityFailed("[Errno 24] Too many open files"),
]


def raised(make: Callable[[], object]) -> BaseException:
    try:
        make()
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError("nothing was raised")


def as_it_is(error: BaseException) -> BaseException:
    return error


def by_the_chaos_toolkit(error: BaseException) -> BaseException:
    def fail() -> None:
        try:
            raise error
        except BaseException as cause:  # noqa: BLE001
            raise ActivityFailed(f"failed: {cause}")  # noqa: B904 - as the Chaos Toolkit does

    return raised(fail)


def without_cause(error: BaseException) -> BaseException:
    def fail() -> None:
        try:
            raise error
        except BaseException:  # noqa: BLE001
            raise ActivityFailed("failed") from None

    return raised(fail)


def by_requests(error: BaseException) -> BaseException:
    pool = urllib3.HTTPConnectionPool("service", 80)
    new: Any = urllib3.exceptions.NewConnectionError(None, "failed")  # type: ignore[arg-type]
    new.__cause__ = error
    given_up = urllib3.exceptions.MaxRetryError(pool, "/", new)
    return by_the_chaos_toolkit(requests.ConnectionError(given_up))


def in_a_group(error: BaseException) -> BaseException:
    return BaseExceptionGroup("several", [ValueError("no"), error])


WRAPPED = [as_it_is, by_the_chaos_toolkit, without_cause, by_requests, in_a_group]


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize(("error", "lacking"), LACKING, ids=repr)
def test_what_the_measurer_lacked_is_found_however_it_is_wrapped(
    error: BaseException, lacking: MissedReason, wrapped: Callable[[BaseException], BaseException]
) -> None:
    assert shortage_of(wrapped(error)) is lacking


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("error", OF_THE_SYSTEM, ids=repr)
def test_what_the_system_did_is_no_lack_of_the_measurers(
    error: BaseException, wrapped: Callable[[BaseException], BaseException]
) -> None:
    assert shortage_of(wrapped(error)) is None


def test_an_error_that_is_its_own_context_is_looked_through_once() -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__context__, second.__context__ = second, first
    assert shortage_of(first) is None


@pytest.mark.parametrize(
    ("line", "lacks"),
    [("os.fork()", MissedReason.NO_THREADS), ("posix_spawn()", MissedReason.NO_THREADS), ("connection.recv()", None)],
)
def test_what_cannot_be_started_for_want_of_processes_is_told_from_a_socket_that_has_nothing(
    tmp_path: Path, line: str, lacks: MissedReason | None
) -> None:
    file = tmp_path / "probe.py"
    file.write_text(f"{line}\n")

    class Refused(dict[str, Any]):
        def __missing__(self, _: str) -> Any:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    def call() -> None:
        exec(compile(file.read_text(), str(file), "exec"), {"__builtins__": {}}, Refused())

    error = raised(call)
    last = error.__traceback__
    assert last
    while last.tb_next and last.tb_frame.f_code.co_filename != str(file):
        last = last.tb_next
    last.tb_next = None  # the system's own call has no frame
    assert shortage_of(error) is lacks


def disk(blocks: int, nodes: int = 9, all_nodes: int = 10) -> Callable[[str], Any]:
    return lambda _: SimpleNamespace(f_bavail=blocks, f_frsize=4096, f_files=all_nodes, f_favail=nodes)


def test_only_a_disk_of_the_measurer_that_is_full_is_its_own_failure() -> None:
    assert is_full(".", disk(0))
    assert is_full(".", disk(10_000, nodes=0))
    assert not is_full(".", disk(10_000))
    assert not is_full(".", disk(10_000, nodes=0, all_nodes=0))
    assert not is_full("/nowhere/at/all")


def test_a_device_that_is_full_while_the_disk_is_not_says_something_of_the_system() -> None:
    def fill() -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    assert shortage_of(raised(fill)) is None


def test_a_full_disk_of_the_measurer_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortage, "is_full", lambda _: True)
    error = OSError(errno.ENOSPC, "No space left on device")
    assert shortage_of(error) is MissedReason.NO_SPACE
