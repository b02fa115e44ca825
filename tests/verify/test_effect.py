"""The effect of a condition is asked for through the whole phase, and only changes are recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chaoslib.exceptions import InterruptExecution

from rtk.experiment.claim import Claim, check
from rtk.experiment.plan import Plan
from rtk.insight.effect import EffectChange, EffectState
from rtk.insight.insight import insight
from rtk.insight.stops import StopCause
from rtk.verify.crew import Sample
from rtk.verify.proof import Prover
from tests.verify import world as module
from tests.verify.world import Outcome, World, action, experiment, play, provider

PLAN = Plan(5.0, 300.0, cool_down_s=30.0)


def burning(until_s: float, **more: Any) -> dict[str, Any]:
    """A condition whose effect shows for so many seconds after it began."""
    probe = {
        "name": "it-burns",
        "provider": provider("since", name="burn"),
        "tolerance": {"type": "range", "range": [0, until_s]},
    }
    lasts = {"lasts": more.pop("lasts")} if "lasts" in more else {}
    effect = {"probes": [probe], "within": 20, **more}
    return action("burn", activity={"extensions": [{"name": "rtk", "effect": effect, **lasts}]})


def states(out: Outcome) -> list[EffectState]:
    return [change.state for change in out.facts.effects]


def test_an_effect_that_shows_to_the_end_is_recorded_once(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[burning(1e6)]), PLAN)
    assert states(out) == [EffectState.SHOWN]
    assert insight(out.facts).without_effect == 0


def test_a_condition_that_is_over_after_a_second_is_found_out(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[burning(1.0)]), PLAN)
    shown, gone = out.facts.effects
    assert (shown.state, gone.state) == (EffectState.SHOWN, EffectState.GONE)
    assert gone.at - shown.at == pytest.approx(5.0), "asked every frequency"
    assert gone.before == shown.at
    assert gone.reason == "it-burns: outside its tolerance"
    found = insight(out.facts)
    assert (found.figures.verdict, found.without_effect, found.figures.met) == ("invalid", 59, 1)
    assert out.outcomes() == ["met"] * 60, "what was measured stays in the record"
    assert (out.facts.conditions[0].status, out.run.journal.status) == ("succeeded", "completed")


def test_a_probe_that_answers_no_more_tells_of_no_effect(world: World, tmp_path: Path) -> None:
    condition = burning(1e6)
    condition["extensions"][0]["effect"]["probes"][0]["provider"] = provider("hangs_later", after=60.0)
    out = play(tmp_path, experiment(method=[condition]), PLAN)
    shown, gone = out.facts.effects
    assert (shown.state, gone.state) == (EffectState.SHOWN, EffectState.GONE)
    assert gone.reason == "given up without an answer after 20 s", "in which the effect had to show at first"
    found = insight(out.facts)
    assert found.figures.verdict == "invalid"
    assert 47 <= found.without_effect <= 50


@pytest.mark.parametrize(("every", "asked"), [(2.0, 2.0), (0.2, 1.0), (60.0, 60.0)])
def test_it_is_asked_as_often_as_it_says_but_at_most_once_a_second(
    world: World, tmp_path: Path, every: float, asked: float
) -> None:
    out = play(tmp_path, experiment(method=[burning(30.5, every=every)]), PLAN)
    gone = out.facts.effects[1]
    assert gone.before is not None
    assert gone.at - gone.before == pytest.approx(asked, abs=0.1)


def test_an_effect_that_comes_back_counts_from_the_ask_that_shows_it(world: World, tmp_path: Path) -> None:
    condition = burning(1e6)
    outside = {"type": "probe", "name": "outside", "provider": provider("outside", low=50.0, high=80.0)}
    condition["extensions"][0]["effect"]["probes"][0]["tolerance"] = outside
    out = play(tmp_path, experiment(method=[condition]), PLAN)
    assert states(out) == [EffectState.SHOWN, EffectState.GONE, EffectState.SHOWN]
    found = insight(out.facts)
    assert 6 <= found.without_effect <= 8
    assert found.invalid_reason is None


@pytest.mark.parametrize("lasts", [0, 20])
def test_with_lasts_it_is_asked_only_so_long(world: World, tmp_path: Path, lasts: float) -> None:
    document = experiment(method=[burning(lasts + 0.5, lasts=lasts)])
    check(document)
    out = play(tmp_path, document, PLAN)
    assert states(out) == [EffectState.SHOWN, EffectState.OVER]
    assert insight(out.facts).figures.met == 60, "what follows is its consequence"


def test_with_lasts_what_ends_before_its_time_is_missed_until_then(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[burning(10.5, lasts=100)]), PLAN)
    assert states(out) == [EffectState.SHOWN, EffectState.GONE, EffectState.OVER]
    found = insight(out.facts)
    assert 17 <= found.without_effect <= 19
    assert found.invalid_reason is None


def test_nothing_is_asked_once_it_is_undone(world: World, tmp_path: Path) -> None:
    """The rollback takes a minute, in which the effect is gone as it should be."""
    rollbacks = [action("unburn", takes=60.0)]
    out = play(tmp_path, experiment(method=[burning(305.0)], rollbacks=rollbacks), PLAN)
    assert states(out) == [EffectState.SHOWN]


def test_asking_does_not_delay_a_slot(world: World, tmp_path: Path) -> None:
    """A probe of the effect that hangs is a thread of its own, and an effect that cannot be seen is not shown."""
    slow = burning(1e6)
    world.took = lambda _: 0.1
    slow["extensions"][0]["effect"]["probes"][0]["provider"] = provider("hangs_later", after=20.0)
    out = play(tmp_path, experiment(method=[slow]), PLAN)
    start = next(p.started for p in out.facts.phases if p.phase == "conditions")
    due = [m.started for m in out.facts.measurements if m.phase == "conditions"]
    assert due == pytest.approx([start + 5.0 * k for k in range(60)])
    assert EffectState.GONE in states(out)
    assert "given up without an answer after 20 s" in str(out.facts.effects[1].reason)


def test_the_console_and_the_journal_read_the_same_changes(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[burning(1.0)]), PLAN)
    first = out.facts.effects[0]
    assert isinstance(first, EffectChange)
    assert [entry["state"] for entry in out.entries("proof")] == ["shown", "gone"]
    assert all(entry["missing"] is None for entry in out.entries("proof")), "an older reader finds nothing missing"


def test_a_control_that_interrupts_while_an_effect_is_asked_for_stops_the_run(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.verify import extension

    def interrupts(context: dict[str, Any], **_: Any) -> None:
        if context["name"] == "it-burns" and module.world.clock.monotonic() > 60:
            raise InterruptExecution("enough")

    monkeypatch.setattr(extension, "before_activity_control", interrupts, raising=False)
    control = {"name": "c", "provider": {"type": "python", "module": "tests.verify.extension"}}
    out = play(tmp_path, experiment(method=[burning(1e6)], controls=[control]), PLAN)
    assert out.facts.stop is not None
    assert (out.facts.stop.cause, out.facts.stop.detail) == (StopCause.CONTROL, "enough")


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (RuntimeError("can't start new thread"), [EffectState.SHOWN]),
        (KeyboardInterrupt(), [EffectState.SHOWN, EffectState.GONE, EffectState.SHOWN]),
    ],
    ids=str,
)
def test_only_the_measurers_own_failures_say_nothing_of_an_effect(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, found: list[EffectState]
) -> None:
    asking = Prover.asking

    def breaks_once(self: Prover, claim: Claim) -> Callable[[float], Sample]:
        ask, begins = asking(self, claim), module.world.clock.monotonic() + 20

        def asked(until: float) -> Sample:
            if begins <= module.world.clock.monotonic() < begins + 5:
                raise error
            return ask(until)

        return asked

    monkeypatch.setattr(Prover, "asking", breaks_once)
    assert states(play(tmp_path, experiment(method=[burning(1e6)]), PLAN)) == found
