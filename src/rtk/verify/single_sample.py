"""One measurement outside the slots, bounded by the probes' time limits."""

import math
import threading
from collections.abc import Callable

from chaoslib.exceptions import InterruptExecution

from rtk.clock import Clock
from rtk.figures import chosen_duration, duration
from rtk.verify.crew import InFlight, Sample
from rtk.verify.measure import Measurer
from rtk.verify.schedule import Grid

TICK_S = 0.25


def measured_once(
    clock: Clock,
    measurer: Measurer,
    is_cut: Callable[[], bool],
    until: float = math.inf,
    controls_s: float = math.inf,
) -> Sample:
    """Measure once; a probe past its limit deviates, and so does one under way at `until`. `is_cut` ends the waiting.

    Controls around the probes are waited for as long as `controls_s` in a row; then it deviates, too.
    A control's `InterruptExecution` is raised here, in the caller's thread.
    """
    done, found, stopped = threading.Event(), list[Sample](), list[InterruptExecution]()
    now = clock.monotonic()
    one = InFlight(Grid("conditions", now, 1.0, 1), 0, now)

    def work() -> None:
        try:
            found.append(measurer(one))
        except InterruptExecution as error:
            stopped.append(error)
        except BaseException as error:  # noqa: BLE001 - a hypothesis that cannot be asked is not met
            found.append(Sample("deviated", reason=f"{type(error).__name__}: {error}", probes=list(one.probes)))
        finally:
            done.set()

    try:
        clock.spawn(work, "rtk-once")
    except RuntimeError:  # at the limit of threads it is measured in the thread there is
        work()
    measuring_at = now
    while not clock.wait(done, min(TICK_S, max(0.0, until - clock.monotonic()))):
        if math.isfinite(one.deadline):
            measuring_at = clock.monotonic()
        if is_cut() or clock.monotonic() >= min(one.deadline, until, measuring_at + controls_s):
            break
    if stopped:
        raise stopped[0]
    reason = "interrupted" if is_cut() else _unanswered(one, now, until)
    return found[0] if found else Sample("deviated", reason=reason, probes=list(one.probes))


def _unanswered(one: InFlight, began: float, until: float) -> str:
    if until < one.deadline:
        return f"given up without an answer after {duration(until - began)}"
    if math.isinf(one.deadline):
        return "a control around the probes has not ended in time"
    return f"no answer within {chosen_duration(one.limit)}"
