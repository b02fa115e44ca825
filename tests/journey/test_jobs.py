"""Two consoles and two workers on one PostgreSQL, all killed again and again: everybody is told everything.

`RTK_WORKERS_KILLED` says how many kills before all are killed (1 unless told; `make kills`: 100), `RTK_SEED` repeats
the choices of an earlier test.
"""

import os
import random
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import override_settings

from rtk.console.jobs.deferral import defer
from rtk.console.jobs.queue import Work
from rtk.console.notify.models import Notification
from rtk.console.notify.outbox import ENDED
from rtk.console.postgres import Postgres
from rtk.console.store import runs
from tests.console.commands import Rtk
from tests.console.notify.receivers import WebReceiver, serving
from tests.console.notify.told import a_run, recipient
from tests.console.people.world import World, made
from tests.databases import empty
from tests.journey.real import until

KEY = "k" * 50
RECIPIENTS = 3
REFUSED = 0.1  # of all tries
RUNS_A_KILL = 20  # however long it takes on a busy machine to start what was killed
LONGEST_PAUSE_S = 1.0
# Between sending and noting lie milliseconds, but for a machine that is busy.
UNNOTED_S = 5.0
LATER = """
UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute';
UPDATE notify_notification SET due_at = now() WHERE state = 'waiting';
"""
# A try that failed puts off all that waits for its recipient: 10 s, then 30 s and so on, a try in ten. What is claimed
# right now is due in 60 s or later, and stays as it is. So what the test waits for is that the jobs of who was killed
# are put back (10 s), not for as many pauses as there are tries that fail.
AGAIN = """
UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now();
UPDATE notify_notification SET due_at = now()
WHERE state = 'waiting' AND due_at > now() AND due_at < now() + interval '60 seconds' AND NOT EXISTS (
  SELECT FROM procrastinate_jobs WHERE status = 'doing' AND queue_name = 'notifications'
);
"""


@dataclass
class Fleet:
    """Consoles and workers that share a database, and when they were killed."""

    url: str
    places: list[tuple[str, Path]]
    processes: "list[subprocess.Popen[str]]" = field(default_factory=list)
    killed: list[float] = field(default_factory=list)

    def begin(self, number: int) -> "subprocess.Popen[str]":
        """Start one of them, and return once it is at work."""
        command, data = self.places[number]
        environ = {"DATABASE_URL": self.url, "RTK_SECRET_KEY": KEY, "RTK_NOTIFY_OWN_NETWORK": "yes"}
        begun = Rtk(data, environ).begin(command, *(("--port", "0") if command == "up" else ()))
        assert begun.stdout
        assert begun.stdout.readline().startswith("The ")
        return begun

    def start(self) -> None:
        """Start all of them."""
        self.processes = [self.begin(number) for number in range(len(self.places))]

    def kill(self, number: int) -> None:
        """Kill one of them."""
        self.processes[number].kill()
        self.processes[number].communicate()
        self.killed.append(time.monotonic())


@contextmanager
def ending(world: World, fleet: Fleet) -> Iterator[list[int]]:
    """Runs end, one after the other, some for each kill, until this does; how many have."""
    over, ended = threading.Event(), [0]

    def go_on() -> None:
        while not over.wait(0.05):
            if ended[0] >= RUNS_A_KILL * (len(fleet.killed) + 1):
                continue
            runs.end(a_run(world), world.member, b'{"status": "completed"}', None)
            ended[0] += 1
        connections.close_all()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield ended
    finally:
        over.set()
        thread.join()


@pytest.fixture
def fleet(django_db_setup: None, django_db_blocker: Any, postgres: Postgres, tmp_path: Path) -> Iterator[Fleet]:
    """Two consoles and two workers, of which none runs yet."""
    one = Fleet(postgres.url(), [(name, tmp_path / f"{name}-{n}") for name in ("up", "worker") for n in range(2)])
    with django_db_blocker.unblock(), override_settings(SECRET_KEY=KEY, NOTIFY_OWN_NETWORK=True):
        yield one
        for each in one.processes:
            each.kill()
            each.communicate()
        empty()
        connections.close_all()


@pytest.mark.timeout(3600)
def test_everybody_is_told_everything_whoever_is_killed(fleet: Fleet) -> None:
    kills, seed = (
        int(os.environ.get("RTK_WORKERS_KILLED", "1")),
        int(os.environ.get("RTK_SEED", random.randrange(2**32))),
    )
    print(f"RTK_SEED={seed} RTK_WORKERS_KILLED={kills}")
    chance = random.Random(seed)
    world = made()
    with ExitStack() as stack:
        receivers = [stack.enter_context(serving(WebReceiver())) for _ in range(RECIPIENTS)]
        for each in receivers:
            each.answers = [500 if chance.random() < REFUSED else 204 for _ in range(1000)] + [204]
            recipient(world, [ENDED], each.url)
        fleet.start()
        with ending(world, fleet) as ended:
            for _ in range(kills):
                time.sleep(chance.uniform(0, LONGEST_PAUSE_S))
                number = chance.randrange(len(fleet.places))
                fleet.kill(number)
                fleet.processes[number] = fleet.begin(number)
        for number in range(len(fleet.places)):
            fleet.kill(number)
        at_once(LATER)
        fleet.processes = [fleet.begin(2)]
        until(nothing_waits, "somebody is not told")
        assert Notification.objects.filter(state="delivered").count() == RECIPIENTS * ended[0] > 0
        twice = [each for receiver in receivers for each in told_twice(receiver, fleet.killed)]
    print(f"{ended[0]} runs, {len(fleet.killed)} kills, told twice: {len(twice)}")
    assert all(at_a_kill for at_a_kill in twice)


def nothing_waits() -> bool:
    """Whether everybody is told; what is to be tried again is due now."""
    time.sleep(0.5)
    at_once(AGAIN)
    defer(Work.TEST, [uuid4()])  # of no notification: it wakes the worker, which looks every 5 s else
    return not Notification.objects.filter(state="waiting").exists()


def at_once(statements: str) -> None:
    """Let what is due later be due now."""
    with connection.cursor() as cursor:
        cursor.execute(statements)


def told_twice(receiver: WebReceiver, killed: list[float]) -> Iterator[bool]:
    """For each notification that was taken once more, whether somebody was killed right after it was taken before."""
    took: dict[str, list[float]] = defaultdict(list)
    for moment, request, status in receiver.answered:
        if status == 204:
            took[request.headers["Rtk-Notification"]].append(moment)
    for moments in took.values():
        for moment in moments[:-1]:
            yield any(0 <= kill - moment < UNNOTED_S for kill in killed)
