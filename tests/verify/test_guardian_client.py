"""A run that makes no progress ends itself, and a guardian that cannot be reached is replaced."""

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtk.verify.guardian_client import REPLACED, STUCK_BEATS, GuardianClient, GuardianProcess, Stuck
from rtk.verify.pulse import Pulse


def test_a_run_is_stuck_after_sixty_beats_without_progress_within_a_phase() -> None:
    stuck = Stuck()
    assert not any(stuck.beat(None) for _ in range(500)), "nothing is expected"
    assert not any(stuck.beat(Pulse(count)) for count in range(500)), "it moves"
    beats = [stuck.beat(Pulse(7)) for _ in range(STUCK_BEATS + 1)]
    assert beats == [False] * STUCK_BEATS + [True]


def test_a_run_that_undoes_has_as_long_as_that_may_take_besides() -> None:
    stuck = Stuck()
    assert not any(stuck.beat(Pulse(0, 30.0)) for _ in range(STUCK_BEATS + 30))
    assert not stuck.beat(Pulse(1, 30.0)), "a rollback has ended"
    beats = [stuck.beat(Pulse(1, 30.0)) for _ in range(STUCK_BEATS + 30)]
    assert beats == [False] * (STUCK_BEATS + 29) + [True]


@pytest.fixture
def undone(tmp_path: Path) -> Path:
    """The file that a guardian makes which takes the run for dead."""
    return tmp_path / "undone"


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def guarded(undone: Path, notices: list[str]) -> Iterator[GuardianClient]:
    """This process, guarded."""
    client = GuardianClient(["sh", "-c", f"cat > {undone}"], lambda: b"secret", 60.0, notices.append)
    client.ready()
    yield client
    client.goodbye()
    client._guardian.process.wait(10)


def test_a_guardian_whose_pipe_somebody_closed_is_replaced(
    guarded: GuardianClient, undone: Path, notices: list[str]
) -> None:
    first = guarded._guardian
    os.close(first._in)
    guarded.tell(b"line")
    assert first.is_gone()
    assert not guarded._guardian.is_gone()
    assert notices == [REPLACED]
    assert not undone.exists()


def test_what_a_guardian_is_told_goes_into_no_other_file(guarded: GuardianClient, tmp_path: Path) -> None:
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    number = guarded._guardian._in
    os.dup2(other, number)
    guarded.tell(b"line")
    assert os.fstat(number).st_size == 0, "and it is left open"
    for each in (number, other):
        os.close(each)


def test_a_guardian_that_cannot_be_told_of_the_end_takes_it_for_no_death(guarded: GuardianClient, undone: Path) -> None:
    os.close(guarded._guardian._in)
    began = time.monotonic()
    guarded.goodbye()
    assert guarded._guardian.is_gone()
    assert time.monotonic() - began < 5.0, "it is not waited for"
    assert not undone.exists()


def test_a_guardian_is_ready_also_where_its_pipes_have_large_numbers() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(2048, before[0]), before[1]))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        guardian = GuardianProcess(["true"], 60.0)
        guardian.send(b"K" + bytes(8))
        assert guardian.is_ready()
        guardian.leave()
    finally:
        for number in taken:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_guardian_that_cannot_be_started_takes_no_descriptor() -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    with pytest.raises(ValueError, match="null"):
        GuardianProcess(["\0"], 60.0)
    assert sorted(Path("/proc/self/fd").iterdir()) == before
