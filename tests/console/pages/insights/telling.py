"""A run that a test tells entry by entry, as a machine would."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import connection

from tests.console.live import EXPERIMENT, Live, Machine, head, verification

PLAN: dict[str, Any] = {
    "frequency_s": 1.0,
    "duration_s": 60.0,
    "warm_up_s": 20.0,
    "cool_down_s": 20.0,
    "objective": {"target": 0.95, "window_s": 86400.0, "name": "Checkout"},
}
PHASES = {"baseline": (0.0, 20), "conditions": (20.0, 60), "recovery": (82.0, 20)}
FIVE = {"baseline": (0.0, 20), "onset": (20.0, 4), "conditions": (24.0, 60), "undo": (84.0, 5), "recovery": (89.0, 20)}


@dataclass
class Telling:
    """A run of the team Shop. Moments are seconds since it began, which was `ago` seconds before now."""

    live: Live
    ago: float = 0.0
    plan: dict[str, Any] = field(default_factory=lambda: dict(PLAN))
    experiment: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    machine: Machine | None = None
    next: int = 0
    phases: dict[str, tuple[float, int]] = field(default_factory=lambda: dict(PHASES))

    def begin(self, title: str = "") -> "Telling":
        """Make the run and tell its first entry."""
        self.machine = self.live.machine()
        key, run = f"file-{uuid4()}", str(uuid4())
        self.path = f"{self.live.runs(key)}/{run}"
        experiment = {**verification(key, 1, 60), **self.experiment, **({"title": title} if title else {})}
        made = self.machine("PUT", self.path, json={"plan": self.plan, "experiment": experiment})
        assert made.status_code == 201, made.text
        first = head(run, self.plan) | {"at": time.time() - self.ago, "experiment": {**EXPERIMENT, **self.experiment}}
        self.tell(first)
        return self

    @property
    def run(self) -> str:
        """The run's id."""
        return self.path.rpartition("/")[2]

    @property
    def page(self) -> str:
        """The address of its page."""
        return f"/acme/shop/insights/{self.run}"

    def tell(self, *entries: dict[str, Any]) -> None:
        """Send entries, and wait until they are durable."""
        assert self.machine
        numbered = [{**entry, "n": self.next + at} for at, entry in enumerate(entries)]
        answer = self.machine("POST", f"{self.path}/record", json={"from": self.next, "entries": numbered})
        assert answer.status_code == 202, answer.text
        self.next = answer.json()["next"]

    def phase(self, name: str, state: str = "started") -> None:
        """A phase begins or ends."""
        began, planned = self.phases[name]
        t = began if state == "started" else began + planned
        known = planned if state == "ended" or name in PHASES else 0
        self.tell({"t": t, "kind": "phase", "phase": name, "state": state, "planned": known})

    def measure(self, phase: str, slots: range, value: float | None = 4000.0, outcome: str = "met") -> None:
        """Measurements of a phase."""
        self.tell(*[measured(self.phases, phase, slot, value, outcome) for slot in slots])

    def activity(self, role: str, name: str, began: float, ended: float | None, failure: str | None = None) -> None:
        """A condition or a rollback."""
        common = {"role": role, "index": 0, "name": name}
        entries: list[dict[str, Any]] = [{"t": began, "kind": "intent", **common}]
        if ended is not None:
            entries.append({"t": ended, "kind": "activity", **common, "run": {}, "failure": failure})
        self.tell(*entries)

    def undo(self, at: float) -> None:
        """The rollbacks."""
        self.tell({"t": at, "kind": "rollbacks", "state": "started", "reason": None})
        self.activity("rollback", "stop-stress", at + 0.2, at + 1.4)
        self.tell({"t": at + 1.5, "kind": "rollbacks", "state": "ended", "reason": None})

    def end(self, at: float = 103.0) -> None:
        """The end of the run."""
        self.tell({"t": at, "kind": "end", "status": "completed", "deviated": True, "stopped": None})
        assert self.machine
        answer = self.machine("POST", f"{self.path}/end", json={"journal": {"status": "completed"}})
        assert answer.status_code == 200, answer.text

    def whole(self) -> "Telling":
        """All of a run in which a condition made a third of the measurements deviate."""
        self.phase("baseline")
        self.measure("baseline", range(20), 3100)
        self.phase("baseline", "ended")
        self.phase("conditions")
        self.activity("condition", "inject-cpu", 22.0, 24.5)
        self.tell(*[self._of_the_conditions(slot) for slot in range(60)])
        self.phase("conditions", "ended")
        self.undo(80.2)
        self.phase("recovery")
        self.measure("recovery", range(20), 3300)
        self.phase("recovery", "ended")
        self.end()
        return self

    def _of_the_conditions(self, slot: int) -> dict[str, Any]:
        value, bad = 3000 + (slot * 977) % 2500, 8 < slot < 50 and slot % 3 == 0
        outcome = "missed" if slot in (14, 15, 40) else "deviated" if bad else "met"
        return measured(self.phases, "conditions", slot, None if outcome == "missed" else value + 4000 * bad, outcome)

    def five(self) -> "Telling":
        """All of a run with all five phases: what deviates does so from the onset until the undo is over."""
        self.phases = dict(FIVE)
        self.phase("baseline")
        self.measure("baseline", range(20), 3100)
        self.phase("baseline", "ended")
        self.phase("onset")
        self.tell({"t": 20.1, "kind": "intent", "role": "condition", "index": 0, "name": "inject-cpu"})
        self.measure("onset", range(2), 3400)
        self.measure("onset", range(2, 4), 7200, "deviated")
        self.tell({"t": 23.5, "kind": "activity", "role": "condition", "index": 0, "name": "inject-cpu", "run": {}})
        self.phase("onset", "ended")
        self.phase("conditions")
        told = ((7000 + slot, "deviated") if slot % 4 == 1 else (4800, "met") for slot in range(60))
        self.tell(*[measured(self.phases, "conditions", slot, *each) for slot, each in enumerate(told)])
        self.phase("conditions", "ended")
        self.phase("undo")
        self.measure("undo", range(3), 6900, "deviated")
        self.measure("undo", range(3, 5), 4100)
        self.undo(84.1)
        self.phase("undo", "ended")
        self.phase("recovery")
        self.measure("recovery", range(20), 3300)
        self.phase("recovery", "ended")
        return self


def measured(
    phases: dict[str, tuple[float, int]], phase: str, slot: int, value: float | None, outcome: str
) -> dict[str, Any]:
    """A measurement's entry."""
    due = phases[phase][0] + slot
    reason = {"met": None, "deviated": "outside its tolerance", "missed": "no slot free"}[outcome]
    times = {"started": None, "ended": None} if outcome == "missed" else {"started": due, "ended": due + 0.4}
    told = {
        "phase": phase,
        "slot": slot,
        "due": due,
        "outcome": outcome,
        "value": value,
        "reason": reason,
        "probes": [],
    }
    return {"t": due + 0.5, "kind": "measurement", **told, **times}


def fill(telling: Telling, count: int) -> None:
    """Put that many measurements into the place of a run that has one, without telling them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_measurement (run_id, n, day, t, phase, slot, due, started, ended, outcome, value) "
            "SELECT id, k, day, k / 10.0, 1, k, k / 10.0, k / 10.0, k / 10.0 + 0.1, 0, 100 + k %% 977 "
            "FROM store_run, generate_series(2, %s) k WHERE id = %s",
            [count, telling.run],
        )
        cursor.execute("UPDATE store_run SET next = %s WHERE id = %s", [count + 1, telling.run])
    telling.next = count + 1
