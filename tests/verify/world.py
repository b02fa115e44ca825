"""A system under test that lives in virtual time, and runs of verifications of it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtk.clock import Clock
from rtk.experiment.plan import Plan
from rtk.insight.facts import Facts, Threshold
from rtk.insight.stops import StopCause
from rtk.verify.facts import facts_of
from rtk.verify.progress import Progress
from rtk.verify.record import Record, Recorded
from rtk.verify.run import RunSpec, VerificationRun
from rtk.verify.stop import StopRequest
from rtk.verify.toolkit import Toolkit
from tests.verify.virtual import VirtualClock


@dataclass
class World:
    """What the probes and actions below do: `took` seconds for a measurement begun at a moment."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    took: Callable[[float], float] = lambda _: 0.1
    broken: bool = False
    done: list[tuple[float, str]] = field(default_factory=list)
    stop: StopRequest = field(default_factory=StopRequest)
    progress: Progress | None = None


world = World()
RUN = f"run-{os.getpid()}"  # a run ends what has its marks, and tests run in several processes at once


def response_ms() -> float:
    """A probe: takes the world's time, and returns it."""
    took = world.took(world.clock.monotonic())
    world.clock.sleep(took)
    return took * 1000


def fails() -> float:
    """A probe that cannot reach the system."""
    raise ConnectionError("connection refused")


def act(name: str, takes: float = 0.0, fail: bool = False) -> None:
    """An action: takes its time, and is remembered with the moment it began."""
    world.done.append((world.clock.monotonic(), name))
    world.clock.sleep(takes)
    if fail:
        raise RuntimeError(f"{name} was refused")


def since(name: str) -> float:
    """A probe: the seconds since an action of this name first began."""
    return world.clock.monotonic() - next((at for at, done in world.done if done == name), world.clock.monotonic())


def hangs_later(after: float) -> float:
    """A probe that answers at once until that moment, and no more after it."""
    if world.clock.monotonic() > after:
        world.clock.sleep(1e6)
    return 1.0


def act_once_it_works(name: str, after: int) -> None:
    """An action that is refused so many times before it works."""
    world.done.append((world.clock.monotonic(), name))
    if sum(done == name for _, done in world.done) <= after:
        raise RuntimeError("not yet")


def interrupt(signum: int, takes: float = 0.0) -> None:
    """An action during which somebody stops the run."""
    world.done.append((world.clock.monotonic(), "interrupt"))
    world.clock.spawn(lambda: world.stop.request(StopCause.SIGNAL, "SIGINT", signum), "signal")
    world.clock.sleep(takes)


def outside(value: float, low: float, high: float) -> bool:
    """A tolerance: anywhere but between the two."""
    return not low <= value <= high


def within(value: float, limit: float) -> bool:
    """A tolerance, inclusive."""
    return value <= limit


def provider(func: str, **arguments: Any) -> dict[str, Any]:
    """A python provider of this module."""
    return {"type": "python", "module": "tests.verify.world", "func": func, "arguments": arguments}


def probe(func: str = "response_ms", limit: float = 1000.0, **more: Any) -> dict[str, Any]:
    """A probe of the hypothesis with its tolerance."""
    tolerance = {"type": "probe", "name": "limit", "provider": provider("within", limit=limit)}
    return {"type": "probe", "name": func, "provider": provider(func), "tolerance": tolerance, **more}


def action(name: str, func: str = "act", activity: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    """An action of the method or the rollbacks."""
    return {
        "type": "action",
        "name": name,
        "provider": provider(func, name=name, **arguments),
        **(activity or {}),
    }


def experiment(
    probes: list[dict[str, Any]] | None = None,
    method: list[dict[str, Any]] | None = None,
    rollbacks: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An experiment about the world."""
    return {
        "title": "The world answers",
        "description": "It does.",
        "steady-state-hypothesis": {"title": "It answers in time", "probes": probes or [probe()]},
        "method": [action("burn")] if method is None else method,
        "rollbacks": [action("unburn")] if rollbacks is None else rollbacks,
        **more,
    }


@dataclass
class Outcome:
    """A run that is over, as its record tells it."""

    run: VerificationRun
    recorded: Recorded
    facts: Facts

    def outcomes(self, phase: str = "conditions") -> list[str]:
        """What came of each slot of a phase."""
        return [m.outcome for m in self.facts.measurements if m.phase == phase]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """The record's entries of a kind."""
        return [e for e in self.recorded.entries() if e["kind"] == kind]

    def die_before(self, kind: str) -> None:
        """Leave of the record what it would hold if the run had died before its first entry of a kind."""
        lines = self.recorded.path.read_bytes().splitlines(keepends=True)
        kept = next(n for n, line in enumerate(lines) if f'"kind":"{kind}"'.encode() in line)
        self.recorded.path.write_bytes(b"".join(lines[:kept]))


def play(
    path: Path, document: dict[str, Any], plan: Plan, settings: dict[str, Any] | None = None, **more: Any
) -> Outcome:
    """Run a verification of the world from gate to end, in virtual time."""
    toolkit = Toolkit(document, settings or {})
    limits = more.pop("limits", [30.0] * len(toolkit.probes()))
    guard = more.pop("guard", None)
    clock: Clock = more.pop("clock", world.clock)
    defaults: dict[str, Any] = {"max_in_flight": 32, "threshold": Threshold(upper=1000.0, unit="ms")}
    sync = more.pop("sync", os.fsync)
    verification = RunSpec(RUN, "world.json", plan, toolkit, limits, **{**defaults, **more})
    started = clock.monotonic()
    record = Record(path / "run-1.record", lambda: clock.monotonic() - started, toolkit.redact, sync=sync)
    world.progress = Progress(clock.monotonic, started)
    run = VerificationRun(verification, clock, record, world.stop, world.progress, guard)
    run.play()
    record.close()
    recorded = Recorded(record.path)
    return Outcome(run, recorded, facts_of(recorded))
