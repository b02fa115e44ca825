"""The order of a run, its slots, and what ends it; hours of virtual time in milliseconds."""

import os
import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import PHASES, Gate, ServiceLevelObjective
from rtk.verify.crew import Sample
from rtk.verify.hypothesis import reason_of
from rtk.verify.progress import Waiting
from tests.verify.world import RUN, World, action, experiment, play, probe

TUTORIAL = Plan(frequency_s=10.0, duration_s=300.0, objective=ServiceLevelObjective(0.95, 86400.0))


def test_ten_seconds_over_five_minutes_is_thirty_slots_always(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 3.0 + at % 4.0
    out = play(tmp_path, experiment([probe(limit=6000.0)]), TUTORIAL)
    assert [m.slot for m in out.facts.measurements.of("conditions")] == list(range(30))
    assert "missed" not in out.outcomes()


def test_every_slot_starts_on_the_grid_whatever_a_measurement_takes(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 17.0 if at < 100 else 0.1
    out = play(tmp_path, experiment([probe(limit=20000.0)]), TUTORIAL)
    start = out.facts.phases[0].started
    assert [m.started for m in out.facts.measurements] == pytest.approx([start + 10 * k for k in range(31)])


def test_phases_come_in_order_and_each_has_its_own_grid(world: World, tmp_path: Path) -> None:
    plan = Plan(5.0, 60.0, warm_up_s=20.0, cool_down_s=31.0)
    out = play(tmp_path, experiment(rollbacks=[action("unburn", takes=7.0)]), plan)
    assert [(p.phase, p.planned) for p in out.facts.phases] == [
        ("baseline", 4),
        ("conditions", 12),
        ("undo", 2),
        ("recovery", 7),
    ]
    assert [len(out.outcomes(phase)) for phase in PHASES] == [4, 0, 12, 2, 7]
    assert [name for _, name in world.done] == ["burn", "unburn"]
    recovery = out.facts.phases[3]
    first = next(m for m in out.facts.measurements if m.phase == "recovery")
    assert first.due == pytest.approx(recovery.started) == pytest.approx(world.done[1][0] + 7.0)


def test_measuring_goes_on_while_a_method_lasts_longer_than_planned(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[action("burn", takes=95.0)]), Plan(10.0, 30.0))
    assert out.outcomes() == ["met"] * 10
    assert out.facts.phases[0].planned == 10


def test_a_duration_of_zero_measures_for_as_long_as_the_method_takes(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[action("burn", takes=25.0)]), Plan(10.0, 0.0))
    assert out.outcomes() == ["met"] * 3


