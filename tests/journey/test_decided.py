"""A run that was ended because it fails whatever comes, killed at every stage of its end: it stays what it was."""

import json
import re
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rtk.insight.proof import Counts
from rtk.insight.standing import standing_of
from rtk.insight.standing_shape import PromiseStanding, StandingReason, StandingState
from rtk.insight.sums import RunSums, Sums
from tests.journey.death import Death, chaos
from tests.targets import Target

Serve = Callable[[Callable[[int], float]], Target]

PLANNED_S, GOOD = 6.0, 14  # seconds of conditions, 120 slots; answers in time, those of gate and baseline among them
MOMENTS: Mapping[str, Mapping[str, Any]] = {
    "decided": {"recorded": '"cause":"decided"'},
    "undone": {"once": "unburn start"},
    "recovering": {"once": "unburn-more end", "after": 0.2},
}


def degraded(target: Serve) -> str:
    """The address of a service that answers in time at first, and never again."""
    return target(lambda number: 0.01 if number < GOOD else 0.7).url


def ran(place: Path, url: str, *signals: int, **given: Any) -> Death:
    """A run that stops once it is decided; it is killed where there are signals."""
    return Death(place, signals, conditions_s=PLANNED_S, rules={"decided": True}, **given).happen(url)


def insight_of(death: Death) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((death.place / "journal.json").read_text())["extensions"][0]["insight"]
    return found


def stands(insight: Mapping[str, Any]) -> PromiseStanding:
    """How the promise stands by this run alone, right after it."""
    sums = insight["sums"]
    readings = (Counts(**sums["as_bad"]), Counts(**sums["as_good"]))
    run = RunSums(insight["run_id"], 1.0, insight["verdict"], Sums(*readings, sums["stopped_inside"]), 3.0)
    return standing_of([run], 0.9, 1.0)


def is_as_if_nobody_had_killed_it(death: Death) -> None:
    """Verdict, sentences and standing of a run that was decided: completed, failed, and no slot held against it."""
    death.check()
    insight = insight_of(death)
    assert (insight["status"], insight["verdict"], insight["stop_cause"]) == ("completed", "fail", "decided")
    assert insight["stopped"].startswith("decided early: ")
    during = next(each for each in insight["phases"] if each["phase"] == "conditions")
    assert during["planned"] == PLANNED_S / 0.05
    assert 0 < during["deviated"] < during["planned"]
    assert " in this run: allowing for chance, at most " in insight["headline"]
    assert re.search(r" had the \d+ slots that were cut off been good", insight["headline"])
    assert "Slots beyond the stop are not judged." in " ".join(insight["limits"])
    found = stands(insight)
    assert (found.state, found.reason) == (StandingState.BROKEN, StandingReason.BELOW)
    assert insight["sums"]["stopped_inside"] == 0
    assert found.slots == during["met"] + during["deviated"] + _missed_inside(death)


def _missed_inside(death: Death) -> int:
    """How many slots were missed before the last that was measured."""
    during = [e for e in death.entries if e["kind"] == "measurement" and e["phase"] == "conditions"]
    outcomes = [e["outcome"] for e in sorted(during, key=lambda e: e["slot"])]
    while outcomes and outcomes[-1] == "missed":
        outcomes.pop()
    return outcomes.count("missed")


def test_a_run_that_is_decided_ends_so(target: Serve, tmp_path: Path) -> None:
    death = ran(tmp_path / "whole", degraded(target))
    assert death.code == 2, death.output
    is_as_if_nobody_had_killed_it(death)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_was_decided_and_then_killed_is_completed_by_its_guardian(
    target: Serve, tmp_path: Path, moment: str
) -> None:
    death = ran(tmp_path / moment, degraded(target), signal.SIGKILL, **MOMENTS[moment])
    assert death.code == -signal.SIGKILL
    is_as_if_nobody_had_killed_it(death)


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_its_guardian_died_too_chaos_recover_completes_it(target: Serve, tmp_path: Path, moment: str) -> None:
    death = ran(tmp_path / moment, degraded(target), signal.SIGKILL, with_guardian=True, **MOMENTS[moment])
    done = chaos(death, "recover", "--all", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    is_as_if_nobody_had_killed_it(death.read())
