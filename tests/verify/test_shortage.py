"""What the measurer lacks is missed, never deviated: told from errors however they are wrapped."""

import errno
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pycurl
import pytest
import requests
import urllib3
from chaoslib.exceptions import ActivityFailed

from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import MissedReason
from rtk.verify.shortage import shortage_of
from tests.verify import world as module
from tests.verify.world import World, experiment, play, probe

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


def test_a_process_that_cannot_be_forked_is_a_lack_of_processes() -> None:
    def fail() -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    error = raised(fail)
    assert shortage_of(error) is None
    code = compile("def fork(): raise BlockingIOError(11, 'Resource temporarily unavailable')", "subprocess.py", "exec")
    space: dict[str, Any] = {"__name__": "subprocess"}
    exec(code, space)
    assert shortage_of(raised(space["fork"])) is MissedReason.NO_THREADS


lacks: list[BaseException] = []


def short() -> float:
    """A probe of a service that is well, for which the measurer lacks something once its gate is open."""
    if lacks and module.world.clock.monotonic() > 5.0:
        raise lacks[0]
    return 1.0


@pytest.fixture
def lacking() -> Iterator[list[BaseException]]:
    lacks.clear()
    yield lacks
    lacks.clear()


def tells_short(name: str = "short") -> dict[str, Any]:
    provider = {"type": "python", "module": "tests.verify.test_shortage", "func": "short"}
    return {**probe(), "name": name, "provider": provider}


@pytest.mark.parametrize(("error", "code"), LACKING, ids=repr)
def test_a_slot_for_which_the_measurer_lacked_something_is_missed(
    world: World, tmp_path: Path, lacking: list[BaseException], error: BaseException, code: MissedReason
) -> None:
    lacking.append(error)
    plan = Plan(1.0, 20.0, stop_when=StopWhen(deviated_in_a_row=2))
    out = play(tmp_path, experiment([tells_short()]), plan)
    assert "deviated" not in out.outcomes()
    missed = [m for m in out.facts.measurements.of("conditions") if m.outcome == "missed"]
    assert {m.code for m in missed} == {code}
    assert len(missed) >= 14
    assert all("short: " in str(m.reason) for m in missed)
    assert out.facts.stopped is None


def test_what_deviated_beside_a_lack_has_deviated(world: World, tmp_path: Path, lacking: list[BaseException]) -> None:
    lacking.append(OSError(errno.EMFILE, "Too many open files"))
    world.took = lambda at: 5.0 if at > 5 else 0.1
    out = play(tmp_path, experiment([tells_short(), probe()]), Plan(10.0, 30.0))
    assert out.outcomes() == ["met", "deviated", "deviated"]
    reason = next(m.reason for m in out.facts.measurements if m.outcome == "deviated")
    assert reason is not None
    assert reason.startswith("response_ms: ")


AT_THE_LIMIT = """
import os, resource, sys
from chaoscloud.probes.http import time_http_call
from chaoslib.activity import run_activity
from rtk.verify.shortage import shortage_of

url, free = sys.argv[1], int(sys.argv[2])
time_http_call(url)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for _ in range(free):
    os.close(held.pop())
held.append(None)
http = {"type": "probe", "name": "x", "provider": {"type": "http", "url": url, "timeout": 3}}
process = {"type": "probe", "name": "x", "provider": {"type": "process", "path": "true"}}
names = url.replace("127.0.0.1", "localhost")
for call in (
    lambda: [time_http_call(url, timeout=3) for _ in range(3)],
    lambda: [time_http_call(names, timeout=3) for _ in range(3)],
    lambda: run_activity(http, {}, {}),
    lambda: run_activity(process, {}, {}),
):
    try:
        call()
        print("answered")
    except BaseException as error:
        print(shortage_of(error))
"""


@pytest.mark.parametrize("free", range(6))
def test_at_the_limit_of_descriptors_nothing_deviates(target: Any, free: int) -> None:
    server = target(lambda _: 0.0)
    found = subprocess.run(
        [sys.executable, "-c", AT_THE_LIMIT, server.url, str(free)], capture_output=True, text=True, check=False
    )
    assert found.stderr == ""
    assert set(found.stdout.split()) <= {"answered", "no-descriptors"}
    assert len(found.stdout.split()) == 4
    if free == 0:
        assert "answered" not in found.stdout


def test_a_service_that_refuses_deviates_also_close_to_no_limit() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft > 64
    from chaoscloud.probes.http import time_http_call

    error = raised(lambda: time_http_call("http://127.0.0.1:1/"))
    assert shortage_of(error) is None
