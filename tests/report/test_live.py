import io
import math
import threading
import time

import pytest
from rich.cells import cell_len
from rich.console import Console

from rtk.insight.facts import Threshold
from rtk.report.live import LiveView, Picture
from rtk.verify.progress import Progress, Waiting
from tests.report.samples import HOSTILE

PHASES = ("gate", "baseline", "conditions", "rollbacks", "recovery")


def a_progress(phase: str = "conditions", name: str = "the shop answers") -> Progress:
    progress = Progress(now=lambda: 190.0, started=0.0, title=name, planned=42, spent_per_deviation=10 / 4320)
    progress.threshold = Threshold(upper=6000, unit="ms")
    progress.begin(phase, ends=None if phase == "gate" else 300.0)
    progress.phase_started, progress.run_ends, progress.activity = 62.0, 433.0, name
    for k in range(240):
        progress.measured("missed" if k % 40 == 9 else "met", 3000 + 2000 * math.sin(k))
    progress.measured("deviated", 6400.0)
    for _ in range(6):
        progress.event(name)
    return progress


def console(width: int = 100, encoding: str = "utf-8", raw: io.BytesIO | None = None) -> Console:
    file = io.TextIOWrapper(raw or io.BytesIO(), encoding=encoding, write_through=True)
    return Console(file=file, width=width, force_terminal=raw is not None, legacy_windows=False)


def drawn(progress: Progress, width: int = 100, encoding: str = "utf-8") -> str:
    screen = console(width, encoding)
    with screen.capture() as captured:
        screen.print(Picture(progress))
    return captured.get()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("width", [20, 60, 100, 200])
def test_every_phase_is_drawn_within_the_width(phase: str, width: int) -> None:
    text = drawn(a_progress(phase), width)
    assert "cannot be drawn" not in text
    assert phase in text
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_counts_time_left_and_budget_are_shown_but_no_verdict() -> None:
    text = drawn(a_progress())
    for told in ("met 234", "deviated 1", "missed 6", "of 42 slots", "2:08 of 3:58", "4:03 left", "0.23 %"):
        assert told in text
    for judgement in ("pass", "fail", "inconclusive"):
        assert judgement not in text


def test_a_run_that_has_just_begun_is_drawn() -> None:
    text = drawn(Progress(now=lambda: 1.0, started=0.0))
    assert "gate" in text
    assert "cannot be drawn" not in text


def test_what_is_waited_for_is_said_once_the_phases_time_is_over() -> None:
    progress = a_progress()
    progress.waiting = lambda: Waiting(18, 29.2)
    assert "waiting for" not in drawn(progress)
    progress.phase_ends = 180.0
    assert "waiting for 18 answers under way, at most 30 s" in drawn(progress)
    progress.waiting = lambda: Waiting(1, 0.0)
    assert "waiting for 1 answer under way" in drawn(progress)
    progress.waiting = Waiting
    assert "waiting for" not in drawn(progress)


def test_stopping_is_said() -> None:
    progress = a_progress()
    progress.stopping = "Ctrl-C"
    assert "stopping: Ctrl-C" in drawn(progress)


def test_hostile_names_are_inert() -> None:
    text = drawn(a_progress(name=HOSTILE), 80)
    assert "\x1b[31m" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_ascii_terminals_get_ascii() -> None:
    assert drawn(a_progress(), encoding="ascii").isascii()


def test_a_progress_that_breaks_does_not_break_the_run() -> None:
    def broken() -> float:
        raise RuntimeError("no clock")

    progress = a_progress()
    progress.now = broken
    assert "the run goes on" in drawn(progress)


def test_the_view_refreshes_by_itself_and_leaves_no_thread() -> None:
    raw = io.BytesIO()
    view = LiveView(a_progress(), console(raw=raw))
    before = threading.active_count()
    view.start()
    deadline = time.monotonic() + 60
    while raw.getvalue().count(b"of 42 slots") < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    view.stop()
    view.stop()
    assert raw.getvalue().count(b"of 42 slots") >= 3
    assert threading.active_count() == before


def test_stopping_a_view_that_never_started_is_no_error() -> None:
    LiveView(a_progress(), console()).stop()


def test_one_picture_is_cheap() -> None:
    progress, screen = a_progress(), console()
    spent = []
    for _ in range(20):
        began = time.thread_time()
        with screen.capture():
            screen.print(Picture(progress))
        spent.append(time.thread_time() - began)
    assert sorted(spent)[10] < 0.05
