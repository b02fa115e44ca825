"""Runs as they lie in the store, put there without telling them call by call."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.test import Client

from rtk.console.people.models import Team, User
from rtk.console.store import runs
from rtk.console.store.insights import keep
from rtk.console.store.intake import OUTCOME_CODES, PHASE_CODES
from rtk.console.store.models import Measurement, RecordEntry, Run, Verification
from tests.console.live import EXPERIMENT, PLAN, verification, whole_record
from tests.console.people.world import World, signed_in

UNDOING = [
    {"t": 310.0, "kind": "rollbacks", "state": "started", "reason": None},
    {"t": 311.0, "kind": "intent", "role": "rollback", "index": 0, "name": "stop-cpu"},
    {"t": 319.0, "kind": "activity", "role": "rollback", "index": 0, "name": "stop-cpu", "run": {}, "failure": None},
    {"t": 320.0, "kind": "rollbacks", "state": "ended", "reason": None},
]
NOT_UNDONE = [
    *UNDOING[:2],
    {**UNDOING[2], "failure": "it exited with 1", "tries": 3, "by_hand": "pkill stress"},
    UNDOING[3],
]
PUBLISHED = [{2: "missed"}.get(k % 3, "deviated" if k in (3, 7, 12, 18) else "met") for k in range(30)]


def a_run(world: World, team: Team | None = None, key: str = "", **plan: Any) -> Run:
    """A run that has begun, in the team Shop unless another is named; `key` names its verification's file."""
    key = key or f"file-{uuid4()}"
    into = team or world.shop
    return runs.create(into, world.member, key, uuid4(), {**PLAN, **plan}, verification(key), {"rtk": "0.1.0"})[0]


def told(run: Run, entries: Iterable[dict[str, Any]]) -> Run:
    """Put entries into a run's place in the store; one that ends it ends it."""
    kept = list(entries)
    rows = [(n, each) for n, each in enumerate(kept)]
    Measurement.objects.bulk_create(_measurement(run, n, each) for n, each in rows if each["kind"] == "measurement")
    RecordEntry.objects.bulk_create(
        RecordEntry(run_id=run.id, n=n, day=run.day, t=each["t"], kind=each["kind"], body={"n": n, **each})
        for n, each in rows
        if each["kind"] != "measurement"
    )
    run.next = len(kept)
    end = next((each for each in kept if each["kind"] == "end"), None)
    if end:
        run.state, run.status, run.ended_at = "ended", end["status"], run.created_at
    run.save()
    if end:
        keep(run)
    return run


def _measurement(run: Run, n: int, each: dict[str, Any]) -> Measurement:
    same = {key: each[key] for key in ("t", "slot", "due", "started", "ended", "value", "reason", "probes")}
    codes = {"phase": PHASE_CODES[each["phase"]], "outcome": OUTCOME_CODES[each["outcome"]]}
    return Measurement(run_id=run.id, n=n, day=run.day, **same, **codes)


def ended(world: World, outcomes: list[str] | None = None, more: Iterable[dict[str, Any]] = (), **how: Any) -> Run:
    """A run that has ended, with these measurements (all met) and these entries before its end."""
    run = a_run(world, **how)
    *before, end = whole_record(str(run.id), ["met"] * 30 if outcomes is None else outcomes)
    return told(run, [*before, *more, end])


def text_of(browser: Client, path: str, status: int = 200) -> str:
    """A page's text, one space where there is white space."""
    answer = browser.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def hostile(world: World, name: str = HOSTILE) -> Run:
    """A run in which everything that has a name has this one."""
    run = a_run(world)
    document = {**EXPERIMENT, "title": name, "tags": [name]}
    record = whole_record(str(run.id), ["met", "deviated", "missed"])
    entries = [
        {**record[0], "title": name, "experiment": document, "threshold": {"upper": 1, "unit": name[:40]}},
        *({**each, "name": name} if "name" in each else {**each, "reason": name} for each in record[1:-1]),
        {"t": 300.0, "kind": "event", "text": name},
        *({**each, "name": name} if "name" in each else each for each in NOT_UNDONE),
        {**record[-1], "stopped": name},
    ]
    Verification.objects.filter(id=run.verification_id).update(name=name[:500])
    return told(run, entries)


def path_of(run: Run) -> str:
    """The address of a run's page."""
    return f"/acme/{run.team.slug}/insights/{run.id}"


def browser_of(world: World, who: str = "member") -> Client:
    """Somebody's browser."""
    user: User = getattr(world, who)
    return signed_in(user)


def page(world: World, run: Run, who: str = "member") -> str:
    """The text of a run's page as somebody sees it."""
    return text_of(browser_of(world, who), path_of(run))


def numbers(text: str) -> dict[str, str]:
    """The numbers shown large, by their names."""
    found = re.findall(
        r'data-name="([\w-]+)" data-value="[^"]*"><dt>[^<]*</dt><dd class="number-value[^"]*">([^<]*)</dd>', text
    )
    return dict(found)
