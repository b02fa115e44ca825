"""Undo: the rollbacks, each tried until it succeeds or has had its tries; a failed one is said to have failed."""

import logging
import threading
from collections.abc import Container
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any

from rtk.clock import Clock
from rtk.insight.facts import ActivitySpan
from rtk.insight.status import ActivityStatus
from rtk.verify.activity import Played, Player
from rtk.verify.instruction import by_hand
from rtk.verify.method import entry_of
from rtk.verify.patience import UndoPatience
from rtk.verify.record import Record
from rtk.verify.stop import StopRequest
from rtk.verify.toolkit import Toolkit
from rtk.verify.tries import GRACE_S, LIMIT_S, tries_of

logger = logging.getLogger(__name__)


class RollbackPlayer:
    """Plays the rollbacks once. Nothing in here lets a rollback be skipped because another one failed."""

    def __init__(
        self, toolkit: Toolkit, clock: Clock, record: Record, stop: StopRequest, patience: UndoPatience
    ) -> None:
        self._toolkit = toolkit
        self._clock = clock
        self._record = record
        self.spans: list[ActivitySpan] = []
        self._patience = patience
        self._player = Player(toolkit, clock, cut=stop.hurry, patience=patience)

    def play(self, over: Container[int] = ()) -> list[str]:
        """The names of the rollbacks that failed, each with the command to run by hand already said.

        `over` are the positions of rollbacks whose end is recorded already: they are never played again.
        """
        rollbacks = self._toolkit.experiment.get("rollbacks", [])
        runs: list[dict[str, Any]] = []
        failed: list[str] = []
        logger.info("Let's rollback..." if rollbacks else "No declared rollbacks, let's move on.")
        with self._toolkit.controlled("rollback", self._toolkit.experiment, self._patience) as state:
            waiting: list[threading.Event] = []
            for activity in rollbacks:  # a control may add some meanwhile
                index = self._toolkit.numbers["rollbacks"].take(activity)
                if index in over:
                    continue
                done = threading.Event()
                waiting.append(done)
                whole = self._player.resolve(activity)
                name = str(whole.get("name") or whole.get("ref"))
                entry = {**self._toolkit.entry_of("rollbacks", index, whole), "name": name}
                # Here and not in a thread of its own, which may come to it late: the journal is in the order of starts.
                self._record.note("intent", durable=True, role="rollback", **entry)
                one = partial(self._one, entry, whole, runs, failed, done)
                if activity.get("background"):
                    with suppress(RuntimeError):  # at the limit of threads one after another must do
                        self._clock.spawn(one, "rtk-undo")
                        continue
                one()
            for done in waiting:
                self._clock.wait(done)
            state(lambda: runs)
        return failed

    def _one(
        self,
        entry: dict[str, Any],
        activity: dict[str, Any],
        runs: list[dict[str, Any]],
        failed: list[str],
        done: threading.Event,
    ) -> None:
        logger.info(f"Rollback: {entry['name']}")
        try:
            try:
                found = self._player.play(*bound(activity), tries_of(activity))
                assert found is not None
                played = found
            except BaseException as error:  # noqa: BLE001 - whatever goes wrong with one, the next rollback is played
                said = self._toolkit.redact(f"{type(error).__name__}: {error}")
                played = Played({"output": None, "status": "failed"}, said)
            runs.append(played.run)
            name, failure, hand = entry["name"], played.failure, None
            if failure:
                with suppress(Exception):  # an activity that cannot even be told
                    hand = by_hand(activity, self._toolkit)
            status = ActivityStatus.FAILED if failure else ActivityStatus.SUCCEEDED
            self.spans.append(ActivitySpan(name, 0.0, 0.0, status, failure, hand, tries=played.tries))
            if failure:
                failed.append(name)
                logger.critical(f"NOT RESTORED: {name}: {failure}. By hand: {hand}")
            told = {"failure": failure, "tries": played.tries, "by_hand": hand}
            self._record.note("activity", durable=True, role="rollback", **entry, run=entry_of(played), **told)
        finally:
            done.set()


def bound(activity: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """The activity with a timeout for each try, and how long to wait for a try at most (seconds)."""
    provider = activity["provider"]
    own = None
    # A function that takes a time limit ends by it, so that it is waited for as long.
    if "timeout" in provider or (isinstance(provider.get("arguments"), dict) and provider["type"] == "python"):
        own = provider.get("timeout") or (provider.get("arguments") or {}).get("timeout")
    if isinstance(own, list):
        own = sum(own)
    if isinstance(own, int | float) and not isinstance(own, bool):
        return activity, float(own) + GRACE_S
    bounded = deepcopy(activity)
    if provider["type"] in ("process", "http"):
        bounded["provider"]["timeout"] = LIMIT_S
    return bounded, LIMIT_S + GRACE_S