def test_a_hung_system_is_deviated_and_never_missed(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 1e6 if at > 100 else 0.1
    out = play(tmp_path, experiment(), TUTORIAL)
    assert out.outcomes() == ["met"] * 10 + ["deviated"] * 20
    late = [m for m in out.facts.measurements if m.outcome == "deviated"]
    assert {m.reason for m in late[:-1]} == {"no answer within 30 s"}
    assert world.clock.monotonic() < 400


def test_a_system_that_refuses_is_deviated(world: World, tmp_path: Path) -> None:
    gate = probe()
    out = play(tmp_path, experiment([gate, probe("fails")]), Plan(10.0, 30.0))
    assert out.run.journal.status == "failed"
    assert out.outcomes() == []
    assert out.facts.gate is not None
    assert out.facts.gate.tries == 3
    assert out.facts.gate.reason.startswith("fails: ")
    assert ("the hypothesis was not met: " + out.facts.gate.reason) in [event.text for event in out.facts.events]


def test_a_run_tells_what_it_waits_for_once_no_slot_is_left(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 1e6 if at > 5 else 0.1
    seen: dict[int, tuple[Waiting, str | None]] = {}

    def look() -> None:
        for moment in (15, 45):
            world.clock.sleep(moment - world.clock.monotonic())
            assert world.progress
            seen[moment] = world.progress.waiting(), world.progress.activity

    world.clock.spawn(look, "looking on")
    play(tmp_path, experiment(), Plan(10.0, 30.0))
    (during, nothing), (after, asking) = seen[15], seen[45]
    assert (during, nothing) == (Waiting(), None)
    assert after.answers == 2
    assert 0 < after.at_most_s <= 30
    assert asking is None, "the hypothesis is asked beside what is under way"
    assert world.progress
    assert (world.progress.waiting(), world.progress.activity) == (Waiting(), None)


def test_every_probe_is_measured_also_after_one_deviated(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 2.0 if at > 5 else 0.1
    out = play(tmp_path, experiment([probe(), probe(limit=9000.0)]), Plan(10.0, 30.0))
    assert out.outcomes() == ["met", "deviated", "deviated"]
    assert [len(e["probes"]) for e in out.entries("measurement")] == [2, 2, 2, 2]


def test_no_free_slot_is_missed_and_says_why(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 25.0 if at > 1 else 0.1
    out = play(tmp_path, experiment([probe(limit=30000.0)]), Plan(10.0, 60.0), max_in_flight=1)
    assert out.outcomes().count("missed") == 3
    reasons = {m.reason for m in out.facts.measurements if m.outcome == "missed"}
    assert reasons == {"as many measurements were under way as may be at once (1)"}


def test_a_gate_that_is_not_met_applies_no_condition(world: World, tmp_path: Path) -> None:
    world.took = lambda _: 5.0
    out = play(tmp_path, experiment(), TUTORIAL)
    assert (out.run.journal.status, out.facts.conditions) == ("failed", ())
    assert len(out.entries("hypothesis")) == 3
    assert out.facts.gate == Gate(3, "response_ms: outside its tolerance, it gave 5,000")


def test_a_gate_that_nothing_answers_names_the_silent_probe(world: World, tmp_path: Path) -> None:
    world.took = lambda _: 1e6
    out = play(tmp_path, experiment(), TUTORIAL)
    assert out.facts.gate == Gate(3, "response_ms: no answer within 30 s")


def test_a_gate_that_was_met_leaves_no_reason(world: World, tmp_path: Path) -> None:
    assert play(tmp_path, experiment(), Plan(10.0, 20.0)).facts.gate is None


@pytest.mark.parametrize(
    ("output", "tolerance", "told"),
    [
        ({"status": 500, "body": "oh\nno"}, 200, "it gave status 500"),
        ({"status": 200, "body": "oh\nno"}, {"type": "regex", "target": "body"}, "it gave body oh no"),
        ([1, 2], 3, "it gave [1, 2]"),
        ("x" * 500, "y", "it gave " + "x" * 120 + "…"),
    ],
)
def test_what_a_probe_gave_is_told_in_few_words(output: Any, tolerance: Any, told: str) -> None:
    runs = [{"tolerance_met": True, "output": 1}, {"tolerance_met": False, "output": output}]
    sample = Sample("deviated", reason="shop: outside its tolerance", probes=runs)
    probes = [{"name": "first", "tolerance": 1}, {"name": "shop", "tolerance": tolerance}]
    assert reason_of(sample, probes) == f"shop: outside its tolerance, {told}"


def test_a_gate_met_at_the_third_try_lets_the_run_begin(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 5.0 if at < 6.5 else 0.1
    out = play(tmp_path, experiment(), Plan(10.0, 20.0))
    assert out.outcomes() == ["met", "met"]


def test_a_failing_hypothesis_after_the_method_deviates_and_is_undone(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 5.0 if at > 15 else 0.1
    out = play(tmp_path, experiment(), Plan(10.0, 30.0))
    assert (out.run.journal.status, out.run.journal.deviated) == ("completed", True)
    assert [name for _, name in world.done] == ["burn", "unburn"]


def test_a_condition_that_fails_ends_the_method_and_is_undone(world: World, tmp_path: Path) -> None:
    method = [action("burn", fail=True), action("never")]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 300.0, cool_down_s=60.0))
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert out.run.journal.status == "aborted"
    assert out.facts.conditions[0].status == "failed"
    assert "burn was refused" in str(out.facts.conditions[0].failure)
    assert len(out.outcomes()) == 30, "every planned slot ends as a measurement"


def test_a_failing_probe_of_the_method_makes_nothing_invalid(world: World, tmp_path: Path) -> None:
    method = [{**probe("fails"), "name": "look"}, action("burn")]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 20.0))
    assert (out.run.journal.status, out.outcomes()) == ("completed", ["met", "met"])


def test_a_rollback_is_tried_three_times_with_growing_pauses(world: World, tmp_path: Path) -> None:
    rollbacks = [action("unburn", "act_once_it_works", after=2)]
    out = play(tmp_path, experiment(rollbacks=rollbacks), Plan(10.0, 20.0))
    moments = [at for at, name in world.done if name == "unburn"]
    assert [b - a for a, b in pairwise(moments)] == [1.0, 2.0]
    assert (out.facts.rollbacks[0].status, out.facts.rollbacks[0].tries) == ("succeeded", 3)


def test_a_rollback_that_fails_tells_what_to_do_by_hand_and_the_next_one_is_played(
    world: World, tmp_path: Path
) -> None:
    rollbacks = [action("unburn", fail=True), action("tidy")]
    out = play(tmp_path, experiment(rollbacks=rollbacks), Plan(10.0, 20.0))
    assert [name for _, name in world.done] == ["burn", "unburn", "unburn", "unburn", "tidy"]
    failed, fine = out.facts.rollbacks
    assert (failed.status, fine.status) == ("failed", "succeeded")
    assert failed.by_hand
    assert """from tests.verify.world import act; print(act(name="unburn", fail=True))""" in failed.by_hand


def test_a_rollback_that_hangs_is_given_up_and_the_run_ends(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(rollbacks=[action("unburn", takes=1e7)]), Plan(10.0, 20.0))
    assert out.facts.rollbacks[0].status == "failed"
    assert "no end within 65 s" in str(out.facts.rollbacks[0].failure)


@pytest.mark.parametrize(
    ("strategy", "deviates", "undone"),
    [
        ("always", False, True),
        ("never", False, False),
        ("deviated", False, False),
        ("deviated", True, True),
        ("default", True, True),
    ],
)
def test_rollbacks_follow_their_strategy(
    world: World, tmp_path: Path, strategy: str, deviates: bool, undone: bool
) -> None:
    world.took = lambda at: 5.0 if deviates and at > 5 else 0.1
    out = play(tmp_path, experiment(), Plan(10.0, 20.0), rollback_strategy=strategy)
    assert ("unburn" in [name for _, name in world.done]) is undone
    assert out.facts.rolled_back is undone


def test_pauses_and_background_actions_are_kept(world: World, tmp_path: Path) -> None:
    method = [
        action("slow", takes=45.0, activity={"background": True}),
        action("second", activity={"pauses": {"before": 5, "after": 8}}),
        action("third"),
    ]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 20.0))
    began = {name: at for at, name in world.done}
    assert began["third"] - began["second"] == pytest.approx(8.0)
    assert began["second"] - began["slow"] == pytest.approx(5.0)
    assert len(out.outcomes()) == 5, "measuring goes on until the background action has ended"


