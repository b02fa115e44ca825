"""AWS as the actions and probes use it: a client, patience with throttling, and which commands a run has sent.

boto3 is imported when a client is made (extra `aws`); credentials, region and endpoint are boto3's own affair:
environment, profiles, roles. A region in an argument comes first, then `aws_region` of the configuration.

A run's commands are found again in Systems Manager itself: each is sent with a comment that holds the run's id
(`RTK_RUN_ID`, else an id of this process). So another process, after a crash or on another machine, can
cancel exactly them, and there is no file to lose.
"""

import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from chaoslib.exceptions import ActivityFailed

from rtk.backoff import Backoff
from rtk.figures import chosen_duration

OVER = frozenset({"Success", "Failed", "TimedOut", "Cancelled"})
RETRIED = frozenset(
    {
        "InternalServerError",
        "InvocationDoesNotExist",  # yet: it appears a moment after the command was sent
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
PATIENCE_S = 60.0
PAUSES = Backoff(0.1, 2.0, 5.0)  # while AWS says "not now"
ASKING = Backoff(0.1, 1.5, 5.0)  # until something is done
_THIS_PROCESS = f"process-{uuid.uuid4()}"


@dataclass(frozen=True, slots=True)
class Patient:
    """A client of AWS whose calls are repeated, with growing pauses, while AWS says "not now" or "not yet"."""

    client: Any
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """One call, without the parts of the request that are None. Raises ActivityFailed with AWS's code."""
        stated = {name: value for name, value in request.items() if value is not None}
        deadline, pauses = self.monotonic() + PATIENCE_S, map(PAUSES.pause, count())
        while True:
            pause = next(pauses)
            try:
                answer: dict[str, Any] = getattr(self.client, operation)(**stated)
                return answer
            except Exception as problem:  # noqa: BLE001  whatever it is, the activity failed, in one sentence
                answered = getattr(problem, "response", None) or {}  # a lost connection has none
                code = str(answered.get("Error", {}).get("Code", ""))
                if code not in RETRIED or self.monotonic() + pause > deadline:
                    raise ActivityFailed(f"AWS Systems Manager, {operation}: {problem}") from None
            self.sleep(pause)

    def until(self, done: Callable[[], bool], timeout_s: float) -> bool:
        """Ask until it is done, with growing pauses; false when the time (seconds) is over first."""
        deadline, pauses = self.monotonic() + timeout_s, map(ASKING.pause, count())
        while not done():
            if self.monotonic() >= deadline:
                return False
            self.sleep(min(next(pauses), max(0.0, deadline - self.monotonic())))
        return True


def patient_ssm(region: str | None, configuration: Mapping[str, Any] | None) -> Patient:
    """A patient client of Systems Manager. Raises ActivityFailed where boto3 or a region is missing."""
    try:
        import boto3  # noqa: PLC0415  the extra `aws`; experiments without it need no boto3
    except ImportError:
        raise ActivityFailed("boto3 is not installed: pip install boto3") from None
    stated = region or (configuration or {}).get("aws_region")
    try:
        return Patient(boto3.Session().client("ssm", region_name=stated))  # the shared session is not for threads
    except Exception as problem:  # noqa: BLE001  no region, a broken profile: one sentence
        raise ActivityFailed(f"AWS Systems Manager: {problem}") from None


def marker() -> str:
    """The comment of every command of this run."""
    # AWS takes a comment of 100 characters at most.
    return f"sent by chaoscloud in {os.environ.get('RTK_RUN_ID') or _THIS_PROCESS}"[:100]


def seconds(value: Any, what: str, *, least: float = 0) -> float:
    """A number of seconds; experiments hand in texts too. Raises ActivityFailed."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise ActivityFailed(f"{what} must be a number of seconds, not {value!r}") from None
    if not least <= found < float("inf"):
        raise ActivityFailed(f"{what} must be at least {chosen_duration(least)}, not {value!r}")
    return found
