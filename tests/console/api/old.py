"""A client of 2020, played from what was recorded of those clients: wire.json.

It says what they said, in their order, and refuses an answer that they could not have used.
"""

import json
from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from tests.console.live import EXPERIMENT, Live, Machine, verification

WIRE: dict[str, Any] = json.loads(Path(__file__).with_name("wire.json").read_text())
CALLS: dict[str, dict[str, Any]] = {call["id"]: call for call in WIRE["calls"]}
START = datetime.fromisoformat("2020-04-17T11:57:17")
TAKING = 0.06  # seconds that a probe takes unless told


def journal(**values: Any) -> dict[str, Any]:
    """A journal as chaoslib 1.15 wrote it."""
    return {
        "chaoslib-version": "1.15.1",
        "platform": "Linux",
        "node": "laptop",
        "experiment": EXPERIMENT,
        "start": START.isoformat(),
        "status": "running",
        "deviated": False,
        "steady_states": {"before": None, "after": None, "during": []},
        "run": [],
        "rollbacks": [],
        **values,
    }


def event(kind: str, **values: Any) -> dict[str, Any]:
    """A CloudEvent as they sent it: its data is JSON in a text."""
    data = json.dumps({"context": {"title": "x"}, "state": None})
    head = {"specversion": "1.0", "id": str(uuid4()), "source": "chaosiq-cloud", "type": kind}
    return {**head, "datacontenttype": "application/json", "time": "2020-04-17T11:57:17+00:00", "data": data, **values}


def state(iteration: int, met: bool | None, took: float = TAKING) -> dict[str, Any]:
    """A sample's state: in 2020 the next one began so long after the end of the one before."""
    begun = START + timedelta(seconds=1 + 15 * (iteration - 1))
    probe = {
        "activity": {"name": "checkout"},
        "output": took * 1000,
        "status": "succeeded",
        "tolerance_met": met,
        "start": begun.isoformat(),
        "end": (begun + timedelta(seconds=took)).isoformat(),
        "duration": took,
    }
    return {"steady_state_met": met, "probes": [probe]}


def ended(name: str, status: str = "succeeded") -> dict[str, Any]:
    """An action in a journal."""
    span = {"start": "2020-04-17T11:57:20", "end": "2020-04-17T11:57:21"}
    return {"activity": {"type": "action", "name": name}, "status": status, **span}


