"""The chart of a run of a hundred thousand measurements, in a real Chromium: how soon one can use it."""

from playwright.sync_api import Page

from bench.browsers import opened
from bench.consoles import Console
from bench.consoles import console as serving
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

MOST_S, SMOOTH_MS = 1.0, 100.0
BATCH = 10_000
STEPS = 10
PATIENCE_MS = 60_000
# From the page's beginning until its chart is drawn and the browser is free again: then it answers to the first key.
READY = """
() => new Promise((done) => {
  const look = () => document.querySelector('#chart[data-ready]')
    ? setTimeout(() => done(performance.now() / 1000)) : requestAnimationFrame(look);
  look();
})
"""
ZOOMED = """
(steps) => new Promise((done) => {
  const chart = document.getElementById('chart');
  const took = [];
  const step = () => {
    if (took.length === steps) return done(Math.max(...took));
    const began = performance.now();
    chart.dispatchEvent(new KeyboardEvent('keydown', { key: took.length < steps / 2 ? '+' : '-', bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => { took.push(performance.now() - began); step(); }));
  };
  step();
})
"""


def run(sitting: Sitting) -> Row:
    """The row."""
    count = int(sitting.either(100_000, 4_000))
    sitting.asks(
        f"the page of a run of {count:,} measurements in Chromium, from its address until its chart can be used; the "
        "longest step of zooming",
        f"≤ {MOST_S:g} s; ≤ {SMOOTH_MS:g} ms",
    )
    with serving(shared=sitting.quick) as console:
        address = _run_of(console, count)
        with opened(console) as page:
            _shown(page, address)  # what is loaded once is loaded
            found = sitting.interleaved({"chart": lambda: _shown(page, address)})["chart"]
    ready, step = spread(found, "s"), spread(found, "step ms")
    return sitting.row(
        f"{ready.tell(' s')}; {step.tell(' ms', 0)}", ready.median <= MOST_S and step.median <= SMOOTH_MS
    )


def _shown(page: Page, address: str) -> Figures:
    page.goto("about:blank")
    page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    ready = float(page.evaluate(READY))
    return {"s": ready, "step ms": float(page.evaluate(ZOOMED, STEPS))}


def _run_of(console: Console, count: int) -> str:
    """The address of the page of a run that has so many measurements and has ended."""
    path = console.run()
    for first in range(0, count, BATCH):
        entries = [measured(slot) for slot in range(first, min(count, first + BATCH))]
        console.call("POST", f"{path}/record", {"from": first, "entries": entries})
    end = {"t": count / 10, "kind": "end", "status": "completed"}
    console.call("POST", f"{path}/record", {"from": count, "entries": [end]})
    console.call("POST", f"{path}/end", {"journal": {"status": "completed"}})
    return page_of(console, path)


def page_of(console: Console, path: str) -> str:
    """The address of a run's page."""
    (org,) = console.call("GET", "/api/v1/organizations")
    return f"{console.url}/{org['id']}/{org['teams'][0]['id']}/insights/{path.rpartition('/')[2]}"


def measured(slot: int) -> dict[str, object]:
    """A measurement whose value goes up and down; one in fifty deviates, one in two hundred was missed."""
    due, value = slot / 10, 300 + (slot * 7919) % 400 + 200 * ((slot // 5000) % 2)
    outcome = "missed" if slot % 200 == 7 else "deviated" if slot % 50 == 3 else "met"
    told = {"kind": "measurement", "phase": "conditions", "slot": slot, "outcome": outcome}
    if outcome == "missed":
        return {**told, "t": due, "due": due, "started": None, "ended": None, "value": None, "reason": "no slot free"}
    late = value + 900 * (outcome == "deviated")
    return {
        **told,
        "t": due + 0.3,
        "due": due,
        "started": due,
        "ended": due + late / 1000,
        "value": late,
        "reason": None,
    }
