"""Runs and executions that are published while the console is killed and its database is stopped: all is there once.

`RTK_PUBLISHED` says how many runs (3 unless told), `RTK_SEED` repeats the moments of an earlier test.
"""

import os
import random
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journey.real import Real, until
from tests.publish.home import Ended, Home, experiment, shell

AT_ONCE = 3
LASTS_S = 3.0
TITLE = "Whatever becomes of the console"
LONGEST_PAUSE_S = 3.0
WAYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)


@dataclass
class Trouble:
    """What happens to a console, at moments and in ways of chance."""

    real: Real
    chance: random.Random

    def wait(self) -> None:
        time.sleep(self.chance.uniform(0, LONGEST_PAUSE_S))

    def happen(self) -> str:
        """The console dies, its database stops, or both; afterwards both are there again. What happened."""
        what = self.chance.choice(("console", "database", "both"))
        way = self.chance.choice(WAYS)
        if what != "database":
            self.real.kill()
        if what != "console":
            self.real.stop_database(way, self.chance.uniform(0, 1))
        if what != "database":
            time.sleep(self.chance.uniform(0, 1))
            self.real.up()
        until(self.real.answers, f"the console does not come back after: {what}, {way.name}")
        return what


def at_once(home: Home, pool: ThreadPoolExecutor, count: int) -> list["Future[Ended]"]:
    """So many runs of the real `chaos verify` beside each other, and one of `chaos run`."""
    commands = [("verify", "--alongside", "--journal-path", f"journal-{number}.json") for number in range(count)]
    runs = [pool.submit(home.chaos, *command, "verification.json") for command in commands]
    controls = ("--control-file", "controls.json")
    return [*runs, pool.submit(home.chaos, "run", *controls, "--journal-path", "execution.json", "experiment.json")]


def executions(real: Real) -> list[tuple[str, bool]]:
    """Status of all executions of our experiment, and whether they have ended."""
    query = """
    SELECT e.status, e.ended_at IS NOT NULL FROM store_execution e JOIN store_experiment x ON x.id = e.experiment_id
    WHERE x.title = %s
    """
    with real.postgres.connect() as connection:
        return connection.execute(query, [TITLE]).fetchall()


@pytest.mark.timeout(3600)
def test_whatever_becomes_of_the_console_it_has_every_measurement_once(real: Real, tmp_path: Path) -> None:
    count, seed = int(os.environ.get("RTK_PUBLISHED", "3")), int(os.environ.get("RTK_SEED", random.randrange(2**32)))
    print(f"RTK_SEED={seed} RTK_PUBLISHED={count}")
    trouble = Trouble(real, random.Random(seed))
    home = Home(tmp_path, {"RTK_URL": real.url, "RTK_TOKEN": real.token, "CI": "1"})
    home.verification(lasts=LASTS_S, every=0.02)
    home.write("experiment.json", experiment(title=TITLE, method=[shell("burn", f"sleep {LASTS_S}")]))
    home.write("controls.json", {"c": {"provider": {"type": "python", "module": "chaoscloud.controls"}}})
    happened = list[str]()
    batches = range(0, count, AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        for first in batches:
            runs = at_once(home, pool, min(AT_ONCE, count - first))
            until(lambda first=first: len(home.records()) > first, "no run begins")  # type: ignore[misc] # one value
            while not all(run.done() for run in runs):
                trouble.wait()
                happened.append(trouble.happen())
            assert [run.result().code for run in runs] == [0] * len(runs), [run.result().out for run in runs]
    print(f"{len(happened)} times: {', '.join(happened)}")
    sent = home.chaos("publish", "--pending")
    assert sent.code == 0, sent.out
    assert len(home.records()) == count
    for record in home.records():
        real.has(record)
    assert executions(real) == [("completed", True)] * len(batches)
