"""A run shows progress while it is measured, and until what it did is undone."""

from pathlib import Path
from typing import Any

from rtk.experiment.plan import Plan
from rtk.verify.longest import beside_s
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.pulse import LifeSigns, Pulse
from rtk.verify.run import ACTION_S, VerificationRun
from tests.verify.world import World, action, experiment, play, provider

DOCUMENT: dict[str, Any] = {"rollbacks": [{"provider": {"type": "process", "timeout": 1}}]}


class Run:
    """What a pulse is told of."""

    phase: int | None = None
    rollbacks = 0


def test_a_phase_has_no_patience_and_an_undo_that_of_its_limits() -> None:
    run = Run()
    pulse = LifeSigns(lambda: run.phase, lambda: run.rollbacks, 35.0)
    assert pulse() is None, "before the method the run may take its time"
    pulse.expect_undo(DOCUMENT)
    run.phase = 7
    assert pulse() == Pulse(7)
    run.phase = None
    assert pulse() == Pulse(0, 35.0 + beside_s(DOCUMENT) + 2 * BESIDE_UNDO_S)
    run.rollbacks = 1
    assert pulse() == Pulse(1, 35.0 + beside_s(DOCUMENT) + 2 * BESIDE_UNDO_S)
    pulse.expect_nothing()
    assert pulse() is None


seen: list[Pulse | None] = []
playing: list[VerificationRun] = []


def look() -> None:
    """A rollback that looks at the pulse of its run."""
    seen.append(playing[-1].pulse())


def test_progress_is_expected_of_the_undo_of_a_run(world: World, tmp_path: Path, monkeypatch: Any) -> None:
    seen.clear()

    def noted(self: VerificationRun, *_: Any, **__: Any) -> None:
        playing.append(self)
        return begun(self)

    begun = VerificationRun.play
    monkeypatch.setattr(VerificationRun, "play", noted)
    looks: dict[str, Any] = {
        "type": "action",
        "name": "look",
        "provider": {**provider("x"), "module": __name__, "func": "look"},
    }
    looks["provider"].pop("arguments")
    document = experiment(rollbacks=[looks, action("unburn"), looks])
    out = play(tmp_path, document, Plan(10.0, 30.0, cool_down_s=10.0))
    patience = ACTION_S + 30.0 + beside_s(document) + 2 * BESIDE_UNDO_S
    assert seen == [Pulse(0, patience), Pulse(2, patience)]
    assert out.run.pulse() is None, "all is undone"
