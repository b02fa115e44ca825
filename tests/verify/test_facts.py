"""Facts from a record: up to the last whole entry, in slot order, whatever is missing."""

from pathlib import Path

from rtk.experiment.plan import Plan
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.verify.facts import facts_of, lasts_of
from rtk.verify.journal import Slots
from rtk.verify.record import Recorded
from tests.verify.world import World, action, experiment, play

PLAN = Plan(10.0, 40.0, warm_up_s=20.0, cool_down_s=20.0, objective=ServiceLevelObjective(0.95, 86400.0))


def test_slots_are_told_in_order_whatever_the_order_they_were_noted_in() -> None:
    slots = Slots()
    for phase, slot, offset in (("recovery", 0, 5), ("conditions", 1, 1), ("baseline", 0, 9), ("conditions", 0, 7)):
        slots.add(phase, slot, offset)
    assert list(slots.in_order()) == [9, 7, 1, 5]


def test_a_run_cut_off_after_any_entry_has_facts_and_never_passes(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), PLAN)
    lines = out.recorded.path.read_bytes().splitlines(keepends=True)
    for count in range(1, len(lines)):
        path = tmp_path / f"{count}.record"
        path.write_bytes(b"".join(lines[:count]))
        facts = facts_of(Recorded(path))
        assert (facts.status, facts.stopped) == ("interrupted", "interrupted: the run ended without a goodbye")
        assert insight(facts).figures.verdict != "pass"
        assert len(facts.measurements) <= count


def test_what_an_action_says_of_its_lasting_is_read() -> None:
    assert lasts_of({"extensions": [{"name": "rtk", "lasts": 30}]}) == 30.0
    assert lasts_of({"extensions": [{"name": "rtk", "lasts": True}, "odd"]}) is None
    assert lasts_of({}) is None


def test_conditions_and_rollbacks_are_told_with_their_times(world: World, tmp_path: Path) -> None:
    method = [action("burn", takes=5.0, activity={"extensions": [{"name": "rtk", "lasts": 12}]})]
    out = play(tmp_path, experiment(method=method), PLAN)
    (burn,) = out.facts.conditions
    assert (burn.name, burn.status, burn.lasts) == ("burn", "succeeded", 12.0)
    assert burn.ended is not None
    assert round(burn.ended - burn.started, 3) == 5.0
    assert [span.name for span in out.facts.rollbacks] == ["unburn"]
