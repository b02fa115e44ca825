"""A team that has been at work for a month: runs of every verdict and state, told entry by entry as runs tell them."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.utils.timezone import now

from rtk.console.store.insights import keep
from rtk.console.store.models import Event, Execution, Run
from rtk.experiment.mend import mend
from tests.console.live import Live, Machine

TUTORIAL = Path(__file__).parents[2] / "tutorial" / "verification-ec2-responds-processor-load.json"
EVERY, LONG, AROUND = 10.0, 300.0, 60.0
ONSET, UNDO, BETWEEN = 20.0, 30.0, ("onset", "undo")
PLAN = {
    "frequency_s": EVERY,
    "duration_s": LONG,
    "warm_up_s": AROUND,
    "cool_down_s": AROUND,
    "objective": {"target": 0.95, "window_s": 86400.0, "name": "EC2 instance should respond within 6 seconds"},
    "occurs": {"times": 2.0, "per_s": 30 * 86400.0, "lasts_s": 1200.0, "allowance": 1.0, "strict": False},
}


@dataclass(frozen=True)
class Story:
    """What a run went through: how often it deviated while the condition lasted, and how it ended.

    `slow` is the share of slow answers during the conditions; `until` breaks the telling off (seconds); `missing` slots
    are missed; `condition` and `rollback` are what failed, if anything.
    """

    key: str
    days_ago: float
    slow: float = 0.0
    until: float | None = None
    state: str = "ended"
    missing: int = 0
    condition: str | None = None
    rollback: str | None = None
    stopped: str | None = None
    long: float = LONG


STORIES = (
    Story("steady", 26.2),
    Story("slow", 21.4, slow=0.45),
    Story("gaps", 17.1, slow=0.1, missing=9),
    Story("never-began", 13.6, condition="aws: command not found"),
    Story("long", 9.3, slow=0.004, long=3000.0),
    Story("stopped", 6.5, slow=0.2, until=210.0, stopped="asked for on the console"),
    Story("left-behind", 2.2, slow=0.3, rollback="the process exited with 255: Invalid CommandId"),
    Story("abandoned", 3.4, slow=0.1, until=150.0, state="abandoned"),
    Story("lost", 0.02, slow=0.1, until=190.0, state="lost contact"),
    Story("latest", 0.1, slow=0.2),
    Story("running", 0.0, slow=0.2, until=200.0, state="running"),
)


def experiment() -> dict[str, Any]:
    """The tutorial's verification as it is published, mended."""
    document: dict[str, Any] = json.loads(mend(TUTORIAL.read_text(), TUTORIAL.name).text)
    return document


def told(live: Live, machine: Machine, story: Story, document: dict[str, Any]) -> str:
    """A run told through the API, dated back to when the story says; its id."""
    run = str(uuid4())
    plan = {**PLAN, "duration_s": story.long}
    path = f"{live.runs(document['extensions'][0]['verification']['id'])}/{run}"
    given = {"plan": plan, "experiment": document, "client": {"name": "rtk", "version": "0.1.0", "host": "laptop"}}
    machine("PUT", path, json=given).raise_for_status()
    began = now() - timedelta(days=story.days_ago) - timedelta(seconds=story.until or 0)
    lines = [
        {"n": number, **entry} for number, entry in enumerate(entries(run, plan, story, document, began.timestamp()))
    ]
    machine("POST", f"{path}/record", json={"from": 0, "entries": lines}).raise_for_status()
    if story.until is None or story.stopped:
        machine("POST", f"{path}/end", json={"journal": {"status": "completed"}}).raise_for_status()
    dated(UUID(run), story, began, lines[-1]["t"])
    return run


def dated(key: UUID, story: Story, began: Any, length: float) -> None:
    """Date a run and what is told of it back; runs that broke off were heard of last when they did."""
    run = Run.objects.select_related("execution").get(id=key)
    over = began + timedelta(seconds=length)
    run.created_at, run.due_at = began, began + timedelta(seconds=2 * AROUND + story.long)
    run.heard_at = now() + timedelta(hours=1) if story.state == "running" else over
    if story.state == "lost contact":
        run.heard_at, run.due_at = now() - timedelta(minutes=2), now() + timedelta(hours=1)
    if run.ended_at:
        run.ended_at = over
    if story.state == "abandoned":
        run.state = "abandoned"
    run.save()
    if story.state in ("ended", "abandoned"):
        keep(run)
    ended = {"ended_at": over} if run.ended_at else {}
    Execution.objects.filter(id=run.execution_id).update(created_at=began, **ended)
    of_it = Event.objects.filter(
        subject__in=[run.id, run.verification_id], created_at__gte=now() - timedelta(minutes=5)
    )
    of_it.filter(kind__startswith="verification.").update(created_at=began)


def entries(
    run: str, plan: dict[str, Any], story: Story, document: dict[str, Any], at: float
) -> Iterator[dict[str, Any]]:
    """The entries of a run, up to where it broke off."""
    whole = sorted(_whole(run, plan, story, document, at), key=lambda entry: entry["t"])
    for entry in whole:
        if story.until is None or entry["t"] <= story.until:
            yield entry
    if story.stopped:
        yield {"t": story.until, "kind": "event", "text": story.stopped}
        yield _end(float(story.until or 0) + 1, story.stopped)