def test_an_interrupt_plays_no_further_condition_and_undoes(world: World, tmp_path: Path) -> None:
    method = [
        action("burn"),
        {**action("signal", "interrupt", signum=2), "provider": interrupting()},
        action("never"),
    ]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 300.0, cool_down_s=60.0))
    assert [name for _, name in world.done] == ["burn", "interrupt", "unburn"]
    assert out.run.journal.status == "interrupted"
    assert world.clock.monotonic() < 10
    assert [p.phase for p in out.facts.phases] == ["conditions", "undo"]
    assert len(out.outcomes()) == 30


def interrupting(takes: float = 0.0) -> dict[str, Any]:
    return {
        "type": "python",
        "module": "tests.verify.world",
        "func": "interrupt",
        "arguments": {"signum": int(signal.SIGINT), "takes": takes},
    }


def test_an_interrupt_during_an_action_that_hangs_is_bounded(world: World, tmp_path: Path) -> None:
    method = [{"type": "action", "name": "hangs", "provider": interrupting(takes=1e7)}]
    out = play(tmp_path, experiment(method=method), Plan(10.0, 300.0))
    assert [name for _, name in world.done] == ["interrupt", "unburn"]
    assert world.clock.monotonic() <= 10.0
    assert out.facts.conditions[0].status == "interrupted"


def test_deviated_in_a_row_stops_then_undoes_then_recovers(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 5.0 if 40 < at < 200 else 0.1
    plan = Plan(10.0, 600.0, cool_down_s=50.0, stop_when=StopWhen(deviated_in_a_row=3))
    out = play(tmp_path, experiment(), plan)
    outcomes = out.outcomes()
    assert outcomes[:7] == ["met"] * 4 + ["deviated"] * 3
    assert set(outcomes[8:]) == {"missed"}
    assert out.facts.stopped == "stopped: 3 measurements deviated in a row"
    assert len(out.outcomes("recovery")) == 5
    assert [name for _, name in world.done] == ["burn", "unburn"]


def test_a_share_of_the_budget_stops_the_run(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 5.0 if at > 5 else 0.1
    plan = Plan(10.0, 600.0, objective=ServiceLevelObjective(0.95, 4000.0), stop_when=StopWhen(budget_spent=0.5))
    out = play(tmp_path, experiment(), plan)
    assert out.facts.stopped == "stopped: the run spent 50 % of the error budget"
    assert out.outcomes().count("deviated") in (10, 11)


def test_the_longest_duration_stops_the_run(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), Plan(10.0, 600.0, stop_when=StopWhen(max_duration_s=95.0)))
    assert "maximum duration" in str(out.facts.stopped)
    assert out.outcomes().count("met") == 10


def test_processes_of_the_run_can_be_told_by_their_environment(world: World, tmp_path: Path) -> None:
    told = {"type": "process", "path": "sh", "arguments": ["-c", "echo $RTK_RUN_ID"]}
    method = [{"type": "action", "name": "tell", "provider": told}]
    out = play(tmp_path, experiment(method=method, rollbacks=[]), Plan(10.0, 10.0))
    assert out.entries("activity")[0]["run"]["output"]["stdout"].strip() == RUN
    assert "RTK_RUN_ID" not in os.environ


@pytest.mark.parametrize("method", [None, [{"type": "action", "name": "hangs", "provider": interrupting(takes=1e7)}]])
def test_no_progress_is_expected_once_a_phase_is_over(world: World, tmp_path: Path, method: Any) -> None:
    assert play(tmp_path, experiment(method=method), Plan(10.0, 300.0)).run.pulse() is None
