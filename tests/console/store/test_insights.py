"""What the console learns of a run from what it stored is what the run's own terminal learned of its record."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now
from msgspec.structs import asdict

from rtk.console.store.measured import measurements
from rtk.console.store.models import Run
from rtk.experiment.plan import Plan
from rtk.insight.facts import PHASES, ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.insight.occurs import MONTH_S, Occurs
from rtk.verify.facts import facts_of
from rtk.verify.record import Recorded
from tests.console.live import EXPERIMENT, Live, Machine, measurement
from tests.verify import world as module
from tests.verify.world import World, action, experiment, play, probe, provider

EXPECTED = Occurs(2, MONTH_S, 600.0, 0.5, strict=True)
PLAN = Plan(
    10.0,
    300.0,
    warm_up_s=60.0,
    cool_down_s=60.0,
    objective=ServiceLevelObjective(0.95, 86400.0, "Checkout"),
    occurs=EXPECTED,
)
BURNING = [action("burn", takes=95.0, activity={"extensions": [{"name": "rtk", "lasts": 12}]})]


def proven(effect: tuple[float, float], gone_after: float) -> dict[str, Any]:
    """An action whose effect shows from one second to another after it began, and is gone so long after its undo."""

    def asked(name: str, since: tuple[float, float]) -> dict[str, Any]:
        tolerance = {"type": "range", "range": list(since)}
        return {
            "within": 40,
            "probes": [{"name": "asked", "provider": provider("since", name=name), "tolerance": tolerance}],
        }

    claims = {"effect": asked("burn", effect), "restored": asked("unburn", (gone_after, 1e6))}
    return action("burn", activity={"extensions": [{"name": "rtk", **claims}]})


@pytest.fixture
def world() -> World:
    """The world that probes measure, at virtual time zero."""
    fresh = World()
    for each in dataclasses.fields(World):
        setattr(module.world, each.name, getattr(fresh, each.name))
    return module.world


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


RUNS: dict[str, tuple[Callable[[float], float], dict[str, Any]]] = {
    "all is well": (lambda _: 0.1, {}),
    "slow for a while": (lambda at: 1.5 if 100 < at < 170 else 0.1 + at % 7 / 10, {"method": BURNING}),
    "hung in the end": (lambda at: 1e6 if at > 250 else 0.1, {"rollbacks": [action("unburn", takes=7.0)]}),
    "slow from the onset until it is undone": (
        lambda at: 1.5 if 60 < at < 410 else 0.1,
        {"method": [proven((25.0, 1e6), 21.0)]},
    ),
    "an effect that is gone after a while": (lambda _: 0.1, {"method": [proven((0.0, 99.0), 0.0)]}),
    "a condition that fails": (lambda _: 0.2, {"method": [action("burn", fail=True)]}),
}


@pytest.mark.parametrize(("took", "parts"), RUNS.values(), ids=RUNS.keys())
def test_the_insight_is_that_of_the_record(
    live: Live, machine: Machine, world: World, tmp_path: Path, took: Callable[[float], float], parts: dict[str, Any]
) -> None:
    world.took = took
    recorded = play(tmp_path, experiment([probe(limit=1000.0)], **parts), PLAN).recorded
    run = told(live, machine, recorded)
    found = machine("GET", f"{run}/insight").json()
    assert found == own(recorded)
    assert found["occurrence"]["occurs"] == asdict(EXPECTED)
    assert Run.objects.get(id=run.rpartition("/")[2]).occurrence == found["occurrence"]


def test_a_run_with_all_phases_is_one_that_is_compared(world: World, tmp_path: Path) -> None:
    took, parts = RUNS["slow from the onset until it is undone"]
    world.took = took
    found = insight(facts_of(play(tmp_path, experiment([probe(limit=1000.0)], **parts), PLAN).recorded))
    assert [each.phase for each in found.phases] == list(PHASES)
    assert all(each.deviated for each in found.phases[1:4])


def test_measurements_of_all_phases_are_read_in_the_order_they_were_due(live: Live, machine: Machine) -> None:
    run = f"{live.runs(f'file-{uuid4()}')}/{uuid4()}"
    machine("PUT", run, json={"plan": {"frequency_s": 1, "duration_s": 2}, "experiment": EXPERIMENT})
    slots = [(phase, slot) for phase in PHASES for slot in range(2)]
    entries = [{**measurement(slot, phase=phase), "due": float(at)} for at, (phase, slot) in enumerate(slots)]
    machine("POST", f"{run}/record", json={"from": 0, "entries": [*reversed(entries)]})
    stored = Run.objects.get(id=run.rpartition("/")[2])
    assert [(each.phase, each.slot) for each in measurements(stored)] == slots


def test_the_insight_of_a_record_that_broke_off_is_the_same_wherever_it_did(
    live: Live, machine: Machine, world: World, tmp_path: Path
) -> None:
    lines = play(tmp_path, experiment(), PLAN).recorded.path.read_bytes().splitlines(keepends=True)
    for count in (1, 3, 4, 9, len(lines) // 2, len(lines) - 3, len(lines) - 1):
        path = tmp_path / f"{count}.record"
        path.write_bytes(b"".join(lines[:count]))
        run = told(live, machine, Recorded(path))
        abandoned(run)
        assert machine("GET", f"{run}/insight").json() == own(Recorded(path)), count


def told(live: Live, machine: Machine, recorded: Recorded) -> str:
    """The path of a run whose record was told in two calls."""
    key, head = f"file-{uuid4()}", recorded.head
    run = f"{live.runs(key)}/{uuid4()}"
    body = {"plan": head["plan"], "experiment": head["experiment"]}
    answer = machine("PUT", run, json=body)
    assert answer.status_code == 201, answer.text
    entries = list(recorded.entries())
    half = len(entries) // 2
    for first, part in ((0, entries[:half]), (half, entries[half:])):
        answer = machine("POST", f"{run}/record", json={"from": first, "entries": part})
        assert answer.status_code == 202, answer.text
    return run


def abandoned(run: str) -> None:
    """Let a day go by."""
    long_ago = now() - timedelta(hours=25)
    Run.objects.filter(id=run.rpartition("/")[2]).update(heard_at=long_ago, due_at=long_ago)


def own(recorded: Recorded) -> dict[str, Any]:
    """What the terminal says of a record, as JSON has it."""
    found: dict[str, Any] = json.loads(json.dumps(insight(facts_of(recorded)).as_dict()))
    return found