class Old:
    """A client in the team Shop, with an experiment or a verification."""

    def __init__(self, live: Live, machine: Machine, document: dict[str, Any] | None = None) -> None:
        self.machine, self.document = machine, deepcopy(document or verification(f"file-{uuid4()}"))
        self.ids = {"org_id": str(live.world.org.id), "team_id": str(live.world.shop.id)}
        self.experiment_sent: dict[str, Any] = {}
        self.journal_values: dict[str, Any] = {}
        self.statuses: list[int] = []
        self._learn_ids()

    def _learn_ids(self) -> None:
        for block in self.document.get("extensions", []):
            known = {"experiment_id": block.get("experiment_id"), "execution_id": block.get("execution_id")}
            known["verification_id"] = block.get("verification", {}).get("id")
            self.ids |= {key: value for key, value in known.items() if value}

    def call(self, step: str, **given: Any) -> requests.Response:
        """One call, by its name in wire.json and what it tells; `given` are keys of its body."""
        name, _, what = step.partition(" ")
        wanted = CALLS[name]
        body = self._body(name, what, given)
        assert set(body) <= set(wanted["sends"]), "no client of 2020 said that"
        headers = dict(line.format(token=self.machine.token).split(": ", 1) for line in wanted["headers"])
        if name == "get-asset":  # the Chaos Toolkit's own loader writes it so
            headers["Authorization"] = headers["Authorization"].replace("Bearer", "bearer")
        sent = json.dumps(body).encode() if wanted["sends"] else None
        answer = self.machine(wanted["method"], wanted["path"].format(**self.ids), data=sent, headers=headers)
        self.statuses.append(answer.status_code)
        usable(wanted, answer)
        self._learn(name, answer)
        return answer

    def _body(self, name: str, what: str, given: dict[str, Any]) -> dict[str, Any]:
        if name == "execution-event":
            return event(what, **given)
        if name == "run-event":
            payload = {"payload": self.journal()} if what == "verification-completed" else {}
            return {"category": what, **payload, **given}
        return {**{key: self._value(key) for key in CALLS[name]["sends"]}, **given}

    def _value(self, key: str) -> Any:
        results = {"successful_samples": 0, "deviated_samples": 0, "not_run_samples": 0, "total_number_of_samples": 0}
        values: dict[str, Any] = {
            "experiment": self.document,
            "journal": self.journal(),
            "results": {**results, "total_duration": 341},
        }
        values["status"] = self.journal()["status"] if "run_id" in self.ids else "started"
        return {**values, **self.ids}[key]

    def _learn(self, name: str, answer: requests.Response) -> None:
        made = {"create-experiment": "experiment_id", "create-execution": "execution_id", "create-run": "run_id"}
        if name in made and answer.content:
            self.ids[made[name]] = answer.json()["id"]
        if name == "get-asset":
            self.document = answer.json()
            self._learn_ids()

    def journal(self, **values: Any) -> dict[str, Any]:
        """The journal as it is now."""
        return journal(experiment=self.document, **{**self.journal_values, **values})

    @property
    def run(self) -> str:
        """The path of the run."""
        return str(CALLS["run-event"]["path"]).removesuffix("/events").format(**self.ids)

    @property
    def execution(self) -> str:
        """The path of the execution."""
        return str(CALLS["fetch-execution"]["path"]).format(**self.ids)

    def begin(self) -> "Old":
        """Begin a run."""
        self.call("create-execution")
        self.call("create-run")
        return self

    def tell(self, category: str, payload: Any = None) -> int:
        given = {} if payload is None else {"payload": payload}
        return self.call(f"run-event verification-{category}", **given).status_code

    def sample(self, iteration: int, met: bool | None = True, took: float = TAKING) -> int:
        return self.tell("sample", {"iteration": iteration, "state": state(iteration, met, took)})

    def finish(self, status: str = "completed", **values: Any) -> int:
        self.journal_values = {"status": status, **values}
        self.tell("completed")
        return self.call("finish-run").status_code

    def play(self, sequence: str, samples: Iterable[tuple[int, bool, float]] = (), frequency: float = 1.0) -> None:
        """A whole sequence; the thread that samples says something between each two calls of the other."""
        left, sampling = iter(samples), False
        for step in WIRE["sequences"][sequence]:
            if step == "update-execution":
                self.journal_values = {"status": "completed", "end": "2020-04-17T12:02:58", **self.journal_values}
            if step == "sampling starts":
                sampling = True
                self.tell("sample-started", {"frequency": frequency})
            elif step == "sampling stops":
                sampling = False
                for taken in left:
                    self.sample(*taken)
            elif step != "time passes":
                self.call(step)
            if sampling and (one := next(left, None)):
                self.sample(*one)

    def insight(self) -> dict[str, Any]:
        answer = self.machine("GET", f"{self.run}/insight")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def usable(wanted: dict[str, Any], answer: requests.Response) -> None:
    """The answer has a status that the client accepts, and the keys and headers that it uses."""
    accepted = wanted["accepted"]
    below = answer.status_code < 400 if accepted == "below 400" else answer.status_code in accepted
    assert below, f"{wanted['id']}: {answer.status_code} {answer.text}"
    assert all(header in answer.headers for header in wanted["answers"]), wanted["id"]
    if answer.status_code != 204 and wanted["keys"]:
        assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
        found = answer.json()
        assert all(has(found, key) for key in wanted["keys"]), f"{wanted['id']}: {found}"


def has(value: Any, key: str) -> bool:
    """Whether a value has a key such as `id`, `[].name` or `policies[].name`."""
    head, every, rest = key.partition("[]")
    inner = value[head] if head else value
    return all(has(each, rest.lstrip(".")) for each in inner) if every else inner is not None
