"""Committers at work at the same time, on event loops and in processes of their own: each entry once, none lost."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rtk.console.store.database import parameters
from rtk.console.store.models import Measurement, Run
from tests.console.api.test_live import begun
from tests.console.live import Live, Machine, measurement
from tests.console.store.committing import answered

ROOT = Path(__file__).parents[3]
RUNS, ROUNDS, AT_ONCE = 3, 25, 4
Told = dict[str, Any]


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def in_a_process(told: Told) -> list[int]:
    """What a committer in a process of its own answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.console.store.committing"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def rounds(paths: list[str], team: str, chance: random.Random) -> list[list[Told]]:
    """Calls as a sender makes them whose answers get lost: sent on, again, in part, and with a gap."""
    reached = dict.fromkeys(paths, 0)
    found: list[list[Told]] = []
    for _ in range(ROUNDS):
        calls: list[Told] = []
        for path in chance.choices(paths, k=AT_ONCE):
            first, size = max(0, reached[path] - chance.randint(0, 4)), chance.randint(0, 6)
            reached[path] = max(reached[path], first + size)
            entries = [measurement(slot) for slot in range(first, first + size)]
            run, verification = path.rpartition("/")[2], path.split("/")[6]
            calls.append(
                {"run": run, "team": team, "verification": verification, "body": {"from": first, "entries": entries}}
            )
        found.append(calls)
    return found


@pytest.mark.parametrize("committing", [answered, in_a_process], ids=["event loops", "processes"])
def test_committers_at_the_same_runs_store_each_entry_once(
    live: Live, machine: Machine, committing: Callable[[Told], list[int]]
) -> None:
    paths = [begun(live, machine) for _ in range(RUNS)]
    runs = [path.rpartition("/")[2] for path in paths]
    connected = {key: value for key, value in parameters().items() if isinstance(value, str | int)}
    senders = [rounds(paths, str(live.world.shop.id), random.Random(seed)) for seed in range(2)]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(committing, [{"parameters": connected, "rounds": each} for each in senders]))
    for run in runs:
        stored = list(Measurement.objects.filter(run_id=run).order_by("n").values_list("n", "slot"))
        following = Run.objects.get(id=run).next
        assert stored == [(n, n) for n in range(following)], "an entry twice, or a gap"
        told = [next_ for each, answers in zip(senders, both, strict=True) for next_ in told_of(run, each, answers)]
        assert max(told) == following, "what was answered for is stored, and nothing else"


def told_of(run: str, sent: list[list[Told]], answers: list[int]) -> list[int]:
    """What a sender was answered for a run; each answer covers what was sent, and none takes back an earlier one."""
    calls = [call for each in sent for call in each]
    mine = [(call["body"], answer) for call, answer in zip(calls, answers, strict=True) if call["run"] == run]
    for body, answer in mine:
        assert answer == -409 or answer >= body["from"] + len(body["entries"])
    told = [answer for _, answer in mine if answer >= 0]
    assert told == sorted(told)
    return told
