"""The method: conditions applied one after another in a thread of their own, while measuring goes on."""

import logging
import math
import threading
from functools import partial
from typing import Any

from chaoslib.exceptions import InterruptExecution

from rtk.clock import Clock
from rtk.errors import CannotRecord
from rtk.experiment.claim import claim_of, extension_of
from rtk.figures import chosen_duration
from rtk.insight.stops import StopCause
from rtk.verify.activity import Played, Player
from rtk.verify.effect import EffectWatch, Shown
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.proof import Prover
from rtk.verify.record import Record
from rtk.verify.stop import CTRL_C_S, StopRequest, cause_of
from rtk.verify.toolkit import Toolkit

logger = logging.getLogger(__name__)


class Method:
    """Plays an experiment's method once. `done` is set when everything of it has ended, background included."""

    def __init__(
        self,
        toolkit: Toolkit,
        clock: Clock,
        record: Record,
        stop: StopRequest,
        bell: threading.Event,
        frequency_s: float,
    ) -> None:
        """`frequency_s` is how often an effect that showed is asked for again."""
        self.done = threading.Event()
        self.started = False
        self.began: list[int] = []
        self._started: list[int] = []
        self.is_played = False  # whether it has come to its activities, of which there may be none
        self.failed: str | None = None
        self.current: str | None = None
        self._toolkit = toolkit
        self._clock = clock
        self._record = record
        self._stop = stop
        self._bell = bell
        self._player = Player(toolkit, clock, cut=stop.asked)
        self._prover = Prover(toolkit, clock, stop.asked)
        self.first_returned = threading.Event()  # whether the first activity has ended
        self.effects = EffectWatch(toolkit, clock, record, stop, frequency_s)
        self.took_hold = threading.Event()
        if not any(claim_of(activity, "effect") for activity in toolkit.experiment.get("method", [])):
            self.took_hold.set()
        self._lock = threading.Lock()
        self._closed = False
        self._playing = 0
        self._ended = threading.Event()
        self._over_at = math.inf

    def start(self) -> None:
        """Begin; returns at once."""
        self.started = True
        try:
            self._clock.spawn(self._play, "rtk-method")
        except RuntimeError as error:  # at the limit of threads
            self._stop.request(StopCause.METHOD, f"the method could not begin: {error}")
            self.done.set()

    def is_over(self) -> bool:
        """Return whether it has ended, or only the controls after it still go on and have had an undo's patience."""
        return self.done.is_set() or self._clock.monotonic() >= self._over_at + BESIDE_UNDO_S

    def ask_no_more(self) -> None:
        """Leave the effects of the conditions alone, for they are about to be undone."""
        self.effects.end()

    def close(self) -> list[int]:
        """Let no further condition begin, for undoing begins; the positions of those that have."""
        with self._lock:
            self._closed = True
            return list(self.began)

    def _play(self) -> None:
        try:
            self._toolkit.registry.start_method(self._toolkit.experiment)
            with self._toolkit.controlled("method", self._toolkit.experiment) as state:
                found: dict[int, dict[str, Any]] = {}
                self.is_played = True
                for activity in self._toolkit.experiment.get("method", []):  # a control may add to it meanwhile
                    if self._stop.asked.is_set():
                        break
                    index, whole = self._toolkit.numbers["method"].take(activity), self._player.resolve(activity)
                    with self._lock:
                        self._playing += 1
                        self._ended.clear()
                    if activity.get("background"):
                        self._clock.spawn(partial(self._one, index, whole, found), "rtk-background")
                    else:
                        self._one(index, whole, found)
                while self._playing:
                    self._clock.wait(self._ended)
                # Those in the background end in any order; the journal has them in the order they began.
                runs = [found[index] for index in self._started if index in found]
                self._over_at = self._clock.monotonic()
                state(lambda: runs)
            self._toolkit.registry.method_completed(self._toolkit.experiment, runs)
        except (InterruptExecution, CannotRecord) as error:
            self._stop.request(cause_of(error), str(error))
        except BaseException as error:  # noqa: BLE001 - a control that breaks must not take the measuring with it
            self._stop.request(StopCause.METHOD, f"the method failed with {type(error).__name__}: {error}")
        finally:
            # All of them: nobody may wait for an effect, or for a first activity, that never comes.
            self.done.set()
            self.took_hold.set()
            self.first_returned.set()
            self._bell.set()

    def _one(self, index: int, activity: dict[str, Any], runs: dict[int, dict[str, Any]]) -> None:
        try:
            played = self._recorded(index, activity)
            if played:
                runs[index] = played.run
        except (InterruptExecution, CannotRecord) as error:
            self._stop.request(cause_of(error), str(error))
        except BaseException as error:  # noqa: BLE001 - also what goes wrong around an activity must be undone
            self.failed = str(activity.get("name"))
            self._stop.request(StopCause.METHOD, f"{self.failed} failed with {type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._playing -= 1
                if not self._playing:
                    self._ended.set()

    def _recorded(self, index: int, activity: dict[str, Any]) -> Played | None:
        done: list[Played] = []
        about_to = partial(self._about_to, self._entry(index, activity), role_of(activity))
        try:
            played = self._player.play(activity, about_to=about_to, ended=done.append)
        except BaseException as error:
            # What broke off may be something around it, such as a control after it: how it ended is recorded then.
            if index in self.began and not done:
                said = f"it failed with {type(error).__name__}: {error}"
                done.append(Played({"output": None, "status": "failed"}, said))
            for each in done:
                told: Any = {"run": entry_of(each), "failure": each.failure, "interrupted": None}
                self._record.note("activity", role=role_of(activity), **self._entry(index, activity), **told)
            raise
        finally:
            self.current = None
            self.first_returned.set()
        if played is None:
            return None
        failure, cut = played.failure, None
        if failure:
            # Ctrl-C reaches a process of the run as soon as the run itself, so that it may be the first to be gone.
            if activity["provider"]["type"] == "process":
                self._clock.wait(self._stop.asked, CTRL_C_S)
            if self._stop.asked.is_set():  # what fails then was cut short, and says nothing of itself
                failure, cut = None, self._stop.reason
        ended: Any = {"run": entry_of(played), "failure": failure, "interrupted": cut}
        self._record.note("activity", role=role_of(activity), **self._entry(index, activity), **ended)
        if role_of(activity) == "condition" and not cut:
            self._judge(index, activity, failure)
        return played

    def _entry(self, index: int, activity: dict[str, Any]) -> dict[str, Any]:
        return self._toolkit.entry_of("method", index, activity)

    def _about_to(self, entry: dict[str, Any], role: str) -> bool:
        """Record the intent, unless the run is to stop."""
        if not self._may_begin():
            return False
        self._started.append(entry["index"])
        if role != "condition":
            self._record.note("intent", role=role, **entry)
            return True
        # Begun before it is on the disk, which may take long: a stop meanwhile then undoes it, needed or not.
        with self._lock:
            if self._closed:
                return False
            self.began.append(entry["index"])
        self.current = entry["name"]
        # The intent must be on the disk before the effect can be: a crash in between is then undone.
        self._record.append("intent", durable=True, role=role, **entry)
        return self._may_begin()

    def _may_begin(self) -> bool:
        with self._lock:
            return not self._closed and not self._stop.asked.is_set()

    def _judge(self, index: int, activity: dict[str, Any], failure: str | None) -> None:
        name, claim = activity["name"], claim_of(activity, "effect")
        returned = self._record.seconds()
        if failure is None and claim:
            logger.info(f"Waiting up to {chosen_duration(claim.within)} for the effect of {name}")
            missing = self._prover.await_(claim)
            if missing and self._stop.asked.is_set():
                return  # nobody waited for it to the end
            if missing:
                self._record.note("proof", role="condition", index=index, name=name, proves="effect", missing=missing)
            failure = missing and f"its effect did not show within {chosen_duration(claim.within)}: {missing}"
        if failure and not self._stop.asked.is_set():
            self.failed = name
            self._stop.request(StopCause.CONDITION, f"the condition {name} never took effect: {failure}")
        elif claim:
            until = returned + extension_of(activity).get("lasts", math.inf)
            self.effects.begin(Shown(index, name, claim, self._record.seconds(), until))
            self.took_hold.set()
            self._bell.set()


def role_of(activity: dict[str, Any]) -> str:
    """A `condition` is an action of the method; its probes are recorded and make nothing invalid."""
    return "condition" if activity["type"] == "action" else "probe"


def entry_of(played: Played) -> dict[str, Any]:
    """A play as the record keeps it: the journal's entry without the activity, which the file has."""
    return {key: value for key, value in played.run.items() if key != "activity"}
