"""Runs drawn at random, as their records tell them: of every verdict, every cause of none, and everything between."""

import random
from typing import Any

from rtk.insight.facts import Facts
from rtk.insight.stops import StopCause, Stopping
from rtk.verify.facts import facts_of_entries, measurement_of

EVERY_S = 10.0
INTERRUPTED = ("interrupted", StopCause.SIGNAL, "SIGINT")
DECIDED = ("completed", StopCause.DECIDED, "15 of 40 slots deviated, so it fails whatever the others are")
STARTED = 1_700_000_000.0
Entries = list[dict[str, Any]]

EXPERIMENT: dict[str, Any] = {
    "title": "Checkout answers in time",
    "steady-state-hypothesis": {
        "title": "Checkout answers",
        "probes": [
            {
                "type": "probe",
                "name": "checkout",
                "tolerance": {"type": "range", "range": [0, 6000]},
                "provider": {"type": "http", "url": "http://shop.example.com/"},
            }
        ],
    },
    "method": [
        {"type": "action", "name": "inject-cpu", "provider": {"type": "process", "path": "stress"}},
    ],
    "rollbacks": [
        {"type": "action", "name": "stop-cpu", "provider": {"type": "process", "path": "pkill"}},
    ],
}


def record(seed: int, run: str = "a-run") -> Entries:
    """Return the record of a run; the same for the same seed."""
    return _Drawn(random.Random(seed), run).entries()


def facts(entries: Entries) -> Facts:
    """Return what the record tells."""
    head, *story = (each for each in entries if each["kind"] != "measurement")
    return facts_of_entries(head, story, [measurement_of(each) for each in entries if each["kind"] == "measurement"])


