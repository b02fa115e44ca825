"""A measurer that stood still has measured that, and not the system."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rtk.clock import SystemClock
from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import MissedReason
from rtk.verify.beat import BEAT_S, LATE_S, Beat
from tests.verify.virtual import VirtualClock
from tests.verify.world import World, experiment, play


class StillClock(VirtualClock):
    """A clock that jumps when told, as it does for whoever stood still meanwhile."""

    def jump(self, seconds: float) -> None:
        self._time += seconds


def test_who_never_stood_still_was_not_paused() -> None:
    clock = VirtualClock()
    beat = Beat(clock)
    beat.start()
    clock.sleep(100.0)
    assert beat.paused_since(0.0) is None


@pytest.mark.parametrize("seconds", [BEAT_S + LATE_S, 3.0, 3600.0])
def test_a_pause_is_known_to_what_was_under_way_and_to_nothing_after_it(seconds: float) -> None:
    clock = StillClock()
    beat = Beat(clock)
    beat.start()
    clock.sleep(1.0)
    began = clock.monotonic()
    clock.jump(seconds)
    assert beat.paused_since(began) == pytest.approx(seconds, abs=BEAT_S), "known before the beat is"
    clock.sleep(1.0)
    assert beat.paused_since(began) == pytest.approx(seconds, abs=BEAT_S + 0.01)
    assert beat.paused_since(clock.monotonic()) is None


def test_a_suspended_machine_stood_still_though_its_clock_did_so_too() -> None:
    clock = VirtualClock()
    beat = Beat(clock)
    beat.start()
    clock.sleep(1.0)
    clock.suspended_s += 600.0
    assert beat.paused_since(1.0) == pytest.approx(600.0, abs=BEAT_S)
    clock.sleep(1.0)
    assert beat.paused_since(1.0) == pytest.approx(600.0, abs=BEAT_S + 0.01)
    assert beat.paused_since(clock.monotonic()) is None


def test_this_machine_knows_how_long_it_was_suspended() -> None:
    first = SystemClock().suspended()
    assert first >= -0.001
    assert SystemClock().suspended() == pytest.approx(first, abs=0.01)


def test_what_was_in_flight_over_a_pause_is_missed_and_what_follows_is_measured(world: World, tmp_path: Path) -> None:
    world.clock = clock = StillClock()

    def took(at: float) -> float:
        if 10.0 < at < 12.0 and clock.monotonic() < 30.0:
            clock.jump(20.0)
        return 0.2

    world.took = took
    plan = Plan(1.0, 60.0, stop_when=StopWhen(deviated_in_a_row=1))
    out = play(tmp_path, experiment(), plan)
    missed = [m for m in out.facts.measurements.of("conditions") if m.outcome == "missed"]
    assert "deviated" not in out.outcomes()
    assert {m.code for m in missed} == {MissedReason.PAUSED}
    assert 18 <= len(missed) <= 22
    assert any(m.reason and m.reason.startswith("the measurer was paused for 2") for m in missed)
    assert out.facts.stopped is None


RUN = """
import sys, time
from tests.verify.stopped import keep
keep(float(sys.argv[1]))
"""


@pytest.mark.parametrize("stop", [signal.SIGSTOP, signal.SIGTSTP], ids=["SIGSTOP", "Ctrl-Z"])
@pytest.mark.parametrize("seconds", [0.7, 1.0, 2.0])
def test_a_stopped_process_misses_what_it_was_at(stop: signal.Signals, seconds: float) -> None:
    command = [sys.executable, "-c", RUN, str(seconds + 3.0)]
    # In a group of its own it has a parent that could let it go on: a group without one is deaf to Ctrl-Z.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], process_group=0
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    threading.Timer(0.8, os.kill, (process.pid, stop)).start()
    threading.Timer(0.8 + seconds, os.kill, (process.pid, signal.SIGCONT)).start()
    told, _ = process.communicate(timeout=seconds + 20.0)
    lines = told.split()
    assert "paused" in lines
    assert not [line for line in lines if line not in ("met", "paused", "late")]
    assert lines[-1] == "met", "what follows is measured again"
