"""A run killed at moments of chance: what it did is undone, and what it measured is kept.

`RTK_KILLS` says how often (12 unless told), `RTK_SEED` repeats the moments of an earlier run.
"""

import os
import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journey.death import Death
from tests.targets import Target

WAYS = ((signal.SIGKILL,), (signal.SIGTERM,), (signal.SIGINT,), (signal.SIGSTOP, signal.SIGKILL))
LONGEST_S = 3.2
AT_ONCE = 2


Serve = Callable[[Callable[[int], float]], Target]


@pytest.mark.timeout(3600)
def test_whatever_kills_a_run_at_whatever_moment_it_is_undone(target: Serve, tmp_path: Path) -> None:
    kills = int(os.environ.get("RTK_KILLS", "12"))
    seed = int(os.environ.get("RTK_SEED", random.randrange(2**32)))
    print(f"RTK_SEED={seed} RTK_KILLS={kills}")
    url = target(lambda _: 0.02).url
    chance = random.Random(seed)
    deaths = [Death(tmp_path / str(i), WAYS[i % len(WAYS)], chance.uniform(0, LONGEST_S)) for i in range(kills)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for death in pool.map(lambda each: each.happen(url), deaths):
            try:
                death.check()
            except AssertionError as error:
                told = f"seed {seed}, {death.place}: {death.signals} after {death.after:.3f} s\n{death.output}"
                raise AssertionError(f"{error}\n{told}") from error


def test_a_run_that_stops_responding_is_ended_and_undone_by_its_guardian(target: Serve, tmp_path: Path) -> None:
    death = Death(
        tmp_path / "stopped", (signal.SIGSTOP,), once="burn end", conditions_s=60, options=("--max-duration", "8s")
    )
    death.happen(target(lambda _: 0.02).url)
    assert death.code == -signal.SIGKILL
    death.check()
    assert len(death.notes("unburn")) == 2, "once, from start to end"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT])
def test_other_signals_end_a_run_in_order_too(target: Serve, tmp_path: Path, number: signal.Signals) -> None:
    death = Death(tmp_path / "ended", (number, number), once="burn end", conditions_s=60)
    death.happen(target(lambda _: 0.02).url)
    assert death.code == 128 + number
    death.check()
