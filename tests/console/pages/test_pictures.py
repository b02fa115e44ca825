"""The run that the documentation shows and reads out, on its page. RTK_SCREENSHOTS keeps its picture, too."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils.timezone import now
from playwright.sync_api import Browser, expect

from rtk.experiment.mend import mend
from tests.console.live import Live
from tests.console.pages.browser import Screen, context, watched

PICTURES = os.environ.get("RTK_SCREENSHOTS")
ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "tests" / "tutorial" / "verification-ec2-responds-processor-load.json"
SIZE = (1280, 1730)
EVERY = 10.0
VALUES: dict[str, tuple[int, ...]] = {
    "baseline": (1500, 5720, 4850, 3950, 5650, 4900),
    "conditions": (
        *(5050, 3470, 2600, 5270, 2710, 4660, 3280, 4420, 2700, 6760, 4990, 6890, 7710, 8150, 5010),
        *(6640, 4960, 7340, 3510, 5210, 3180, 6280, 5180, 5400, 2230, 6480, 4720, 5420, 4760, 3310),
    ),
    "recovery": (5560, 1340, 4940, 2790, 5260, 4110),
}
BEGAN = {"baseline": 0.0, "conditions": 60.0, "undo": 360.0, "recovery": 372.0, "end": 436.0}


def entries(run: str, document: dict[str, Any], at: float) -> Iterator[dict[str, Any]]:
    """The record of the run, in the order of what happened."""
    promise = {"target": 0.95, "window_s": 86_400.0, "name": "EC2 instance should respond within 6 seconds"}
    whole = {"frequency_s": EVERY, "duration_s": 300.0, "warm_up_s": 60.0, "cool_down_s": 60.0, "objective": promise}
    head = {"version": 2, "run": run, "at": at, "title": document["title"], "plan": {**whole, "outage_lasts_s": 30.0}}
    threshold = {"lower": None, "upper": 6000.0, "unit": "ms"}
    told = [{"t": 0.0, "kind": "run", **head, "threshold": threshold, "experiment": document}]
    told.append({"t": 0.0, "kind": "hypothesis", "which": "before", "met": True, "reason": None, "probes": []})
    for phase, values in VALUES.items():
        began, ended = BEGAN[phase], BEGAN[phase] + len(values) * EVERY
        told.append({"t": began, "kind": "phase", "phase": phase, "state": "started", "planned": len(values)})
        told += [_measurement(phase, slot, began + slot * EVERY, value) for slot, value in enumerate(values)]
        told.append({"t": ended, "kind": "phase", "phase": phase, "state": "ended", "planned": len(values)})
    told += _activity("condition", document["method"][0]["name"], BEGAN["conditions"] + 0.1, 0.8)
    told.append({"t": BEGAN["undo"] + 0.1, "kind": "rollbacks", "state": "started", "reason": None})
    told += _activity("rollback", document["rollbacks"][0]["name"], BEGAN["undo"] + 0.2, 10.6)
    told.append({"t": BEGAN["undo"] + 11, "kind": "rollbacks", "state": "ended", "reason": None})
    told.append({"t": BEGAN["end"], "kind": "end", "status": "completed", "deviated": True, "stopped": None})
    yield from ({"n": n, **each} for n, each in enumerate(sorted(told, key=lambda each: float(each["t"]))))


def _measurement(phase: str, slot: int, due: float, value: int) -> dict[str, Any]:
    met, ended = value <= 6000, due + value / 1000
    span = {"slot": slot, "due": due, "started": due, "ended": ended, "value": float(value), "probes": []}
    outcome = {"outcome": "met" if met else "deviated", "reason": None if met else f"{value} ms, expected 6000 ms"}
    return {"t": ended, "kind": "measurement", "phase": phase, **span, **outcome}


def _activity(role: str, name: str, at: float, took: float) -> list[dict[str, Any]]:
    same = {"role": role, "index": 0, "name": name}
    return [
        {"t": at, "kind": "intent", **same},
        {"t": at + took, "kind": "activity", **same, "run": {"status": "succeeded"}, "failure": None},
    ]


def told(site: Live) -> str:
    """The run as its machine tells it; its id."""
    machine, run = site.machine(), str(uuid4())
    document = json.loads(mend(TUTORIAL.read_text(encoding="utf-8"), TUTORIAL.name).text)
    document["method"][0]["name"] = "inject-cpu"
    lines = list(entries(run, document, now().timestamp() - BEGAN["end"]))
    path = f"{site.runs(document['extensions'][0]['verification']['id'])}/{run}"
    given = {"plan": lines[0]["plan"], "experiment": document, "client": {"name": "rtk", "version": "0.1.0"}}
    machine("PUT", path, json=given).raise_for_status()
    machine("POST", f"{path}/record", json={"from": 0, "entries": lines}).raise_for_status()
    machine("POST", f"{path}/end", json={"journal": {"status": "completed"}}).raise_for_status()
    return run


def test_the_page_of_the_run_that_the_tutorial_shows_says_what_the_tutorial_reads_out_of_it(
    site: Live, browser: Browser
) -> None:
    site.world.shop.name, site.world.member.name = "Web", "Alice"
    site.world.shop.save()
    site.world.member.save()
    run = told(site)
    with (
        context(browser, site.url, site.world.owner, size=SIZE) as made,
        watched(Screen(made.new_page(), site.url)) as screen,
    ):
        page = screen.open(f"/acme/shop/insights/{run}")
        page.locator("#chart[data-ready]").wait_for()
        good = "22 of 30 measurements were good in this run: allowing for chance, at most 86.0 % of its time"
        for text in (good, "1.85 % of the budget"):
            expect(page.locator(".verdict")).to_contain_text(text)
        expect(page.locator(".answers")).to_contain_text("Not certain")
        expect(page.locator("[data-name=burn_rate]")).to_contain_text("5.3 ×")
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / "insight.png")