def _whole(
    run: str, plan: dict[str, Any], story: Story, document: dict[str, Any], at: float
) -> Iterator[dict[str, Any]]:
    chance = random.Random(story.key)
    onset, begun = AROUND, AROUND + ONSET
    undone = begun + story.long
    head = {"t": 0.0, "kind": "run", "version": 2, "run": run, "at": at, "title": document["title"], "plan": plan}
    yield {**head, "threshold": {"lower": None, "upper": 6000.0, "unit": "ms"}, "experiment": document}
    yield {"t": 0.01, "kind": "hypothesis", "which": "before", "met": True, "reason": None, "probes": []}
    phases = (
        ("baseline", 0.02, AROUND),
        ("onset", onset, ONSET),
        ("conditions", begun, story.long),
        ("undo", undone, UNDO),
        ("recovery", undone + UNDO, AROUND),
    )
    for phase, start, length in phases:
        planned = round(length / EVERY)
        known = 0 if phase in BETWEEN else planned
        yield {"t": start, "kind": "phase", "phase": phase, "state": "started", "planned": known}
        yield from _measured(phase, start, planned, story, chance)
        yield {"t": start + length, "kind": "phase", "phase": phase, "state": "ended", "planned": planned}
    yield from _activity("condition", document["method"][0]["name"], onset + 0.1, ONSET - 4, story.condition)
    yield {"t": undone + 0.1, "kind": "rollbacks", "state": "started", "reason": None}
    yield from _activity("rollback", document["rollbacks"][0]["name"], undone + 0.2, 1.2, story.rollback)
    yield {"t": undone + UNDO, "kind": "rollbacks", "state": "ended", "reason": None}
    yield _end(undone + UNDO + AROUND + 0.5, None, story.condition and document["method"][0]["name"])


def _measured(phase: str, start: float, planned: int, story: Story, chance: random.Random) -> Iterator[dict[str, Any]]:
    lost = set(range(5, 5 + story.missing)) if phase == "conditions" else set()
    for slot in range(planned):
        due, missed = start + slot * EVERY, slot in lost
        slow = (phase in BETWEEN and story.slow) or (phase == "conditions" and slot and chance.random() < story.slow)
        value = None if missed else round(chance.gauss(6900, 350) if slow else chance.gauss(4100, 600), 3)
        ended = due + (value or 0) / 1000
        outcome = "missed" if missed else "deviated" if value is not None and value > 6000 else "met"
        reason = {
            "missed": "as many measurements were under way as may be at once (32)",
            "deviated": f"{value} ms, expected at most 6000 ms",
        }.get(outcome)
        span = {"started": None if missed else due, "ended": None if missed else ended}
        probes = [{"output": value, "status": "succeeded", "tolerance_met": outcome == "met"}]
        yield {
            "t": ended + 0.01,
            "kind": "measurement",
            "phase": phase,
            "slot": slot,
            "due": due,
            **span,
            "outcome": outcome,
            "value": value,
            "reason": reason,
            "probes": [] if missed else probes,
        }


def _activity(role: str, name: str, at: float, took: float, failure: str | None) -> Iterator[dict[str, Any]]:
    yield {"t": at, "kind": "intent", "role": role, "index": 0, "name": name}
    by_hand = {"by_hand": "aws ssm cancel-command --command-id $(cat CommandId.info)"} if role == "rollback" else {}
    run = {"status": "failed" if failure else "succeeded", "output": {"status": 0, "stdout": "", "stderr": ""}}
    yield {
        "t": at + took,
        "kind": "activity",
        "role": role,
        "index": 0,
        "name": name,
        "run": run,
        "failure": failure,
        **by_hand,
    }


def _end(at: float, stopped: str | None, invalid: str | None = None) -> dict[str, Any]:
    status = "interrupted" if stopped else "completed"
    end = {"t": at, "kind": "end", "status": status, "deviated": False, "stopped": stopped}
    return {**end, "signal": None, "invalid": invalid}


def filled(live: Live) -> dict[str, str]:
    """Fill the team Shop: the id of the run of each story."""
    machine, document = live.machine(), experiment()
    machine("POST", f"{live.team}/verifications", json=_other(document)).raise_for_status()
    ids = {story.key: told(live, machine, story, document) for story in STORIES}
    made = Event.objects.filter(kind__in=("objective.created", "experiment.imported", "verification.created"))
    made.update(created_at=now() - timedelta(days=STORIES[0].days_ago + 1))
    return ids


def _other(document: dict[str, Any]) -> dict[str, Any]:
    bare = {key: value for key, value in document.items() if key != "extensions"}
    promise = {"name": "Checkout is up", "target": 0.999, "window": 2_592_000, "tags": ["service:checkout"]}
    plain = {**bare, "title": "Checkout stays up while a pod is gone", "tags": ["service:checkout", "kubernetes"]}
    return {"name": plain["title"], "experiment": plain, "objective": promise, "frequency": 5, "duration": 600}
