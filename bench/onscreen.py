"""A measurement of `chaos verify`, from when it was taken until it is on the screen of somebody who watches."""

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Page

from bench import command, truth
from bench.browsers import opened
from bench.chart import PATIENCE_MS, page_of
from bench.command import CommandFailed
from bench.consoles import Console
from bench.consoles import console as serving
from bench.experiments import timed
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting
from bench.slowed import known, told_of
from rtk.verify.record import entry_of, slot_of

EVERY_S, MOST_S = 0.1, 1.0
BEGIN_S = 60.0  # until the page shows the run, at most
MEASURED = b'"kind":"measurement"'
# Each entry's number and when the frame after it was on the screen, in milliseconds since the epoch.
WATCH = """
() => {
  window.seen = [];
  const chart = document.getElementById('chart');
  new MutationObserver(() => {
    const upto = Number(chart.dataset.shown);
    requestAnimationFrame(() => setTimeout(() => window.seen.push([upto, Date.now()])));
  }).observe(chart, { attributeFilter: ['data-shown'] });
}
"""


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(20, 3)
    sitting.asks(
        f"a measurement of `chaos verify`, 10 a second and watched for {seconds:g} s, publishing to a console on this "
        "machine: from its end until it is on the page in Chromium, p95",
        f"≤ {MOST_S:g} s",
    )
    with truth.serving() as server, serving(shared=sitting.quick) as console, opened(console) as page:
        found = sitting.interleaved({"onscreen": lambda: _watched(console, page, server, seconds)})["onscreen"]
    p95 = spread(found, "p95 s")
    return sitting.row(
        f"{p95.tell(' s')}; p50 {spread(found, 'p50 s').tell(' s')}, {spread(found, 'unseen').median:.0f} not seen",
        p95.median <= MOST_S and spread(found, "unseen").high == 0,
    )


def _watched(console: Console, page: Page, server: truth.Truth, seconds: float) -> Figures:
    """A run that goes on until its page has been watched for so long, however late the page opened."""
    kept: dict[str, bytes] = {}
    watched = threading.Event()

    def look(process: int, state: Path) -> None:
        kept.update({path.stem: path.read_bytes() for path in command.records(state)})
        if watched.is_set():
            watched.clear()  # a second signal would cut the end of the run short
            os.kill(process, signal.SIGINT)

    def verify() -> None:
        with known(told_of(console)):
            command.verify(timed(server.url("/wait/20"), EVERY_S, BEGIN_S + seconds), look, interrupted=True)

    verifying = threading.Thread(target=verify)
    verifying.start()
    try:
        _open(page, console, kept)
        opened_at = time.time()
        page.wait_for_timeout(1000 * seconds)
        watched.set()
        while verifying.is_alive():
            page.wait_for_timeout(100)
        seen: list[tuple[int, int]] = page.evaluate("window.seen")
    finally:
        watched.set()
        verifying.join()
    return _late(next(iter(kept.values())), seen, opened_at)


def _open(page: Page, console: Console, kept: Mapping[str, bytes]) -> None:
    """Open the page of the run as soon as the console has one."""
    until = time.monotonic() + BEGIN_S
    while time.monotonic() < until:
        answer = page.goto(page_of(console, next(iter(kept))), timeout=PATIENCE_MS) if kept else None
        if answer and answer.ok:
            page.wait_for_selector("#chart[data-ready]", timeout=PATIENCE_MS)
            page.evaluate(WATCH)
            return
        page.wait_for_timeout(50)
    raise CommandFailed("the console does not hear of the run")


def _late(record: bytes, seen: Sequence[tuple[int, int]], opened_at: float) -> Figures:
    """From each measurement's end, as its record has it, to the first frame that showed it or a later one.

    What ended before the page was open, or too late for the last batch before the run's end, is not asked about.
    """
    lines = record.splitlines(keepends=True)
    head = entry_of(lines[0]) or {}
    began = float(head["monotonic"]) + time.time() - time.monotonic()
    slots = [slot for slot in map(slot_of, (line for line in lines if MEASURED in line[:80])) if slot and slot.ended]
    late, unseen, last = list[float](), 0, max((upto for upto, _ in seen), default=-1)
    for slot in slots:
        ended = began + (slot.ended or 0.0)
        if ended < opened_at or slot.n > last:
            continue
        shown = next((at for upto, at in seen if upto >= slot.n), None)
        unseen += shown is None
        late += [] if shown is None else [shown / 1000 - ended]
    if not late:
        raise CommandFailed("no measurement was seen on the page")
    return {"p95 s": percentile(late, 95), "p50 s": percentile(late, 50), "seen": len(late), "unseen": unseen}