class _Drawn:
    """A record under way: `now` is the time of its next entry, in seconds since the run began."""

    def __init__(self, rng: random.Random, run: str) -> None:
        self.rng, self.run, self.now = rng, run, 0.0
        self.slots = rng.choice((1, 5, 20, 40, 60, 80))
        self.before = rng.choice((0, 0, 6, 30))
        self.quality, self.lasts = rng.choice((1.0, 1.0, 0.98, 0.9, 0.6, 0.0)), rng.choice((1, 3))
        self.cut_off = rng.random() < 0.15
        self.refused = rng.random() < 0.06
        self.not_applied = rng.random() < 0.08
        self.gone = rng.random() < 0.08
        self.missed = rng.choice((0.0, 0.0, 0.0, 0.1))

    def entries(self) -> Entries:
        found = [self._head()]
        if self.before:
            found += self._phase("baseline", self.before, self.rng.choice((1.0, 1.0, 1.0, 0.3)))
        if self.refused:
            return [*found, self._refusal()]
        found += self._condition()
        if self.not_applied:
            return [*found, *self._undo(), self._end("aborted")]
        found += self._phase("conditions", self.slots, self.quality)
        if self.gone:
            found.append(self._proof())
        found += self._undo()
        if not self.cut_off:
            found += self._phase("recovery", self.rng.choice((0, 6)), 1.0)
            return [*found, self._end("completed")]
        return [*found, self._end(*self.rng.choice((INTERRUPTED, DECIDED)))]

    def _head(self) -> dict[str, Any]:
        target = self.rng.choice((None, 0.5, 0.9, 0.9, 0.95, 0.95, 0.99))
        objective = target and {"target": target, "window_s": self.rng.choice((None, 86_400.0)), "name": "Checkout"}
        plan = {
            "frequency_s": EVERY_S,
            "duration_s": self.slots * EVERY_S,
            "objective": objective,
            "outage_lasts_s": self.rng.choice((None, 10.0, 10.0, 30.0)),
            "occurs": self._occurs() if objective and self.rng.random() < 0.4 else None,
        }
        own = {"title": EXPERIMENT["title"], "experiment": EXPERIMENT}
        threshold = {"lower": 0, "upper": 6000, "unit": "ms"}
        return {"t": 0.0, "kind": "run", "run": self.run, "at": STARTED, "plan": plan, "threshold": threshold, **own}

    def _occurs(self) -> dict[str, Any]:
        times, strict = self.rng.choice((1, 10, 1_000)), self.rng.random() < 0.5
        return {"times": times, "per_s": 30 * 86_400.0, "lasts_s": 600.0, "allowance": 1.0, "strict": strict}

    def _phase(self, phase: str, planned: int, quality: float) -> Entries:
        began, found = self.now, [{"kind": "phase", "phase": phase, "state": "started", "planned": planned}]
        last = self.rng.randrange(planned) if self.cut_off and phase == "conditions" else planned
        good = self.rng.random() < quality
        measured = []
        for slot in range(planned):
            measured.append(self._measurement(phase, slot, good, stopped=slot >= last))
            good = self.rng.random() >= (1 - quality) / self.lasts if good else self.rng.random() < 1 / self.lasts
        ended = {"kind": "phase", "phase": phase, "state": "ended", "planned": planned, "t": self.now}
        return [{**found[0], "t": began}, *measured, ended]

    def _measurement(self, phase: str, slot: int, good: bool, *, stopped: bool) -> dict[str, Any]:
        due, self.now = self.now, self.now + EVERY_S
        told = {"t": due + 1.0, "kind": "measurement", "phase": phase, "slot": slot, "due": due, "probes": []}
        if stopped or self.rng.random() < self.missed:
            code, reason = ("interrupted", "interrupted by SIGINT") if stopped else ("no-slot-free", "no slot free")
            nothing = dict.fromkeys(("started", "ended", "value"))
            return {**told, **nothing, "outcome": "missed", "reason": reason, "code": code}
        times = {"started": due, "ended": due + 0.1, "value": 65.0 if good else 6_500.0, "code": None}
        return {**told, **times, "outcome": "met" if good else "deviated", "reason": None if good else "too slow"}

    def _condition(self) -> Entries:
        failure = "it exited with 1" if self.not_applied else None
        return [
            self._entry("intent", role="condition", index=0, name="inject-cpu"),
            self._entry("activity", role="condition", index=0, name="inject-cpu", run={}, failure=failure),
        ]

    def _refusal(self) -> dict[str, Any]:
        """The end of a run whose hypothesis was not met before it, or whose baseline had to be kept and was not."""
        return self._end(
            "failed", *self.rng.choice(((None, None), (StopCause.BASELINE_BROKEN, "the baseline was broken")))
        )

    def _proof(self) -> dict[str, Any]:
        """The effect shows no more from the second slot on, or from the last."""
        at = self.now - EVERY_S * (self.slots - 1 if self.rng.random() < 0.6 else 1)
        told = {"role": "condition", "index": 0, "name": "inject-cpu", "proves": "effect", "missing": None}
        state = {"state": "gone", "asked": at, "before": max(at - EVERY_S, 0.0), "reason": "the load was over"}
        return {"t": at, "kind": "proof", **told, **state}

    def _undo(self) -> Entries:
        failure = "it exited with 1" if self.rng.random() < 0.12 else None
        by_hand = {"by_hand": "pkill stress", "tries": 3} if failure else {}
        return [
            self._entry("rollbacks", state="started", reason=None),
            self._entry("intent", role="rollback", index=0, name="stop-cpu"),
            self._entry("activity", role="rollback", index=0, name="stop-cpu", run={}, failure=failure, **by_hand),
            self._entry("rollbacks", state="ended", reason=None),
        ]

    def _end(self, status: str, cause: StopCause | None = None, detail: str | None = None) -> dict[str, Any]:
        stopped = Stopping(cause, detail).sentence if cause and detail else None
        return self._entry("end", status=status, deviated=False, stopped=stopped, cause=cause, detail=detail)

    def _entry(self, kind: str, **more: Any) -> dict[str, Any]:
        self.now += 0.5
        return {"t": self.now, "kind": kind, **more}
