"""A lost machine: the run and its guardian are both dead, and `chaos recover` undoes what they left."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rtk.verify.record import Recorded
from tests.journey.death import Death, chaos
from tests.targets import Target

Serve = Callable[[Callable[[int], float]], Target]


@pytest.fixture
def lost(target: Serve, tmp_path: Path) -> Iterator[Death]:
    """A run that died under its conditions together with its guardian."""
    death = Death(tmp_path / "lost", (signal.SIGKILL,), once="burn end", conditions_s=60, with_guardian=True)
    death.happen(target(lambda _: 0.01).url)
    assert death.notes("burn")
    assert not death.notes("unburn")
    yield death
    death.clear()


def test_what_a_lost_machine_left_is_undone(lost: Death) -> None:
    listed = chaos(lost, "recover", "--list")
    assert listed.returncode == 0
    assert "conditions that began: burn" in listed.stdout
    assert "to be undone by: unburn, unburn-more" in listed.stdout
    done = chaos(lost, "recover", "--all", "--yes")
    assert done.returncode == 0, done.stderr
    assert [len(lost.notes(name)) for name in ("unburn", "unburn-more")] == [2, 2]
    assert not lost.at_work()
    journal = json.loads((lost.place / "journal.json").read_text())
    assert journal["status"] == "interrupted"
    assert [run["activity"]["name"] for run in journal["rollbacks"]] == ["unburn", "unburn-more"]
    assert "No unfinished run" in chaos(lost, "recover").stdout
    assert [e["kind"] for e in Recorded(lost.record()[0]).entries()][-1] == "end"


def test_it_asks_before_it_acts(lost: Death) -> None:
    asked = chaos(lost, "recover", "--all")
    assert "Undo it now?" in asked.stdout
    assert not lost.notes("unburn")
    run_id = lost.record()[0].stem
    assert "there is no unfinished run nonsense" in chaos(lost, "recover", "--run", "nonsense", "--yes").stderr
    forgotten = chaos(lost, "recover", "--forget", run_id, "--yes")
    assert "is forgotten" in forgotten.stdout
    assert "No unfinished run" in chaos(lost, "recover", "--all", "--yes").stdout
    assert not lost.notes("unburn")


def test_the_next_run_says_that_one_was_left(lost: Death) -> None:
    left = lost.record()[0].stem  # now, for soon there is another
    told = chaos(lost, "verify", "--for", "0.3s", "experiment.json")
    assert f"An earlier run died before it was undone ({left})" in told.stderr
    assert "chaos recover --list" in told.stderr
