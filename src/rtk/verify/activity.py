"""Plays one activity of the method or of the rollbacks, as the Chaos Toolkit would, and says whether it failed.

The Chaos Toolkit calls an action `succeeded` when its process exited with 1 or its request was answered with
500. Here failed is failed: a non-zero exit, an HTTP status of 400 or more, a raised error, a time-out.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rtk.clock import Clock
from rtk.errors import BadInput
from rtk.experiment.claim import extension_of
from rtk.figures import chosen_duration
from rtk.verify.calls import name_of
from rtk.verify.measure import is_tolerated, isoformat, kept
from rtk.verify.patience import UndoPatience
from rtk.verify.pauses import WHEN, pauses_of
from rtk.verify.provider import run_activity
from rtk.verify.redact import told
from rtk.verify.results import check_within, result_of, sentence_of
from rtk.verify.toolkit import Toolkit

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Played:
    """An activity as it went: `run` is the journal's entry, `failure` one sentence when it failed."""

    run: dict[str, Any]
    failure: str | None = None
    tries: int = 1


class Player:
    """Plays activities. Pauses end early when `cut` is set; a try longer than `limit` (seconds) has failed."""

    def __init__(
        self, toolkit: Toolkit, clock: Clock, cut: threading.Event, patience: UndoPatience | None = None
    ) -> None:
        """`patience` is that of an undo, which no control may stop."""
        self._patience = patience
        self._stoppable = patience is None
        self._toolkit = toolkit
        self._clock = clock
        self._cut = cut

    def resolve(self, activity: dict[str, Any]) -> dict[str, Any]:
        """The activity itself, or the one it refers to by name."""
        return self._toolkit.resolved(activity)

    def play(
        self,
        activity: dict[str, Any],
        limit: float | None = None,
        tries: int = 1,
        about_to: Callable[[], bool] = lambda: True,
        ended: Callable[[Played], None] = lambda _: None,
    ) -> Played | None:
        """Play it, with its controls and pauses, until it succeeds or has had its tries (1 s, 2 s, … apart).

        `about_to` is asked right before, when controls and pause are over; None when it says no. `ended` is called
        right after: what follows, such as a control, may still break off.
        """
        try:
            pauses = pauses_of(self._toolkit, activity)
        except BadInput as error:
            if self._stoppable:
                raise
            # A rollback without its pause still undoes; one that is refused leaves the system broken.
            logger.warning(f"{activity.get('name')} is played without a pause: {error}")
            pauses = dict.fromkeys(WHEN, 0.0)
        with self._toolkit.controlled("activity", activity, self._patience) as state:
            self._pause(pauses["before"], "before next activity")
            if not about_to():
                return None
            logger.info(f"{activity['type'].title()}: {activity['name']}")
            registry = self._toolkit.registry
            self._toolkit.heard(lambda: registry.start_activity(activity), self._patience)
            for count in range(1, tries + 1):
                played = self._timed(activity, limit)
                played.tries = count
                if played.failure is None or count == tries:
                    break
                logger.warning(f"  => try {count} of {tries} failed, trying again in {count} s")
                self._clock.wait(self._cut, count)
            ended(played)
            self._toolkit.heard(lambda: registry.activity_completed(activity, played.run), self._patience)
            self._pause(pauses["after"], "after activity")
            state(lambda: played.run)
        return played

    def _pause(self, seconds: float, when: str) -> None:
        if seconds and not self._cut.is_set():
            logger.info(f"Pausing {when} for {seconds:g}s...")
            self._clock.wait(self._cut, seconds)

    def _timed(self, activity: dict[str, Any], limit: float | None) -> Played:
        start, began = self._clock.now(), self._clock.monotonic()
        run: dict[str, Any] = {"activity": activity, "output": None, "start": isoformat(start)}
        failure = self._bounded(activity, run, limit)
        took = self._clock.monotonic() - began
        redact = self._toolkit.redact
        redact.learn()  # an activity is handed the configuration itself, and may have put secrets into it
        run["output"], _ = kept(redact.within(run["output"]))
        run |= {
            "status": "failed" if "exception" in run else "succeeded",
            "end": isoformat(start + took),
            "duration": took,
        }
        if failure:
            failure = redact(failure)
            cut = self._stoppable and self._cut.is_set()
            logger.log(
                logging.WARNING if cut else logging.ERROR,
                f"  => {'cut short' if cut else 'failed'}: {failure}",
            )
        return Played(run, failure)

    def _bounded(self, activity: dict[str, Any], run: dict[str, Any], limit: float | None) -> str | None:
        if limit is None:
            return self._run(activity, run)
        # It fills a mapping of its own: a try that is given up may end later, and must not change what is recorded.
        done, result = threading.Event(), dict[str, Any]()

        def work() -> None:
            try:
                result["failure"] = self._run(activity, result)
            finally:
                done.set()

        try:
            self._clock.spawn(work, "rtk-activity")
        except RuntimeError:  # at the limit of threads it is played in the thread there is, and waited for
            work()
        if not self._clock.wait(done, limit):
            run["exception"] = [failure := f"no end within {chosen_duration(limit)}"]
            return failure
        failure = result.pop("failure", "it ended without a result")
        run |= result
        return str(failure) if failure else None

    def _run(self, activity: dict[str, Any], run: dict[str, Any]) -> str | None:
        given = (self._toolkit.configuration, self._toolkit.secrets)
        try:
            output, provider = run_activity(activity, *given), activity["provider"]
            if provider["type"] == "python":  # what returned without having done anything has failed
                output = result_of(output, name_of(provider))
                check_within(output, name_of(provider))
            run["output"] = output
            self._toolkit.own.check()
        # Even KeyboardInterrupt: a real Ctrl-C comes as a signal to a handler of ours, so the extension raised it.
        except BaseException as error:  # noqa: BLE001 - whatever an extension raises, the activity has failed
            self._toolkit.own.check()
            sentence = sentence_of(error)
            run["exception"] = [f"{sentence}\n"]
            return sentence
        success = extension_of(activity).get("success", activity.get("tolerance"))
        if success is None:
            return failure_of(activity, output, self._toolkit.redact)
        # What the activity itself declares to be success overrides what its exit code or status would mean.
        try:
            met = is_tolerated(success, output, *given)
            self._toolkit.own.check()
        except BaseException as error:  # noqa: BLE001 - an output its own success cannot judge
            return f"its success could not be judged: {sentence_of(error)}"
        if met:
            return None
        return f"its output {self._toolkit.redact(told(output))[:200]!r} is not the success it declares"


def failure_of(activity: Mapping[str, Any], output: Any, redact: Callable[[str], str]) -> str | None:
    """What an output says of a failure: a process' exit status, an HTTP answer's status.

    Its words are redacted before they are cut, since of half a secret nobody knows that it is one.
    """
    kind = activity["provider"]["type"]
    status = output.get("status") if isinstance(output, dict) else None
    if kind == "process" and status:
        last = redact(str(output.get("stderr") or output.get("stdout") or "")).strip().splitlines()[-1:]
        return f"its process exited with {status}" + (f": {last[0][:300]}" if last else "")
    if kind == "http" and isinstance(status, int) and status >= 400:
        return f"its request was answered with {status}"
    return None
