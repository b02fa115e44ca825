"""A pause comes to a number of seconds, or nothing begins."""

from pathlib import Path
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment.plan import Plan
from rtk.verify.pauses import check, pauses_of
from rtk.verify.toolkit import Toolkit
from tests.verify.world import World, action, experiment, play

CONTROL = {"name": "none", "provider": {"type": "python", "module": "tests.verify.test_pauses"}}


def paused(pauses: Any, **more: Any) -> dict[str, Any]:
    return action("burn", activity={"pauses": pauses})


def toolkit(pauses: Any, **more: Any) -> Toolkit:
    return Toolkit(experiment(method=[paused(pauses)], **more), {})


@pytest.mark.parametrize(
    ("pauses", "seconds"),
    [
        (None, (0, 0)),
        ({}, (0, 0)),
        ({"before": None, "after": 1}, (0, 1)),
        ({"before": 0.5}, (0.5, 0)),
        ({"before": "${z}", "after": "${z}"}, (2.5, 2.5)),
    ],
)
def test_a_pause_is_filled_in(pauses: Any, seconds: tuple[float, float]) -> None:
    ready = toolkit(pauses, configuration={"z": 2.5})
    check(ready)
    assert tuple(pauses_of(ready, paused(pauses)).values()) == seconds


@pytest.mark.parametrize("value", ["1s", "0.2", "", True, -1, 1e12, [1], {"a": 1}])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("part", ["method", "rollbacks"])
def test_a_pause_that_comes_to_no_number_is_refused_before_anything_happens(value: Any, when: str, part: str) -> None:
    document = experiment(**{part: [action("first"), paused({when: "${z}"})]}, configuration={"z": value})
    with pytest.raises(BadInput) as refusal:
        check(Toolkit(document, {}))
    told = str(refusal.value)
    assert told.startswith(f'{part}[1].pauses.{when}: "${{z}}" resolves to ')
    assert told.endswith("expected a number of seconds from 0 to 2592000")


def test_a_name_that_is_not_there_is_no_number() -> None:
    with pytest.raises(
        BadInput, match=r'pauses\.after: expected a number of seconds from 0 to 2592000, not "\$\{nobody\}"'
    ):
        check(toolkit({"after": "${nobody}"}))


def test_the_pause_of_what_a_ref_names_counts() -> None:
    named = {**paused({"before": "${z}"}), "type": "probe"}
    document = experiment(method=[], rollbacks=[{"ref": "burn"}], configuration={"z": "x"})
    document["steady-state-hypothesis"]["probes"].append(named)
    ready = Toolkit(document, {})
    with pytest.raises(BadInput, match=r"rollbacks\[0\]\.pauses\.before"):
        check(ready)


def test_where_a_control_may_fill_it_in_it_is_asked_when_it_is_due(world: World, tmp_path: Path) -> None:
    document = experiment(
        method=[paused({"before": "${z}"}), action("never")],
        rollbacks=[action("unburn", activity={"pauses": {"before": "${z}"}})],
        configuration={"z": "soon"},
        controls=[CONTROL],
    )
    check(Toolkit(document, {}))
    out = play(tmp_path, document, Plan(10.0, 20.0))
    assert [name for _, name in world.done] == ["unburn"], "nothing blocks a rollback"
    assert out.run.journal.status in ("aborted", "interrupted")
    assert 'pauses.before: "${z}" resolves to "soon"' in str(out.facts.stop and out.facts.stop.sentence)
